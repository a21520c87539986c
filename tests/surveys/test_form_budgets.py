"""What the expert's form may cost, as far as it does not depend on the machine; `make bench-form` measures the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from benchmarks.form import baselines, measuring, plans, speed, weight
from benchmarks.form.ground import Ground, prepared
from benchmarks.report import Report
from surveys.models import Judgment, JudgmentEvent

KB = 1024


@pytest.fixture
def ground(transactional_db: None) -> Ground:
    return prepared()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[None]:
    """Static files as an installation has them: named by content, and compressed."""
    storages = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    with override_settings(STORAGES=settings.STORAGES | storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", verbosity=0, interactive=False)
        yield


def test_one_answer_is_small_and_one_transaction(ground: Ground) -> None:
    before = JudgmentEvent.objects.count()
    for answer in (weight.answer_by_script(ground), weight.answer_by_form(ground)):
        assert answer.transactions == 1
        assert 1 <= len(answer.work) <= 4, "\n".join(answer.work)
        assert 300 < answer.size <= 2 * KB
    assert JudgmentEvent.objects.count() == before + 2


def test_the_first_load_of_every_page_is_light(served: None, ground: Ground) -> None:
    found = {name: weight.first_load(ground.visitor, it) for name, it in measuring.pages(ground).items()}
    assert {name: it.total for name, it in found.items() if it.total > 60 * KB} == {}
    assert {name: it.own_javascript for name, it in found.items() if it.own_javascript > 15 * KB} == {}
    assert all(it.css > 20 * KB for it in found.values())  # Bootstrap alone is more: the files were found
    assert found[speed.CARD].own_javascript > 2 * KB


def test_the_pages_are_held_against_what_they_say(ground: Ground) -> None:
    assert Judgment.objects.count() == 136  # in the midst of the largest matrix
    with override_settings(ROOT_URLCONF=baselines.__name__):
        found = {name: ground.visitor.get(it).text for name, it in speed.addresses(ground).items()}
    assert found[speed.RADIOS].count('type="radio"') == 357
    assert found[speed.LITE].count("<tr>") == 21
    assert found[speed.ROWS].count('type="radio"') >= 10 * 17
    said = baselines.rows_of(ground.expert)
    drawings = baselines.drawn_by_us(said), baselines.drawn_by_template(said)
    for mark in ('type="radio"', "<fieldset", "checked", "aria-label"):
        assert len({drawn.count(mark) for drawn in drawings}) == 1


def test_the_plans_of_the_demo_tree() -> None:
    full, fewer = plans.plans([4, 2, 2, 3, 2, 4, 7, 2, 3, 9, 11, 7, 4, 6], experts=200)
    assert (full.total, full.minutes, full.precision) == (176, 30, {})
    assert (fewer.total, fewer.minutes, fewer.asked[11]) == (90, 15, 17)
    assert full.error == 1 < fewer.error < 1.1
    assert fewer.precision[11] > fewer.precision[6] > 1


def test_a_missed_goal_is_told() -> None:
    report = Report("x")
    report.goal("light", 59, "at most", 60)
    report.goal("repaired", 0.89, "at least", 0.9)
    assert report.missed == ["repaired"]
    assert "| repaired | 0.89 | at least 0.9 | **missed** |" in report.page("Title", "Told")
