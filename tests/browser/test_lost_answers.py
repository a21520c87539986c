"""Ways in which an answer could be lost, doubled or overwritten, played in a real browser: none may be."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import TransactionTestCase
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from surveys.models import Edition, Expert
from tests.browser.ways import devices, fingers, network, replies, rows, tabs
from tests.browser.ways.scene import TREE, WAYS, Scene
from tests.conftest import empty_tables
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PARTS = [network, replies, tabs, devices, fingers, rows]
FEWEST = 50
outcomes: dict[str, bool] = {}


@dataclass(frozen=True)
class Systems:
    usual: Edition
    wide: Edition


@pytest.fixture(scope="module")
def systems(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Systems]:
    """Each way has a survey of its own; to empty the tables after each would take longer than the ways themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: None)
        with django_db_blocker.unblock():
            made = Systems(make.edition(TREE), make.edition({"r": list("abcdefg")}))
        yield made
    with django_db_blocker.unblock():
        empty_tables()


@pytest.fixture
def scene(browser: Browser, live_server: LiveServer, systems: Systems) -> Iterator[Scene]:
    before = list(browser.contexts)
    yield Scene(browser, live_server.url, expert_of(systems.usual), expert_of(systems.wide))
    for context in browser.contexts:
        if context not in before:
            context.close()


def expert_of(edition: Edition) -> Expert:
    return make.expert(make.survey(of=edition, gate="none"), name="Prof. Chen", language="en")


@pytest.mark.parametrize("name", WAYS)
def test_no_answer_is_lost_when(scene: Scene, name: str) -> None:
    outcomes[name] = False
    WAYS[name](scene)
    scene.verify()
    outcomes[name] = True


def test_enough_ways_were_tried(capsys: pytest.CaptureFixture[str]) -> None:
    """Says what the goal is measured by."""
    lost = [name for name, kept in outcomes.items() if not kept]
    with capsys.disabled():
        sys.stdout.write(f"\ntried {len(outcomes)}, lost {len(lost)}\n")
    assert {way.__module__ for way in WAYS.values()} == {part.__name__ for part in PARTS}
    assert len(WAYS) >= FEWEST
    assert not lost
