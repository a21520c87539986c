"""Files of matrices and of AHP-OS, uploaded in a browser: what was found, what would change, what must be mended."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from surveys.models import Judgment
from tests.browser.test_axe import Look, look  # noqa: F401  the fixture
from tests.support import journey as step
from tests.support.files import workbook
from tests.surveys import factories as make

GOOD = [["", "a", "b", "c"], ["a", 1, 0.33, 43103], ["b", None, 1, 5], ["c", None, None, 1]]
BAD = [*GOOD, [], ["", "a1", "a2"], ["a1", 1, 2.5], ["a2", None, 1]]


@pytest.mark.usefixtures("transactional_db")
def test_a_workbook_from_file_to_store(look: Look, page: Page, live_server: LiveServer, tmp_path: Path) -> None:  # noqa: F811
    survey = make.survey()
    make.expert(survey, "E1", name="张三")
    file = tmp_path / "last year.xlsx"
    file.write_bytes(workbook(BAD, title="王五"))
    page.goto(f"{live_server.url}/login/")
    step.speak(page, look.language)
    step.sign_in(page, live_server.url, make.user().username, "a long password")
    look.go(live_server.url + reverse("surveys:judgments_import", args=[survey.pk]))
    look.judge()
    page.set_input_files("input[type=file]", file)
    page.locator("main form button[type=submit]").click()
    page.locator("#panel-codes").wait_for(state="attached")
    look.judge()
    page.locator("input[name=add_all]").check()
    page.locator("input[name=without_faulty]").check()
    page.locator("input[name=dates][value=fractions]").check()
    page.locator("main form button[type=submit]").click()
    page.locator("input[name=rows]").wait_for(state="attached")
    look.judge()
    page.locator("main form button[type=submit]").click()
    page.locator("text=E01").first.wait_for()
    assert Judgment.objects.filter(expert__code="E01").count() == 3


@pytest.mark.usefixtures("transactional_db")
def test_a_pasted_hierarchy(look: Look, page: Page, live_server: LiveServer) -> None:  # noqa: F811
    page.goto(f"{live_server.url}/login/")
    step.speak(page, look.language)
    step.sign_in(page, live_server.url, make.user().username, "a long password")
    look.go(live_server.url + reverse("surveys:ahp_os_import"))
    look.judge()
    page.locator("textarea[name=pasted]").fill("目标: 甲, 乙")
    page.locator("input[name=label]").fill("1.0")
    page.locator("input[name=name_en]").fill("New")
    page.locator("main form button[type=submit]").click()
    page.locator(".q-errors").first.wait_for()
    look.judge()
    page.locator("textarea[name=pasted]").fill("目标: 甲=0.5, 乙=0.5;")
    page.locator("main form button[type=submit]").click()
    page.locator("input[name=edition]").wait_for(state="attached")
    look.judge()
