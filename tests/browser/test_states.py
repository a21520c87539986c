"""Every page of the expert in every state: once in each run, in a frame (language, width, light or dark) that its place
in the list decides; in every frame with QUANHENG_SOAK=1 (`make soak`).
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from surveys.views.expert.urls import urlpatterns
from tests.browser.conftest import Watch
from tests.browser.judging import FRAMES, Frame, faults_of
from tests.browser.states import answering, door, meaning, outside
from tests.browser.states.outside import NOT_PAGES
from tests.browser.states.visit import STATES, State, Visit

PARTS = [door, answering, meaning, outside]
SOAK = os.environ.get("QUANHENG_SOAK") == "1"
REFUSED = "console error: Failed to load resource"  # the browser notes a 403, a 422 and a lost connection as errors


def cases() -> Iterator[tuple[State, Frame]]:
    for at, state in enumerate(STATES.values()):
        for frame in FRAMES if SOAK else [FRAMES[at % len(FRAMES)]]:
            yield state, frame


@pytest.mark.slow
@pytest.mark.parametrize(("state", "frame"), cases(), ids=lambda part: getattr(part, "name", str(part)))
def test_a_page_bears_every_reader(
    state: State, frame: Frame, page: Page, watch: Watch, live_server: LiveServer, transactional_db: None
) -> None:
    frame.put_on(page)
    visit = Visit(page, live_server.url, frame.language)
    state.reach(visit)
    faults = faults_of(page, frame)
    faults += [fault for fault in watch.faults if not fault.startswith(REFUSED)]
    watch.faults.clear()
    assert not faults, "\n".join([page.url, *faults])
    assert set(state.addresses) <= visit.met


def test_every_address_is_met_by_a_state() -> None:
    met = {address for state in STATES.values() for address in state.addresses}
    assert {state.reach.__module__ for state in STATES.values()} == {part.__name__ for part in PARTS}
    assert met | NOT_PAGES == {pattern.name for pattern in urlpatterns}
    assert not met & NOT_PAGES


def test_every_frame_is_met_by_many_states() -> None:
    looked = Counter(frame for _state, frame in cases())
    assert set(looked) == set(FRAMES)
    assert min(looked.values()) >= 8
