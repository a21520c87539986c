"""Excel and paper, and what others prepare for the expert."""

from surveys.services.drafts import draft_record
from surveys.services.judgments import Answer
from tests.browser.states.visit import Visit, state
from tests.surveys import factories as make

NOT_PAGES = {"basis", "sheet_download"}  # a file
HEAD = "expert,parent,item_a,item_b,more_important,strength\n"


@state("sheet")
def sheet(visit: Visit) -> None:
    visit.begun().at("sheet")


@state("sheet")
def sheet_inside_wechat(visit: Visit) -> None:
    visit.page.set_extra_http_headers({"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"})
    visit.begun().at("sheet")


@state("sheet")
def sheet_with_problems(visit: Visit) -> None:
    bring_back(visit.begun(), "r,a,b,both,3").page.locator(".q-errors").wait_for()


@state("sheet")
def sheet_previewed(visit: Visit) -> None:
    bring_back(visit.begun().say("a", "b", "a", 5), "r,a,b,b,2", "r,a,c,a,9").page.locator(".q-stats").wait_for()


def bring_back(visit: Visit, *lines: str) -> Visit:
    """A table of judgments with these lines, as far as the preview."""
    content = HEAD + "".join(f"{visit.expert.code},{line}\n" for line in lines)
    visit.at("sheet").page.set_input_files(
        "input[type=file]", {"name": "f.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    return visit.press("main form button[type=submit]")


@state("paper")
def paper(visit: Visit) -> None:
    visit.begun().at("paper")


@state("paper")
def paper_filled(visit: Visit) -> None:
    visit.begun().says_all().at("paper", query="?filled=1")


@state("drafts")
def drafts(visit: Visit) -> None:
    visit.begun().say("a", "b", "a", 5).say("a", "c", "a", 3)
    for pair, said in ((visit.pair(), Answer("b", 9)), (visit.pair("a", "c"), Answer("a", 3))):
        draft_record(visit.expert, pair.pk, said)
    draft_record(visit.expert, visit.pair("a1", "a2").pk, Answer("equal", 1), user=make.user())
    visit.at("drafts").press("main details summary")


@state("drafts")
def drafts_none(visit: Visit) -> None:
    visit.begun().at("drafts")


@state("prepare")
def prepare(visit: Visit) -> None:
    visit.begun(assistant=True).at("prepare")


@state("prepare_section")
def prepare_section(visit: Visit) -> None:
    draft_record(visit.begun(assistant=True).expert, visit.pair().pk, Answer("b", 9))
    visit.say("a", "c").at("prepare_section", "r")


@state("contents")
def not_for_assistants(visit: Visit) -> None:
    visit.begun(assistant=True).at("contents")
