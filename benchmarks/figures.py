"""``python -m benchmarks.figures``: the report's whole set of figures, from a run to the archive.

It builds the demo in a database of its own, makes the set in each language in turns, and writes RESULTS_FIGURES.md.
It fails where a set takes more than 10 s in the median.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
import zipfile
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.desk import begin_in

PAGE = Path(__file__).parent / "RESULTS_FIGURES.md"
ROUNDS, MOST_SECONDS = 5, 10
LANGUAGES = ("zh-hans", "en")


def main() -> int:
    with TemporaryDirectory(prefix="qh-figures-") as home:
        begin_in(home)
        report, introduction = measured()
    page = report.page("The figures of a report", introduction)
    PAGE.write_text(page, "utf-8")
    print(page)
    return 1 if report.missed else 0


def measured() -> tuple[Any, str]:
    from benchmarks.report import Report, written_by
    from scoring.demo.build import demo_build

    demo_build()
    times: dict[str, list[float]] = {language: [] for language in LANGUAGES}
    archives = {}
    for _round in range(ROUNDS):
        for language in LANGUAGES:
            seconds, archives[language] = _made(language)
            times[language].append(seconds)
    report = Report("")
    rows = [
        f"{language} | {statistics.median(found):.1f} s ({min(found):.1f} to {max(found):.1f}) | "
        f"{_counted(archives[language], '.svg')} | {_counted(archives[language], '.csv')} | "
        f"{len(archives[language]) / 1e6:.1f} MB"
        for language, found in times.items()
    ]
    note = (
        "31 provinces and 302 cities, 53 indicators. Pictures are shared with a second process; the time is that of "
        "whoever waits for the set, on a machine with two cores and nothing else to do."
    )
    report.section("Whole sets", note)
    report.table(
        f"language | time, median of {ROUNDS} (range) | drawings, each as SVG and PNG | tables | archive", rows
    )
    for language, found in times.items():
        report.goal(f"the set in {language}: seconds", statistics.median(found), "at most", MOST_SECONDS)
    versions = f"django {version('django')}, python-docx {version('python-docx')}, resvg_py {version('resvg_py')}"
    return report, written_by("make bench-figures", versions)


def _made(language: str) -> tuple[float, bytes]:
    from scoring.models import FigureSet, ReportPlan
    from scoring.selectors.report import other_runs, plan_of
    from scoring.services.figure_sets import figure_set_compute, figure_set_request

    run = ReportPlan.objects.get().survey.scoring_runs.get(number=1)
    made, _job = figure_set_request(
        run, plan_of(run), language=language, other=other_runs(run).first(), template=None, user=None
    )
    began = time.perf_counter()
    figure_set_compute(made.pk)()
    seconds = time.perf_counter() - began
    return seconds, bytes(FigureSet.objects.get(pk=made.pk).content or b"")


def _counted(archive: bytes, ending: str) -> int:
    return sum(name.endswith(ending) for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())


if __name__ == "__main__":
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    sys.exit(main())
