"""Everybody in turn, in a real browser with a real worker: the coordinator invites, the expert answers, leaves, resumes
elsewhere and submits, the coordinator proposes, the approver approves and locks, the analyst runs and downloads.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from scoring.models import ScoringRun
from surveys.models import Judgment, Survey, WeightSet
from surveys.services.surveys import member_add
from tests.browser.conftest import Watch
from tests.browser.judging import OF_TODAY
from tests.scoring.factories import DATA
from tests.support import journey as step
from tests.support.worker import Worker
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PASSWORD = "a long password"
NewPage = Callable[..., Page]


@pytest.fixture
def survey() -> Survey:
    made = make.survey(gate="none")
    for role in ("approver", "analyst"):
        member_add(made, member=make.user(role), role=role, user=None)
    return made


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> NewPage:
    """A page on another device, watched like the first."""

    def opened(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("page", watch.follow)
        return context.new_page()

    return opened


@pytest.fixture(params=OF_TODAY)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def staff(new_page: NewPage, live_server: LiveServer, language: str) -> Callable[[str], Page]:
    """A signed-in person at a desk, in the language of the test."""

    def signed_in(username: str) -> Page:
        page = new_page(viewport=step.DESK)
        page.goto(f"{live_server.url}/login/")
        step.speak(page, language)
        step.sign_in(page, live_server.url, username, PASSWORD)
        return page

    return signed_in


def test_from_an_invitation_to_a_download(
    survey: Survey,
    staff: Callable[[str], Page],
    new_page: NewPage,
    live_server: LiveServer,
    start_worker: Callable[[], Worker],
    language: str,
    tmp_path: Path,
) -> None:
    start_worker()
    home = f"{live_server.url}/surveys/{survey.pk}"
    coordinator = staff("coordinator")
    link = invite(coordinator, home, live_server.url)
    answer_on_two_devices(new_page(viewport=step.PHONE), new_page(viewport=step.PHONE), link, language)
    propose(coordinator, home)
    approve_and_lock(staff("approver"), coordinator.url)
    analyst = staff("analyst")
    score(analyst, home, tmp_path)
    look_and_download(analyst)


def invite(page: Page, home: str, site: str) -> str:
    """One expert joins; their link is shown once."""
    page.goto(f"{home}/experts/add/")
    page.locator("textarea[name=lines]").fill("E01, 陈明")
    page.locator("main form button[type=submit]").click()
    page.locator("main form:has([name=confirmed][value=on]) button[type=submit]").click()
    page.wait_for_url(f"{home}/")
    page.goto(f"{home}/experts/E01/")
    step.send(page, "/link/")
    shown = page.locator("#link").input_value()
    page.locator("[data-copy=link]").click()
    expect(page.locator("[data-copy=link]")).to_have_text(
        page.locator("[data-copy=link]").get_attribute("data-copied") or ""
    )
    return site + "/i/" + shown.partition("/i/")[2]


def answer_on_two_devices(first: Page, second: Page, link: str, language: str) -> None:
    first.goto(link)
    step.speak(first, language)
    step.begin(first, link)
    step.to_next_pair(first)
    step.answer(first, "a", 3)
    step.answer(first, "b", 5)
    step.leave(first)

    second.goto(link)
    step.speak(second, language)
    step.begin(second, link)
    step.to_next_pair(second)
    assert "/pairs/3/" in second.url
    step.answer(second, "b", 7)
    step.onwards(second)
    step.answer(second, "a", 2)
    said = Judgment.objects.order_by("comparison__position").values_list("more_important", "strength")
    assert list(said) == [("a", 3), ("b", 5), ("b", 7), ("a", 2)]
    step.hand_in(second)


def propose(page: Page, home: str) -> None:
    """Close, compute, draft, propose."""
    page.goto(f"{home}/")
    page.locator("details:has(button[name=to]) > summary").click()
    page.locator("button[name=to][value=closed]").click()
    page.goto(f"{home}/panel/")
    step.send(page, "/panel/compute/")
    page.locator('main a[href$="/weights/new/"]').click(timeout=step.WORK)
    page.locator("select[name=decimals]").select_option("2")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/weights/1/")
    page.locator("textarea[name=propose-reason]").fill("全部专家已提交。")
    step.send(page, "/propose/")
    expect(page.locator('form[action$="/propose/"]')).to_have_count(0)
    expect(page.locator('form[action$="/approve/"]')).to_have_count(0)  # not by whoever proposed


def approve_and_lock(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("textarea[name=approve-reason]").fill("已核对判断矩阵与一致性。")
    step.send(page, "/approve/")
    step.send(page, "/lock/")
    expect(page.locator("main .q-callout-success").last).to_be_visible()
    found = WeightSet.objects.get()
    assert found.proposed_by and found.approved_by
    assert (found.state, found.proposed_by.username, found.approved_by.username) == (
        "locked",
        "coordinator",
        "approver",
    )


def score(page: Page, home: str, folder: Path) -> None:
    file = folder / "data.csv"
    file.write_bytes(DATA)
    page.goto(f"{home}/data/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("input[name=name_zh_hans]").fill("四个地区")
    page.locator("input[name=name_en]").fill("Four regions")
    page.locator("input[name=source]").fill("Yearbook")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/data/*/")
    page.goto(f"{home}/runs/new/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/runs/1/")
    step.chart_is_drawn(page)


def look_and_download(page: Page) -> None:
    page.locator('a[href$="/runs/1/nodes/r/"]').first.click()
    page.wait_for_url("**/nodes/r/")
    step.chart_is_drawn(page)
    rows = page.locator("main table.q-table tbody tr")
    expect(rows).to_have_count(4)
    ranks = [rows.nth(place).locator("td").first.inner_text() for place in range(4)]
    assert ranks == sorted(ranks)
    assert ranks[0] == "1"
    page.go_back()
    listed = downloaded(page, "export.csv")
    run = ScoringRun.objects.get()
    found = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))))
    assert len(found) == run.scores.count()
    assert {row["unit"] for row in found if row["code"] == "r"} == {"North", "South", "East", "West"}
    book = load_workbook(io.BytesIO(downloaded(page, "export.xlsx")), read_only=True)
    assert len(book.sheetnames) == 6


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f'a[href$="{name}"]').click()
    return waiting.value.path().read_bytes()
