"""All surveys of an account as cards: how far each is, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.models import Survey, WeightSet
from surveys.selectors.board import days_left
from surveys.selectors.progress import with_panel_sizes

State, WeightState = Survey.State, WeightSet.State


@dataclass(frozen=True)
class Card:
    """`page` is the address name of where the next step is taken."""

    survey: Survey
    experts: int
    submitted: int
    days_left: int | None
    next: str
    page: str


def overview(surveys: QuerySet[Survey]) -> list[Card]:
    """The newest first, in one query."""
    sized = with_panel_sizes(surveys).annotate(
        **{
            f"has_{state}": Exists(WeightSet.objects.filter(survey=OuterRef("pk"), state=state))
            for state in (WeightState.PROPOSED, WeightState.APPROVED, WeightState.LOCKED)
        }
    )
    return [_card(survey) for survey in sized]


def _card(survey: Survey) -> Card:
    experts: int = survey.experts_count  # type: ignore[attr-defined]
    submitted: int = survey.submitted_count  # type: ignore[attr-defined]
    sentence, page = _next(survey, experts, experts - submitted)
    return Card(survey, experts, submitted, days_left(survey), sentence, page)


def _next(survey: Survey, experts: int, missing: int) -> tuple[str, str]:
    if survey.state == State.ARCHIVED:
        return "", "survey"
    if survey.state in (State.DRAFT, State.PILOT):
        if not experts:
            return _("Bring the panel together"), "experts_add"
        return _("Look through the settings, then open it"), "survey_settings"
    if survey.state == State.OPEN and missing:
        sentence = ngettext("%(count)d expert is missing", "%(count)d experts are missing", missing)
        return sentence % {"count": missing}, "survey"
    if survey.state == State.OPEN:
        return (_("Everybody has answered: close it"), "survey") if experts else (
            _("Bring the panel together"), "experts_add",
        )  # fmt: skip
    return _next_of_weights(survey)


def _next_of_weights(survey: Survey) -> tuple[str, str]:
    if survey.has_locked:  # type: ignore[attr-defined]
        return _("The weights are locked: export them, or rank"), "weight_sets"
    if survey.has_approved:  # type: ignore[attr-defined]
        return _("Approved weights wait to be locked"), "weight_sets"
    if survey.has_proposed:  # type: ignore[attr-defined]
        return _("Proposed weights wait for approval"), "weight_sets"
    return _("Compute the panel's result and draft the weights"), "panel"
