"""axe-core finds nothing on any page: each one in both languages, on a phone in one and at a desk in the other.

The expert's own pages are in test_states.py, in every state.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from surveys.services.judgments import Answer
from surveys.services.transcripts import transcript_create, transcript_draft
from tests.browser.conftest import Watch
from tests.browser.judging import AXE, FINDINGS, LANGUAGES, OF_TODAY, RULES
from tests.support import journey as step
from tests.support.places import copy_demo, demo_password, free_port, running_site
from tests.surveys import factories as make

NOT_PAGES = (
    "/export.",
    ".csv",
    ".xlsx",
    ".txt",
    ".json",
    ".pdf",
    ".docx",
    "/logout/",
    "/healthz",
    "/readyz",
    "/metrics",
)
DEMO_DATA = Path(__file__).parents[2] / "demo" / "computing" / "provinces_2023_synthetic.csv"
FORMS = [("surveys:experts_add", "textarea[name=lines]", "E1, x, not an address\n, nobody")]


@dataclass
class Look:
    """Looks at the pages in one language; every other page is a phone's in light, the rest a desk's in the dark."""

    page: Page
    language: str
    seen: int = 0

    def wide(self) -> bool:
        return (self.seen + LANGUAGES.index(self.language)) % 2 == 1

    def go(self, address: str) -> None:
        self.page.set_viewport_size({"width": 1280, "height": 900} if self.wide() else {"width": 390, "height": 844})
        self.page.emulate_media(color_scheme="dark" if self.wide() else "light", reduced_motion="reduce")
        self.page.goto(address)

    def judge(self) -> None:
        self.seen += 1
        self.page.evaluate(AXE)
        faults = self.page.evaluate(FINDINGS, RULES)
        sideways = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not faults and not sideways, (self.page.url, self.page.viewport_size, faults, sideways)


@dataclass(frozen=True)
class Site:
    url: str
    home: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, in a process of its own."""
    home, port = copy_demo(tmp_path_factory.mktemp("site")), free_port()
    url = f"http://127.0.0.1:{port}"
    with running_site(home, port, f"{url}/"):
        yield Site(url, home)


@pytest.fixture(params=LANGUAGES)
def look(page: Page, request: pytest.FixtureRequest) -> Look:
    return Look(page, request.param)


def links(page: Page, site: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(one => one.href)")
    addresses = [urlsplit(address)._replace(fragment="", query="").geturl() for address in found]
    return [one for one in addresses if one.startswith(f"{site}/") and not any(part in one for part in NOT_PAGES)]


def one_of_each(page: Page, look: Look, site: str, start: str) -> Iterator[str]:
    """Follow the links, and open each kind of page once; the other language comes from the other end of every list."""
    waiting, opened = [start], set[str]()
    while waiting:
        address = waiting.pop(0)
        name = resolve(urlsplit(address).path).view_name
        if name in opened:
            continue
        opened.add(name)
        look.go(address)
        found = links(page, site)
        waiting += found if look.language == "zh-hans" else found[::-1]
        yield name


@pytest.mark.slow
@pytest.mark.parametrize("look", OF_TODAY, indirect=True)
def test_pages_of_the_staff(site: Site, look: Look, page: Page) -> None:
    page.goto(f"{site.url}/login/")
    step.speak(page, look.language)
    look.judge()
    step.sign_in(page, site.url, "li", demo_password(site.home, "li"))
    opened = set()
    for name in one_of_each(page, look, site.url, f"{site.url}/surveys/"):
        opened.add(name)
        look.judge()
    assert len(opened) >= 24, sorted(opened)
    for name, field, text in FORMS:
        look.go(site.url + reverse(name, args=[3]))
        page.locator(field).fill(text)
        page.locator("main form button[type=submit]").click()
        page.locator(".q-errors").wait_for()
        look.judge()


@pytest.mark.slow
def test_pages_of_the_analyst(site: Site, look: Look, page: Page) -> None:
    page.goto(f"{site.url}/login/")
    step.speak(page, look.language)
    step.sign_in(page, site.url, "wang", demo_password(site.home, "wang"))
    for name in ("scoring:data_import", "scoring:run_new"):
        look.go(site.url + reverse(name, args=[2]))
        look.judge()
    rows = DEMO_DATA.read_text("utf-8-sig").replace("12.0,", "1200000,", 1)
    look.go(site.url + reverse("scoring:data_import", args=[2]))
    page.locator("[name=file]").set_input_files({"name": "odd.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.locator("[name^=name_]").first.fill("Odd")
    page.locator("main form button[type=submit]").click()
    page.locator(".q-asked").wait_for()
    look.judge()


def test_pages_of_keying_in(look: Look, page: Page, live_server: LiveServer, transactional_db: None) -> None:
    """A paper form, its rows, and which sections an expert is asked."""
    survey = make.survey(missing_allowed=True)
    expert = make.expert(survey, name="Prof. Chen", language="en")
    paper = transcript_create(expert, way="paper", received_on=timezone.localdate(), user=make.user())
    transcript_draft(paper, {make.pair(survey).pk: Answer("a", 5)}, user=make.user())
    make.say(expert, "a", "c", "a", 3)
    page.goto(f"{live_server.url}/login/")
    step.speak(page, look.language)
    step.sign_in(page, live_server.url, make.user().username, "a long password")
    place = [survey.pk, expert.code]
    staff = [
        reverse("surveys:expert_sections", args=place),
        reverse("surveys:enter", args=place),
        reverse("surveys:enter_transcript", args=[*place, paper.pk]),
        reverse("surveys:enter_section", args=[*place, paper.pk, "r"]),
    ]
    for _ in judged(look, staff, live_server.url):
        pass


def judged(look: Look, addresses: Iterable[str], site: str) -> Iterator[str]:
    for address in addresses:
        look.go(site + address)
        look.judge()
        yield address


def test_pages_that_refuse(
    look: Look, page: Page, watch: Watch, live_server: LiveServer, transactional_db: None
) -> None:
    page.goto(f"{live_server.url}/login/")
    step.speak(page, look.language)
    for _ in judged(look, ["/", "/i/nothing/", "/answer/1/", "/nothing/"], live_server.url):
        watch.faults.clear()  # the browser notes a 404 and a 403 as errors
