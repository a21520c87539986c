"""The figures of a report: what they shall be, the team's template, and sets that a worker makes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scoring.files_docx import check_template
from scoring.models import FigureSet, ReportPlan, ReportTemplate, ScoringRun
from scoring.report.archive import archive_bytes
from scoring.report.changes import changes, said_by
from scoring.report.making import figures_of
from scoring.report.plan import Item, items_of
from scoring.selectors.board import board_of
from scoring.selectors.report import earlier_said, facts_of
from surveys.canonical import canonical_json
from surveys.errors import Refused
from surveys.models import Job, Survey
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure

JOB = "figure_set"


@transaction.atomic
def plan_write(survey: Survey, items: Sequence[Item], *, user: User | None) -> ReportPlan:
    """The figures a report of this survey has from now on."""
    if not any(item.shown for item in items):
        raise Refused(_("Choose one figure at least."))
    keys = [item.key for item in items]
    if len(set(keys)) < len(keys):
        raise Refused(_("Two figures of the list are the same; change the one that is there."))
    numbers = [(item.table, item.number) for item in items if item.shown and item.number]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice:
        raise Refused(_("The number %(number)s is given twice.") % {"number": twice[1]})
    plan = ReportPlan.objects.create(survey=survey, items=[item.stored() for item in items], created_by=user)
    audit("report.planned", plan, user=user, survey=survey, new={"figures": sum(item.shown for item in items)})
    return plan


def template_add(survey: Survey, *, name: str, content: bytes, user: User | None) -> ReportTemplate:
    """Keep a template of the team. Raises `FileErrors` for what is no plain document."""
    check_template(content, name)  # before the transaction: it may take seconds, and everybody's answers wait for one
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        known = ReportTemplate.objects.filter(survey=survey, sha256=digest).first()
        if known:
            return known
        found = ReportTemplate.objects.create(
            survey=survey, name=name[-200:], content=content, sha256=digest, created_by=user
        )
        audit("report.template", found, user=user, survey=survey, new={"sha256": digest})
    return found


@transaction.atomic
def figure_set_request(
    run: ScoringRun,
    items: Sequence[Item],
    *,
    language: str,
    other: ScoringRun | None,
    template: ReportTemplate | None,
    user: User | None,
) -> tuple[FigureSet, Job]:
    """Ask for a set."""
    if not run.computed or (other and not other.computed):
        raise Refused(_("The run is not computed yet."))
    if (other and other.survey_id != run.survey_id) or (template and template.survey_id != run.survey_id):
        raise Refused(_("Runs and template of a report belong to one survey."))
    made = FigureSet.objects.create(
        run=run, template=template, language=language, requested_by=user,
        options={"items": [item.stored() for item in items if item.shown]},
    )  # fmt: skip
    if other:
        made.others.add(other)
    audit("report.requested", made, user=user, survey=run.survey, new={"run": run.number, "language": language})
    return made, job_ensure(JOB, made.pk)


def figure_set_compute(key: int, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Callable[[], None]:
    """Draw everything; the returned function stores it once."""
    made = FigureSet.objects.select_related("run__survey", "run__data_set__edition__system", "template").get(pk=key)
    other = made.others.select_related("survey", "data_set__edition__system").first()
    with translation.override(made.language):
        found = figures_of(items_of(made.options["items"]), board_of(made.run), board_of(other) if other else None)
        faulty = [fault for each in found for fault in each.faults]
        if faulty:
            raise Refused(" ".join(faulty))
        figures = [each.figure for each in found if each.figure]
        if not figures:
            raise Refused(_("None of the chosen figures can be drawn from this run."))
        said, before = said_by(figures), earlier_said(made)
        count = iter(range(1, len(figures) + 1))
        content = archive_bytes(
            figures, facts_of(made.run), title=str(made.run.data_set),
            template=bytes(made.template.content) if made.template else None,
            changed=changes(before, said) if before else [], step=lambda: progress(next(count), len(figures)),
        )  # fmt: skip
    lacking = [[f"{each.item.label} {each.title}".strip(), each.lacking] for each in found if each.lacking]
    document = canonical_json({"run": made.run.content_hash, "said": said, "lacking": lacking})

    def store() -> None:
        written = {"document": document, "content": content, "content_hash": hashlib.sha256(content).hexdigest()}
        FigureSet.objects.filter(pk=key, computed_at=None).update(**written, computed_at=timezone.now())

    return store
