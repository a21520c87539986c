"""Where a site may stand: under a sub-path behind a proxy, and on plain http under a name that is not localhost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserType, Page, expect

from tests.browser.conftest import Watch
from tests.support import journey as step
from tests.support.places import Proxy, copy_demo, demo_password, free_port, running_site

pytestmark = pytest.mark.slow

PREFIX, NAME = "/quanheng", "quanheng.test"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_demo(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def proxy(home: Path) -> Iterator[Proxy]:
    outer, inner = free_port(), free_port()
    with Proxy(outer, inner, PREFIX).serving() as serving, running_site(home, inner, site_of(serving)):
        yield serving


def site_of(proxy: Proxy) -> str:
    return f"http://127.0.0.1:{proxy.server_port}{PREFIX}/"


@pytest.mark.parametrize("strips", [True, False], ids=["prefix taken off", "prefix left on"])
def test_under_a_sub_path_behind_a_proxy(page: Page, proxy: Proxy, home: Path, strips: bool) -> None:
    proxy.strips, proxy.astray = strips, []
    visit(page, site_of(proxy).rstrip("/"), home)
    assert proxy.astray == []


def test_on_plain_http_under_a_name_that_is_not_localhost(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], watch: Watch, home: Path
) -> None:
    """No script may need what browsers keep for https."""
    port = free_port()
    site = f"http://{NAME}:{port}"
    watch.hosts = (NAME,)
    flags = [*browser_type_launch_args.pop("args"), f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    with running_site(home, port, f"{site}/"):
        browser = browser_type.launch(**browser_type_launch_args, args=flags)
        page = browser.new_page()
        watch.follow(page)
        visit(page, site, home)
        assert page.evaluate("window.isSecureContext") is False
        browser.close()
    assert not watch.faults, "\n".join(watch.faults)


def visit(page: Page, site: str, home: Path) -> None:
    """An expert answers, leaves and resumes; a coordinator signs in, makes a link, and looks at a node of a run."""
    page.set_default_timeout(15_000)
    link = play_the_demos_expert(page, site)
    check_coordinator(page, site, link, home)
    look_at_a_node(page, site)
    for cookie in page.context.cookies():
        assert cookie.get("path", "").startswith(f"{urlsplit(site).path}/"), cookie


def play_the_demos_expert(page: Page, site: str) -> str:
    """By the front page's door; returns the personal link."""
    page.goto(f"{site}/")
    step.speak(page, "en")
    step.send(page, "/demo/answer/")
    page.wait_for_url(f"{site}/i/*/")
    link = page.url
    step.begin(page, link)
    step.to_next_pair(page)
    first = page.url
    step.answer(page, "a", 3)
    second = page.url
    step.answer(page, "b", 5)
    step.leave(page)
    step.begin(page, link)
    step.to_next_pair(page)
    assert page.url.partition("#")[0] not in (first.partition("#")[0], second.partition("#")[0])
    return link


def check_coordinator(page: Page, site: str, link: str, home: Path) -> None:
    """The link that is made here begins where people reach us, and can be copied."""
    survey = page.url.partition("/answer/")[2].partition("/")[0]
    step.sign_in(page, site, "li", demo_password(home, "li"))
    page.goto(f"{site}/surveys/{survey}/experts/DEMO/")
    step.send(page, "/link/")
    assert page.locator("#link").input_value().startswith(f"{site}/i/")
    page.locator("[data-copy=link]").click()
    expect(page.locator("[data-copy=link]")).to_have_text("Copied")


def look_at_a_node(page: Page, site: str) -> None:
    page.goto(f"{site}/scoring/")
    page.locator('main a[href*="/runs/"]').first.click()
    step.chart_is_drawn(page)
    page.locator('main a[href*="/nodes/"]:not([download])').nth(1).click()
    page.wait_for_url(f"{site}/surveys/*/runs/*/nodes/*/")
    step.chart_is_drawn(page)
    assert page.locator("main table.q-table tbody tr").count() >= 12
    page.go_back()
    with page.expect_download() as waiting:
        page.locator('a[href$="export.csv"]').click()
    assert "Synthetic demo data" in waiting.value.path().read_text("utf-8-sig")
