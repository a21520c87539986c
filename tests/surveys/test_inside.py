"""What machines and coordinators are told of the service: readiness, metrics, logs, the page of its state."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config.logs import JsonFormatter, WithRequest
from surveys import guards
from surveys.models import Job, Membership, Survey, WorkerSign
from surveys.selectors import health
from surveys.services.jobs import DIED, job_claim, job_ensure
from surveys.services.signs import worker_seen
from surveys.services.submissions import submission_create
from surveys.tasks import perform, sweep
from surveys.trace import current_id, id_for, traced
from tests.support.redis_server import Server
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

BEARER = {"Authorization": "Bearer a token that only the tests know"}


def ready(client: Client, query: str = "") -> tuple[int, dict[str, Any]]:
    response = client.get(f"/readyz{query}")
    return response.status_code, response.json()


def seen(ago: float) -> None:
    moment = timezone.now() - timedelta(seconds=ago)
    WorkerSign.objects.update_or_create(pk=1, defaults={"seen_at": moment})


def waiting(ago: float = 0.0) -> Job:
    job = job_ensure("submission", 1)
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(seconds=ago))
    return job


# --- readiness ---


def test_without_a_worker_pages_are_ready_and_work_is_not(client: Client) -> None:
    status, told = ready(client)
    assert (status, told["ready"], told["worker"], told["worker_seen_seconds"]) == (200, True, "away", None)
    assert ready(client, "?work")[0] == 503
    sweep()
    status, told = ready(client, "?work")
    assert (status, told["worker"], told["worker_seen_seconds"]) == (200, "ok", 0)


def test_a_missing_guard_makes_a_process_unfit(client: Client) -> None:
    lost = guards.all_guards()[0]
    guards.remove([lost])
    try:
        assert ready(client) == (503, ready(client)[1] | {"ready": False, "guards": "away", "database": "ok"})
    finally:
        guards.install([lost])
    assert ready(client)[0] == 200


def test_without_its_database_a_process_says_so_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise DatabaseError("connection to postgresql://user:secret@host failed")

    monkeypatch.setattr(guards, "missing", away)
    status, told = ready(client)
    assert status == 503
    assert told == {"ready": False, "database": "away", "migrations": "away", "guards": "away"}


def test_a_process_whose_tables_are_older_than_its_code_is_unfit(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one to come"])
    assert ready(client)[0] == 503
    monkeypatch.undo()
    monkeypatch.setattr(health, "_migrated", False)
    assert ready(client)[0] == 200


def test_a_frozen_broker_is_told_and_stops_no_page(
    client: Client, mortal_redis: Server, settings: Any, django_cache_cleared: None
) -> None:
    settings.CELERY_BROKER_URL = mortal_redis.url
    assert ready(client)[1]["broker"] == "ok"
    mortal_redis.freeze()
    cache.clear()
    status, told = ready(client)
    mortal_redis.thaw()
    assert (status, told["broker"]) == (200, "away")


@pytest.fixture
def django_cache_cleared() -> Any:
    cache.clear()
    yield
    cache.clear()


# --- is somebody there? ---


def test_a_worker_is_noted_once_in_a_while_and_never_twice() -> None:
    seen(1000)
    worker_seen()
    first = WorkerSign.objects.get().seen_at
    worker_seen()
    assert WorkerSign.objects.get().seen_at == first


def test_a_long_computation_is_no_silence() -> None:
    seen(1000)
    assert not health.work().alive
    job = waiting()
    assert job_claim(job.pk) is not None
    now = health.work()
    assert now.alive and now.busy and not now.stuck


def test_a_job_that_is_due_and_not_begun_is_stuck_and_one_for_later_is_not() -> None:
    seen(1)
    waiting(ago=health.PATIENCE + 1)
    assert health.work().stuck
    waiting(ago=-1000)
    now = health.work()
    assert (now.oldest, now.stuck, now.jobs["waiting"]) == (0.0, False, 1)


# --- metrics ---


def scraped(client: Client) -> dict[tuple[str, str], float]:
    text = client.get("/metrics", headers=BEARER).content.decode()
    return {
        (sample.name, json.dumps(sample.labels, sort_keys=True)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_name_views_and_never_addresses(client: Client) -> None:
    before = scraped(client)
    client.get("/i/a-token-that-nobody-has/")
    after = scraped(client)
    key = ("quanheng_request_seconds_count", json.dumps({"method": "GET", "status": "404", "view": "surveys:start"}))
    assert after[key] == before.get(key, 0) + 1
    assert "a-token" not in client.get("/metrics", headers=BEARER).content.decode()


def test_metrics_say_what_the_database_says(client: Client) -> None:
    expert = make.expert()
    make.answer_all(expert)
    submission_create(expert)
    seen(30)
    found = scraped(client)
    assert found["quanheng_answers_stored", "{}"] == expert.events.count() > 0
    assert found["quanheng_jobs", '{"state": "waiting"}'] == Job.objects.count() == 1
    assert 30 <= found["quanheng_worker_seen_seconds", "{}"] < 60
    assert found["quanheng_disk_free_bytes", "{}"] > 0


def test_metrics_are_nobodys_without_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer é"}).status_code == 401
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_methods_that_strangers_invent_are_one(client: Client) -> None:
    for number in range(3):
        client.generic(f"X{number}", "/healthz")
    assert [key for key in scraped(client) if '"method": "X' in key[1]] == []


# --- one thread through the logs ---


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123abcd-EF.9_x", True), ("short", False), ("a" * 65, False), ("line\nbreak", False), ("токен-1234", False)],
)
def test_an_id_is_taken_where_it_is_one(client: Client, given: str, kept: bool) -> None:
    assert (id_for(given) == given) is kept


def test_the_id_comes_back_and_is_gone_afterwards(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy-1"})
    assert response.headers["X-Request-ID"] == "from-the-proxy-1"
    assert len(client.get("/healthz").headers["X-Request-ID"]) == 16
    assert current_id() == ""


def test_a_job_carries_the_id_of_the_request_that_set_it_going(monkeypatch: pytest.MonkeyPatch) -> None:
    seen_there: list[str] = []
    monkeypatch.setattr("surveys.tasks.job_perform", lambda *_: seen_there.append(current_id()))
    perform.apply(args=(1,), headers={"quanheng_request": "from-the-proxy-1"})
    perform.apply(args=(1,))
    assert seen_there == ["from-the-proxy-1", ""]


def formatted(message: str, **extra: Any) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "surveys", "levelname": "INFO", "msg": message, **extra})
    WithRequest().filter(record)
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


def test_a_line_for_machines_is_one_object_without_secrets() -> None:
    with traced("from-the-proxy-1"):
        line = formatted("GET /i/secret-token/\nand more", told={"view": "surveys:start", "ms": 3})
    assert line["message"] == "GET /i/[token]/\nand more"
    assert (line["request"], line["view"], line["ms"]) == ("from-the-proxy-1", "surveys:start", 3)
    assert formatted("reset /password/choose/MQ/c8-secret/")["message"] == "reset /password/choose/MQ/[token]/"


def test_what_django_logs_after_the_answer_has_the_id_too(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/nowhere/", headers={"X-Request-ID": "from-the-proxy-1"})
    [record] = [record for record in caplog.records if record.name == "django.request"]
    WithRequest().filter(record)
    assert json.loads(JsonFormatter().format(record))["request"] == "from-the-proxy-1"


def test_a_traceback_stays_in_its_line_and_is_masked() -> None:
    try:
        raise ValueError("/i/secret-token/")
    except ValueError as error:
        line = formatted("broken", exc_info=(type(error), error, error.__traceback__))
    assert "ValueError: /i/[token]/" in line["traceback"]


# --- the page ---


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def failed_job() -> Job:
    submission = make.submitted(make.expert())
    Job.objects.filter(subject=submission.pk).update(state=Job.State.FAILED, error=DIED)
    return Job.objects.get()


def test_the_page_says_that_nobody_computes_and_what_has_failed(coordinator: Client) -> None:
    job = failed_job()
    body = coordinator.get("/status/").content.decode()
    assert "Nobody computes" in body
    assert DIED in body
    assert f"/jobs/{job.pk}/retry/" in body
    seen(1)
    coordinator.post(f"/jobs/{job.pk}/retry/", {"next": "/status/"})
    body = coordinator.get("/status/").content.decode()
    assert "Nobody computes" not in body
    assert DIED not in body


def test_jobs_of_other_surveys_are_counted_and_not_named(coordinator: Client) -> None:
    failed_job()
    coordinator.force_login(make.user("stranger"))
    body = coordinator.get("/status/").content.decode()
    assert "Everything is done." in body
    assert "retry" not in body


def test_who_only_looks_starts_nothing(coordinator: Client) -> None:
    failed_job()
    viewer = make.user("viewer")
    Membership.objects.create(survey=Survey.objects.get(), user=viewer, role=Membership.Role.VIEWER)
    coordinator.force_login(viewer)
    body = coordinator.get("/status/").content.decode()
    assert DIED in body
    assert "retry" not in body


def test_the_page_looks_again_until_asked_to_stand_still(coordinator: Client) -> None:
    assert coordinator.get("/status/").headers["Refresh"] == "30"
    assert "Refresh" not in coordinator.get("/status/?still").headers


def test_the_page_costs_the_same_for_many_jobs(
    coordinator: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    survey = make.survey()
    for number in range(30):
        make.submitted(make.expert(survey, code=f"E{number}"))
    with django_assert_max_num_queries(16):
        coordinator.get("/status/")
