"""``python -m benchmarks.desk``: the coordinator's pages with a panel of 500, beside a bare page of the same frame.

It builds the panel in a database of its own, asks each page through every middleware in one process, in turns, and
writes RESULTS_DESK.md. It fails where a page takes more than 20 queries, or 300 ms in the median.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any

PAGE = Path(__file__).parent / "RESULTS_DESK.md"
EXPERTS, BATCH, ROUNDS = 500, 50, 9
MOST_QUERIES, MOST_MILLISECONDS = 20, 300
_OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "PORT", "DEBUG", "TRUSTED_PROXY")
BARE = "a bare page"


def main() -> int:
    with TemporaryDirectory(prefix="qh-desk-") as home:
        begin_in(home)
        report, introduction = measured()
    page = report.page("The coordinator's desk", introduction)
    PAGE.write_text(page, "utf-8")
    print(page)
    return 1 if report.missed else 0


def begin_in(home: str) -> None:
    """A site of its own in this folder, with nothing of the one that is set up here."""
    for name in _OURS:
        os.environ.pop(name, None)
    os.environ |= {"DATA_DIR": home, "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django
    from django.core.management import call_command

    from config import catalogues

    catalogues.compile_stale()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def measured() -> tuple[Any, str]:
    from benchmarks.report import Report, written_by

    began = time.perf_counter()
    survey, visit = _ground()
    built = time.perf_counter() - began
    pages = _pages(survey)
    queries = {name: _queries(visit, address) for name, address in pages.items()}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _round in range(ROUNDS):
        for name, address in pages.items():
            times[name].append(_timed(visit, address))
    report = Report(BARE)
    middle = {name: statistics.median(found) for name, found in times.items()}
    rows = [
        f"{name} | {1000 * middle[name]:.0f} ms ({1000 * min(found):.0f} to {1000 * max(found):.0f}) | "
        f"{middle[name] / middle[BARE]:.1f} | {queries[name]}"
        for name, found in times.items()
    ]
    report.section("Pages", f"{EXPERTS} experts x 14 matrices, 88,000 answers; built in {built:.0f} s.")
    report.table("page | CPU, median of 9 (range) | times the bare page | queries", rows)
    for name in pages:
        report.goal(f"{name}: queries", queries[name], "at most", MOST_QUERIES)
        report.goal(f"{name}: milliseconds", 1000 * middle[name], "at most", MOST_MILLISECONDS)
    return report, written_by("make bench-desk", f"django {version('django')}, numpy {version('numpy')}")


def _ground() -> tuple[Any, Callable[[str], Any]]:
    """The demo's tree, 500 experts of whom nine in ten have submitted, and a coordinator who is signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    from scoring.demo import panels, texts
    from scoring.demo.build import COMPUTING
    from surveys.models import Survey
    from surveys.services.surveys import survey_create, survey_move

    user = User.objects.create_user("desk", password=token_urlsafe())
    edition = panels.edition(COMPUTING, name=texts.COMPUTING_SYSTEM, label="3.0", language="zh-hans", user=user)
    survey = survey_create(edition=edition, title=texts.COMPUTING_TITLE, user=user, contact=texts.COMPUTING_CONTACT)
    survey = survey_move(survey, Survey.State.OPEN, user=user)
    _answer(survey, panels.judgments(COMPUTING, "zh-hans"), user)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return survey, client.get


def _answer(survey: Any, rows: Sequence[Any], user: Any) -> None:
    from scoring.demo import panels
    from surveys.models import Job
    from surveys.services.panels import panel_result_request
    from surveys.services.submissions import submission_create
    from surveys.tasks import perform

    known = sorted({row.expert for row in rows})
    own = {code: [row for row in rows if row.expert == code] for code in known}
    codes = [f"X{number:03d}" for number in range(EXPERTS)]
    panels.panel(survey, codes, "合成专家", "zh-hans", user)
    given = [_said(code, own[known[number % len(known)]], number) for number, code in enumerate(codes)]
    for first in range(0, EXPERTS, BATCH):
        panels.answers(survey, [row for rows in given[first : first + BATCH] for row in rows], user)
    for expert in survey.experts.order_by("pk"):
        if int(expert.code[1:]) % 10:
            submission_create(expert)
    panel_result_request(survey, user=user)
    while job := Job.objects.filter(state=Job.State.WAITING).order_by("-kind", "pk").first():
        perform(job.pk)


def _said(code: str, rows: Sequence[Any], number: int) -> list[Any]:
    """What another expert said, all of it, or a third for one in ten."""
    return [replace(row, expert=code) for row in (rows if number % 10 else rows[: len(rows) // 3])]


def _pages(survey: Any) -> dict[str, str]:
    from django.urls import reverse

    def of(name: str, *rest: Any) -> str:
        return reverse(f"surveys:{name}", args=[survey.pk, *rest])

    return {
        BARE: reverse("password_change"),
        "surveys": reverse("surveys:survey_list"),
        "progress": of("survey"),
        "progress, who is missing": f"{of('survey')}?show=missing",
        "groups and weights": of("panel_desk"),
        "settings": of("survey_settings"),
        "members": of("members"),
        "log": of("audit_log"),
        "people": reverse("surveys:people"),
        "an expert": of("expert", "X001"),
        "consistency grid": of("consistency"),
        "a matrix": of("matrix", "X001", "3.2"),
        "first answers against final": of("first_answers"),
        "what if": reverse("scoring:what_if", args=[survey.pk]),
        "consensus": of("consensus"),
        "consensus, one node": of("consensus_node", "0"),
        "profile of the panel": of("profile"),
        "branch weights": of("branch_weights"),
        "a further round": of("round_new"),
        "panel result": of("panel"),
        "weight sets": of("weight_sets"),
    }


def _queries(visit: Callable[[str], Any], address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    visit(address)  # what a process keeps is kept now
    with CaptureQueriesContext(connection) as asked:
        answer = visit(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return len(asked)


def _timed(visit: Callable[[str], Any], address: str) -> float:
    """Seconds of the processor: what else the machine does is not counted."""
    began = time.process_time()
    visit(address)
    return time.process_time() - began


if __name__ == "__main__":
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    sys.exit(main())
