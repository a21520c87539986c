"""Data sets and runs of the demo, through the same services as everything else."""

from __future__ import annotations

from pathlib import Path

import scoring.tasks  # noqa: F401  what a run computes is registered with the tasks
from scoring.demo import texts
from scoring.demo.panels import People, Texts, computed
from scoring.files import read_data
from scoring.models import DataSet, ScoringRun, Study
from scoring.services.data_sets import About, data_set_import
from scoring.services.rules import rules_create
from scoring.services.runs import run_request
from scoring.services.studies import study_request
from surveys.files.tables import read_table
from surveys.files.tree import Tree
from surveys.models import Survey, WeightSet
from surveys.selectors.trees import indicator_rows, tree_of


def run(
    file: Path,
    survey: Survey,
    weight_set: WeightSet,
    *,
    name: Texts,
    source: str,
    year: str,
    people: People,
    content: bytes | None = None,
) -> ScoringRun:
    """Import a file (or `content` in its place) and score its units with the locked set."""
    data_set = data(file, survey, name=name, source=source, year=year, people=people, content=content)
    scoring_run, job = run_request(survey, data_set, weight_set, user=people["analyst"])
    computed(job)
    return scoring_run


def by_rules(run: ScoringRun, base: DataSet, people: People) -> ScoringRun:
    """The same data under rules of the survey's own: one column by the bounds of the year before, capped."""
    codes = {texts.BASE_YEAR_LEAF: {"basis": "base", "cap": "yes"}}
    rules = rules_create(run.survey, codes, {}, reason=texts.RULES_REASON, user=people["analyst"], base=base)
    scoring_run, job = run_request(run.survey, run.data_set, run.weight_set, user=people["analyst"], rules=rules)
    computed(job)
    return scoring_run


def studies(run: ScoringRun, people: People) -> None:
    """Ask how sure the ranks of a run are, in every way."""
    run.refresh_from_db()  # the worker has computed it
    for kind in Study.Kind.values:
        _study, job = study_request(run, kind, user=people["analyst"])
        computed(job)


def data(
    file: Path, survey: Survey, *, name: Texts, source: str, year: str, people: People, content: bytes | None = None
) -> DataSet:
    """Import a file, or `content` in its place."""
    name_of_file = file.name if content is None else f"made-{year}-{file.name}"
    content = file.read_bytes() if content is None else content
    found = read_data(read_table(content, name_of_file), Tree(indicator_rows(tree_of(survey.edition))))
    about = About(name=name, source=source, year=year, synthetic=True)
    return data_set_import(survey, found, content=content, about=about, user=people["analyst"])
