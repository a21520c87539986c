"""Data sets and runs of the demo, through the same services as everything else."""

from __future__ import annotations

from pathlib import Path

import scoring.tasks  # noqa: F401  what a run computes is registered with the tasks
from scoring.computing import edition_tree
from scoring.demo import texts
from scoring.demo.panels import People, Texts, computed
from scoring.gate.derivations import formulas_in
from scoring.gate.findings import confirmed
from scoring.gate.reading import Setting, tables_of, through_the_gate
from scoring.models import DataSet, Publication, ScoringRun, Study
from scoring.publishing import Profile
from scoring.selectors.publications import upper_nodes
from scoring.services.data_sets import About, Provenance, data_set_import
from scoring.services.publications import publication_move, publication_write
from scoring.services.runs import run_request
from scoring.services.scoring_rules import Asked, bounds_from, rules_create
from scoring.services.studies import study_request
from surveys.models import Survey, WeightSet


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
    code = texts.BASE_YEAR_LEAF
    changes = {code: {**bounds_from(base, [code])[code], "cap": "yes"}}
    rules = rules_create(run.survey, Asked(changes, base=base, reason=texts.RULES_REASON), user=people["analyst"])
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
    """Import a file, or `content` in its place; formulas that lie beside the file are checked against it."""
    beside = file.with_suffix(".formulas.txt")
    formulas = beside.read_text("utf-8") if content is None and beside.exists() else ""
    name_of_file = file.name if content is None else f"made-{year}-{file.name}"
    content = file.read_bytes() if content is None else content
    setting = Setting(edition_tree(survey.edition), formulas=formulas_in(formulas))
    found = through_the_gate(*tables_of(content, name_of_file), setting)
    about = About(name=name, source=source, year=year, synthetic=True)
    provenance = Provenance(sources=found.sources, findings=confirmed(found.findings, ""))
    return data_set_import(
        survey, found.data, content=content, about=about, user=people["analyst"], provenance=provenance
    )


def publish(run: ScoringRun, people: People) -> None:
    """A public page: the first ten on the root, the dimensions and the groups, with weights of the reader's own."""
    profile = Profile(nodes=upper_nodes(run), parts=True, own_weights=True, licence=texts.PUBLIC_LICENCE)
    page = publication_write(
        run, slug=texts.PUBLIC_SLUG, title=texts.PUBLIC_TITLE, words=texts.PUBLIC_WORDS, profile=profile,
        user=people["coordinator"],
    )  # fmt: skip
    publication_move(page, Publication.State.PUBLIC, user=people["coordinator"])
