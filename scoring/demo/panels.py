"""Systems, surveys and weight sets of the demo, through the same services as everything else."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from surveys.files.indicators import IndicatorRow, read_indicators
from surveys.files.judgments import JudgmentRow, read_judgments
from surveys.files.tables import Table, read_table
from surveys.files.tree import Tree
from surveys.models import (
    Edition,
    Expert,
    IndicatorSystem,
    Job,
    JudgmentEvent,
    Membership,
    PanelResult,
    Survey,
    WeightSet,
)
from surveys.services.judgments_many import judgments_import
from surveys.services.open_links import open_link_make
from surveys.services.panel import expert_add
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from surveys.services.surveys import member_add, survey_create, survey_move
from surveys.services.systems import edition_freeze, edition_import
from surveys.services.weight_sets import weight_set_approve, weight_set_draft, weight_set_lock, weight_set_propose
from surveys.tasks import perform

FIELDS = {"zh-hans": ["环境", "算力", "存力", "运力"], "en": ["housing", "mobility", "nature"]}
GROUPS = {"zh-hans": ["业界", "学界"], "en": ["practice", "research"]}
PATIENCE = 60.0  # seconds

Texts = dict[str, str]
People = dict[str, User]


def table(file: Path) -> Table:
    return read_table(file.read_bytes(), file.name)


def indicators(folder: Path, language: str) -> list[IndicatorRow]:
    return read_indicators(table(folder / "indicators.csv"), language)


def edition(
    folder: Path,
    *,
    name: Texts,
    label: str,
    language: str,
    user: User,
    system: IndicatorSystem | None = None,
    was: Mapping[str, str] | None = None,
) -> Edition:
    """A frozen edition from a folder's indicator file."""
    rows = indicators(folder, language)
    draft = edition_import(
        name=name, label=label, rows=rows, user=user, language=language, synthetic=True, system=system, was=was
    )
    return edition_freeze(draft, user=user)


def judgments(folder: Path, language: str) -> list[JudgmentRow]:
    tree = Tree(indicators(folder, language))
    return read_judgments(table(folder / "judgments.csv"), tree)


def survey(
    edition: Edition, people: People, *, days_open: int, missing_allowed: bool = False, slug: str = "", **texts: Texts
) -> Survey:
    """An open survey with the demo's people in their roles; with a slug everybody may answer it too."""
    last_day = timezone.localtime() + timedelta(days=days_open)
    closes_at = last_day.replace(hour=18, minute=0, second=0, microsecond=0)
    settings: dict[str, Any] = {"closes_at": closes_at, "missing_allowed": missing_allowed, "synthetic": True}
    made = survey_create(edition=edition, user=people["coordinator"], **settings, **texts)
    for role in (Membership.Role.APPROVER, Membership.Role.ANALYST):
        member_add(made, member=people[role], role=role, user=people["coordinator"])
    if slug:
        open_link_make(made, slug, user=people["coordinator"])
    return survey_move(made, Survey.State.OPEN, user=people["coordinator"])


def panel(survey: Survey, codes: Sequence[str], name: str, language: str, user: User) -> None:
    """Synthetic experts, numbered, so that nobody takes them for real people; fields and groups take turns.

    Mail to their addresses goes nowhere.
    """
    fields, groups = FIELDS[language], GROUPS[language]
    for number, code in enumerate(codes, start=1):
        expert_add(
            survey,
            code=code,
            name=f"{name} {number:02d}",
            email=address(code),
            field=fields[number % len(fields)],
            group=groups[number % len(groups)],
            language=language,
            user=user,
        )


def address(code: str) -> str:
    """In a domain that is kept for examples."""
    return f"{code.lower()}@example.org"


def ready_expert(survey: Survey, code: str, name: str, user: User) -> None:
    """The expert whom a visitor of the demo may play."""
    expert_add(survey, code=code, name=name, email=address(code), user=user)


def answers(survey: Survey, rows: Sequence[JudgmentRow], user: User) -> None:
    judgments_import(survey, rows, user=user, source=JudgmentEvent.Source.DEMO)


def submit(expert: Expert) -> None:
    computed(submission_create(expert)[1])


def locked_set(survey: Survey, people: People, *, proposal: str, approval: str, decimals: int | None) -> WeightSet:
    """Close the survey, compute the panel, and let two people sign."""
    coordinator, approver = people["coordinator"], people["approver"]
    result, job = panel_result_request(survey, user=coordinator)
    computed(job)
    survey_move(survey, Survey.State.CLOSED, user=coordinator)
    result = PanelResult.objects.select_related("survey__edition").get(pk=result.pk)
    draft = weight_set_draft(result, user=coordinator, adopted_decimals=decimals)
    proposed = weight_set_propose(draft, user=coordinator, reason=proposal)
    approved = weight_set_approve(proposed, user=approver, reason=approval, seen_hash=proposed.content_hash)
    return weight_set_lock(approved, user=approver)


def computed(job: Job) -> None:
    """Run the worker's own task here and now: the demo is ready before the worker is. Where one runs already, and was
    quicker, wait for it.
    """
    perform(job.pk)
    until = time.monotonic() + PATIENCE
    job.refresh_from_db()
    while not job.settled and time.monotonic() < until:
        time.sleep(0.2)
        job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(f"The demo's {job} is {job.state}: {job.error}")
