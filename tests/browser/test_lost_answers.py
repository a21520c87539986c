"""Ways in which an answer could be lost, doubled or overwritten, played in a real browser: none may be."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser.ways import devices, fingers, network, replies, rows, tabs
from tests.browser.ways.scene import WAYS, Scene, survey_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PARTS = [network, replies, tabs, devices, fingers, rows]
FEWEST = 50
outcomes: dict[str, bool] = {}


@pytest.fixture
def scene(browser: Browser, live_server: LiveServer) -> Iterator[Scene]:
    before = list(browser.contexts)
    yield Scene(browser, live_server.url, survey_expert())
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.mark.parametrize("name", WAYS)
def test_no_answer_is_lost_when(scene: Scene, name: str) -> None:
    outcomes[name] = False
    WAYS[name](scene)
    scene.verify()
    outcomes[name] = True


def test_enough_ways_were_tried(request: pytest.FixtureRequest) -> None:
    """Prints what the goal is measured by."""
    lost = [name for name, kept in outcomes.items() if not kept]
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal:
        terminal.write_line(f"\ntried {len(outcomes)}, lost {len(lost)}")
    assert {way.__module__ for way in WAYS.values()} == {part.__name__ for part in PARTS}
    assert len(WAYS) >= FEWEST
    assert not lost
