"""What the database refuses even to those who go around the services."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from scoring.models import DataSet, DataUnit, Score, ScoringRules, ScoringRun
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


def refused(change: Callable[[], object], because: str) -> None:
    with pytest.raises(DatabaseError, match=because), transaction.atomic():
        change()


def raw_run(weight_set_id: int, data_set: DataSet, survey_id: int, *, preview: bool) -> Callable[[], object]:
    """An INSERT as somebody at the database's prompt would write it."""
    sql = """
        INSERT INTO scoring_scoringrun (survey_id, number, data_set_id, weight_set_id, weights_used, preview, synthetic,
            weights_hash, options, software, input_hash, document, content_hash, requested_at)
        VALUES (%s, 99, %s, %s, 'exact', %s, %s, '', '{}', '0', 'x', '', '', %s)
    """
    values: list[Any] = [survey_id, data_set.pk, weight_set_id, preview, False, timezone.now()]

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    return insert


@pytest.mark.parametrize("state", ["draft", "proposed", "approved"])
def test_a_stored_run_from_weights_that_are_not_locked(state: str) -> None:
    weight_set = make.weight_set(state)
    survey = score.survey_of(weight_set)
    data = score.data_set(survey)
    refused(raw_run(weight_set.pk, data, survey.pk, preview=False), "locked weight set")
    raw_run(weight_set.pk, data, survey.pk, preview=True)()


def test_data_of_another_survey() -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    other = make.survey("draft", of=survey.edition)
    refused(raw_run(weight_set.pk, score.data_set(other), survey.pk, preview=False), "one survey")


def test_data_and_units_do_not_change() -> None:
    data = score.data_set(make.survey())
    rows = DataSet.objects.filter(pk=data.pk)
    refused(lambda: rows.update(year="1999"), "frozen")
    refused(lambda: rows.update(columns=[]), "frozen")
    refused(lambda: data.units.update(values=[]), "written once")
    refused(lambda: data.units.all().delete(), "written once")
    refused(lambda: DataUnit.objects.create(data_set=data, position=5, row=9, name="New", values=[]), "frozen")
    rows.update(state=DataSet.State.REPLACED)
    refused(lambda: rows.update(state=DataSet.State.CURRENT), "frozen")


def test_a_set_without_runs_is_kept_too() -> None:
    data = score.data_set(make.survey())
    refused(lambda: DataSet.objects.filter(pk=data.pk)._raw_delete("default"), "frozen")


def test_a_run_and_its_scores_do_not_change() -> None:
    run = score.run()
    rows = ScoringRun.objects.filter(pk=run.pk)
    refused(lambda: rows.update(content_hash="0"), "frozen")
    refused(lambda: rows.update(computed_at=None, document="", content_hash=""), "frozen")
    refused(lambda: run.scores.update(rank=1), "written once")
    refused(lambda: run.scores.all().delete(), "written once")
    extra = run.scores.first()
    assert extra
    refused(lambda: Score.objects.create(run=run, unit=extra.unit, node=extra.node, score=1.0, rank=1), "frozen|UNIQUE")


def test_a_version_of_the_rules_is_written_once() -> None:
    made = score.rules(make.survey(), {"a1": {"missing": "mean"}})
    rows = ScoringRules.objects.filter(pk=made.pk)
    refused(lambda: rows.update(rules={}), "written once")
    refused(lambda: rows._raw_delete("default"), "written once")


def test_a_waiting_run_keeps_its_inputs() -> None:
    weight_set = make.weight_set("draft")
    survey = score.survey_of(weight_set)
    raw_run(weight_set.pk, score.data_set(survey), survey.pk, preview=True)()
    waiting = ScoringRun.objects.filter(number=99)
    refused(lambda: waiting.update(preview=False), "frozen")
    refused(lambda: waiting.update(options={"a": "b"}), "frozen")
    assert waiting.update(document="{}", content_hash="0", computed_at=timezone.now()) == 1
