"""``python -m benchmarks.large``: very many respondents of an open link, and a panel of very many invitations.

The respondents are evaluated by worker processes over the jobs of a database of its own, beside the method alone on
the same rows; the pages of the panel are asked in one process, beside a bare page. It writes RESULTS_LARGE.md, and
fails where a respondent costs too much beside the method, a worker's memory grows, or a page asks more than 20 queries.
Sizes: RESPONDENTS and INVITATIONS in the environment.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.desk import BARE, begin_in
from benchmarks.desk import _queries as queries_of
from benchmarks.desk import _timed as timed

PAGE = Path(__file__).parent / "RESULTS_LARGE.md"
RESPONDENTS = int(os.environ.get("RESPONDENTS", "1000000"))
INVITATIONS = int(os.environ.get("INVITATIONS", "100000"))
BLOCK, WORKERS, SEED = 20_000, 2, 20261127
DEAREST, MOST_QUERIES, MOST_MEGABYTES = 1.5, 20, 250


def main() -> int:
    with TemporaryDirectory(prefix="qh-large-") as home:
        begin_in(home)
        from benchmarks.report import Report, written_by

        report = Report(BARE)
        respondents(report)
        invitations(report)
        note = written_by("make bench-large", f"django {version('django')}, numpy {version('numpy')}, SQLite")
    page = report.page("Very many", note)
    PAGE.write_text(page, "utf-8")
    print(page)
    return 1 if report.missed else 0


# --- respondents of an open link ---


def respondents(report: Any) -> None:
    from surveys.models import OpenLink
    from surveys.services.open_chain import chain_problems
    from surveys.services.open_results import open_result_request
    from tests.support.crowds import fill, open_survey

    link = open_survey()
    before, began = _bytes(), time.process_time()
    for codes in _blocks(link):
        fill(link, codes)
    filled, stored = time.process_time() - began, _bytes() - before
    link = OpenLink.objects.select_related("survey__edition").get(pk=link.pk)
    result, jobs = open_result_request(link, user=None)
    seconds, spent, megabytes = _by_processes("work")
    result.refresh_from_db()
    if result.computed_at is None or chain_problems(link):
        raise RuntimeError("The respondents were not computed.")
    _seconds, bare, _megabytes = _by_processes("bare")
    _tell(report, len(jobs), seconds, spent, megabytes, bare, filled, stored)


def _tell(
    report: Any, jobs: int, seconds: float, spent: float, megabytes: float, bare: float, filled: float, stored: int
) -> None:
    each = 1e6 / RESPONDENTS
    text = f"{RESPONDENTS:,} respondents x 176 pairs in {jobs} jobs, {WORKERS} workers: {seconds:.0f} s by the clock."
    report.section("Respondents of an open link", text)
    rows = [
        f"evaluating, chain checked | {each * spent:.1f} µs",
        f"the method alone, in as many processes, on such rows of small integers | {each * bare:.1f} µs",
        f"drawing, hashing and storing one | {each * filled:.0f} µs",
        f"stored | {stored / RESPONDENTS:.0f} bytes",
        f"the larger worker, at most | {megabytes:.0f} MB",
    ]
    report.table("of one respondent | CPU, or size", rows)
    report.goal("a respondent over the method alone", spent / bare, "at most", DEAREST)
    report.goal("memory of a worker, MB", megabytes, "at most", MOST_MEGABYTES)


def _blocks(link: Any, respondents: int = RESPONDENTS, seed: int = SEED) -> Any:
    import numpy as np

    from tests.support.crowds import crowd, sizes_of

    rng, sizes = np.random.default_rng(seed), sizes_of(link)
    for start in range(0, respondents, BLOCK):
        yield crowd(rng, sizes, min(BLOCK, respondents - start))


def _by_processes(what: str) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of the processor, and the megabytes of the largest process that there has been.

    What is compared runs in as many processes at once: two of them on one core are slower than each would be alone.
    """
    began = time.perf_counter()
    commands = [[sys.executable, "-m", "benchmarks.large", what, str(number)] for number in range(WORKERS)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    told = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError(f"A process failed: {what}.")
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return time.perf_counter() - began, sum(map(float, told)), megabytes


def work() -> None:
    """What a worker does: whatever is free, until the result is there. It says the seconds that it spent in jobs."""
    import django

    django.setup()
    from django.db import connection

    from config.celery import keep_freed_memory
    from surveys import work as _known  # noqa: F401  what jobs compute
    from surveys.models import Job
    from surveys.services.jobs import job_perform, jobs_due

    keep_freed_memory()
    spent = 0.0
    while Job.objects.filter(kind="open_result").exclude(state=Job.State.DONE).exists():
        began = time.process_time()
        job = jobs_due().filter(kind__startswith="open").first()
        if job and job_perform(job.pk):
            spent += time.process_time() - began
        else:
            time.sleep(0.05)
    connection.close()
    print(spent)


def bare(number: int) -> None:
    """The method alone, on a share of such rows. It says the seconds that it spent."""
    import django

    django.setup()
    import ahp
    from config.celery import keep_freed_memory
    from surveys import packed
    from surveys.models import OpenLink
    from surveys.scale import CONSISTENT_BELOW
    from surveys.selectors.panel_answers import questions_of

    keep_freed_memory()
    link = OpenLink.objects.select_related("survey__edition").get()
    codes, seconds, sums = questions_of(link.survey.edition).codes, 0.0, None
    for block in _blocks(link, RESPONDENTS // WORKERS, SEED + number):
        began = time.process_time()
        panel = ahp.evaluate_panel(codes, packed.ratios_of(block))
        (panel.ratios < CONSISTENT_BELOW).sum(axis=0)
        sums = panel.part.sums if sums is None else sums + panel.part.sums
        seconds += time.process_time() - began
    print(seconds)


def _bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


# --- invitations ---


def invitations(report: Any) -> None:
    from django.test import Client

    survey, user, stored = _invited()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    rows, middle = [], {}
    for name, address in _pages(survey).items():
        queries = queries_of(client.get, address)
        middle[name] = min(timed(client.get, address) for _time in range(3))
        rows.append(f"{name} | {1000 * middle[name]:.0f} ms | {middle[name] / middle[BARE]:.0f} | {queries}")
        report.goal(f"{name}: queries", queries, "at most", MOST_QUERIES)
    who = f"{INVITATIONS:,} experts, each with a letter, who have not answered yet"
    text = f"{who}; {stored / INVITATIONS:.0f} bytes each in the database."
    report.section("Pages of a large panel", text)
    report.table("page | CPU, best of 3 | times the bare page | queries", rows)


def _invited() -> tuple[Any, Any, int]:
    from django.contrib.auth.models import User

    from scoring.demo import panels, texts
    from scoring.demo.build import COMPUTING
    from surveys.models import Expert, Invitation, Person, Survey
    from surveys.services.surveys import survey_create, survey_move

    user = User.objects.create_user("desk")
    edition = panels.edition(COMPUTING, name=texts.COMPUTING_SYSTEM, label="3.0", language="zh-hans", user=user)
    survey = survey_create(edition=edition, title=texts.COMPUTING_TITLE, user=user)
    survey = survey_move(survey, Survey.State.OPEN, user=user)
    before = _bytes()
    for first in range(0, INVITATIONS, 5_000):
        numbers = range(first, min(first + 5_000, INVITATIONS))
        people = Person.objects.bulk_create(
            Person(name=f"合成专家 {number:06d}", email=f"x{number}@example.org", created_by=user) for number in numbers
        )
        experts = Expert.objects.bulk_create(
            Expert(survey=survey, code=f"X{number:06d}", person=person, field="算力", group="业界")
            for number, person in zip(numbers, people, strict=True)
        )
        Invitation.objects.bulk_create(Invitation(expert=expert) for expert in experts)
        _written_to(survey, experts)
    return survey, user, _bytes() - before


def _written_to(survey: Any, experts: Any) -> None:
    """An invitation that has left for each; every tenth has opened it."""
    from django.utils import timezone

    from surveys.models import Expert, Letter, LetterKind, Mailing

    now = timezone.now()
    mailing = Mailing.objects.create(survey=survey, kind=LetterKind.INVITATION, subject={}, body={})
    Letter.objects.bulk_create(
        Letter(
            mailing=mailing, expert=expert, address=expert.person.email, language="zh-hans", state="sent", sent_at=now
        )
        for expert in experts
    )
    Expert.objects.filter(pk__in=[expert.pk for expert in experts[::10]]).update(started_at=now)


def _pages(survey: Any) -> dict[str, str]:
    from django.urls import reverse

    def of(name: str, *rest: Any) -> str:
        return reverse(f"surveys:{name}", args=[survey.pk, *rest])

    return {
        BARE: reverse("password_change"),
        "surveys": reverse("surveys:survey_list"),
        "progress": of("survey"),
        "progress, a search": f"{of('survey')}?q=099999",
        "groups and weights": of("panel_desk"),
        "letters": of("letters"),
        "a new letter": of("letters_new"),
        "who gets the letter": f"{of('letters_send')}?kind=invitation",
        "people": reverse("surveys:people"),
        "an expert": of("expert", "X000001"),
        "consistency grid": of("consistency"),
        "consensus": of("consensus"),
        "panel result": of("panel"),
        "open link": of("open_link"),
    }


if __name__ == "__main__":
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    if "work" in sys.argv:
        work()
    elif "bare" in sys.argv:
        bare(int(sys.argv[-1]))
    else:
        sys.exit(main())
