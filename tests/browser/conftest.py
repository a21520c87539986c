"""A page in a real Chromium that fails its test on any error in the console and any request to another host."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.conftest import skip_or_fail
from tests.support.browser import FLAGS
from tests.support.plugin import browser_key

LOCAL_SCHEMES = ("about", "blob", "data")


class Watch:
    """Collects what a page does wrong without showing it. `hosts` are those of the site."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.hosts: tuple[str, ...] = ("localhost", "127.0.0.1")

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.hostname not in self.hosts:
            self.faults.append(f"request to another host: {request.url}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], pytestconfig: pytest.Config) -> dict[str, Any]:
    found = pytestconfig.stash[browser_key]
    if not found.executable:
        skip_or_fail(f"Chromium: {found.report}")
    return {**browser_type_launch_args, "executable_path": found.executable, "args": FLAGS}


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Says a measured figure in the terminal; `make bench-form` is read for these lines."""
    terminal = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    capture = pytestconfig.pluginmanager.get_plugin("capturemanager")

    def said(line: str) -> None:
        if terminal and capture:
            with capture.global_and_fixture_disabled():
                terminal.write_line(f"\n{line}")

    return said


@pytest.fixture
def watch() -> Watch:
    """A test that expects a fault empties `watch.faults` itself."""
    return Watch()


@pytest.fixture
def context(context: BrowserContext, watch: Watch) -> Iterator[BrowserContext]:
    """Every page of the context is watched, those it opens too."""
    context.on("page", watch.follow)
    context.set_default_timeout(10_000)
    yield context
    assert not watch.faults, "\n".join(watch.faults)
