"""A run and a real worker in a process of its own."""

import time

import pytest

from scoring.models import ScoringRun
from scoring.services.runs import run_request
from scoring.tasks import enqueue
from tests.scoring import factories as score
from tests.support.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 40.0


def test_a_run_is_computed_by_a_worker(celery_worker: Worker) -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    run, job = run_request(survey, score.data_set(survey), weight_set, user=None)
    enqueue(job)
    until = time.monotonic() + PATIENCE
    while not ScoringRun.objects.filter(pk=run.pk, computed_at__isnull=False).exists():
        assert time.monotonic() < until, celery_worker.output()
        time.sleep(0.1)
    assert run.scores.count() == 24
