"""The door of the site in a real browser; the page fixture fails on console errors and foreign requests."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

# Glyphs of a font differ from one another; the boxes drawn for missing ones do not.
DRAWN = """text => [...text].map(letter => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40});
    const pen = canvas.getContext('2d');
    pen.font = '32px sans-serif';
    pen.fillText(letter, 2, 34);
    return canvas.toDataURL();
})"""


def test_the_sign_in_page_opens_without_a_fault(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/login/")
    expect(page.locator("input[name=username]")).to_be_visible()


def test_the_browser_can_draw_chinese(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/login/")
    assert len(set(page.evaluate(DRAWN, "权衡指标算力"))) == 6
