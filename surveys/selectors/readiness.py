"""What stands between a survey and its next stage, and what each stage means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from surveys.models import Edition, Expert, Membership, Survey, WeightSet
from surveys.selectors.answers import answered_themselves
from surveys.selectors.coverage import ENOUGH, Coverage

State = Survey.State

MEANINGS = {
    State.DRAFT: gettext_lazy("Nobody can answer; everything may still be changed."),
    State.PILOT: gettext_lazy(
        "A trial: answers are taken and marked. Before the survey opens you say whether they count."
    ),
    State.OPEN: gettext_lazy(
        "Experts answer and submit. Edition, method and the rules for leaving answers out are fixed from here on."
    ),
    State.CLOSED: gettext_lazy("No more answers. The panel's result is computed, and weights can be proposed."),
    State.DECIDED: gettext_lazy("The weights are decided: how much each expert counts is fixed as well."),
    State.ARCHIVED: gettext_lazy("Kept for reading. Nothing of it changes any more."),
}


@dataclass(frozen=True)
class Lack:
    """A rule that is not met. `hard`: the move is refused; else it is only advised. `page` is where to mend it."""

    sentence: str
    page: str = ""
    hard: bool = False


@dataclass(frozen=True)
class Move:
    to: str
    label: str
    meaning: str
    lacks: list[Lack]
    pilot: list[Expert]
    """Who answered in the pilot: opening asks what their answers are."""

    @property
    def possible(self) -> bool:
        return not any(lack.hard for lack in self.lacks)


def moves_of(survey: Survey, targets: tuple[str, ...], coverage: Coverage, missing: int) -> list[Move]:
    """`missing`: how many experts have not handed in."""
    return [_move(survey, State(to), coverage, missing) for to in targets]


def _move(survey: Survey, to: State, coverage: Coverage, missing: int) -> Move:
    opening = to == State.OPEN and survey.state in (State.DRAFT, State.PILOT)
    pilot = answered_themselves(survey) if opening else []
    return Move(to, str(to.label), str(MEANINGS[to]), list(_lacks(survey, to, coverage, missing)), pilot)


def _lacks(survey: Survey, to: State, coverage: Coverage, missing: int) -> Iterator[Lack]:
    if to in Survey.ANSWERING and survey.state != State.CLOSED:
        yield from _before_answers(survey)
    if to == State.OPEN and survey.state != State.CLOSED:
        yield from _before_opening(survey, coverage)
    if to == State.CLOSED and missing:
        sentence = ngettext("%(count)d expert has not handed in.", "%(count)d experts have not handed in.", missing)
        yield Lack(sentence % {"count": missing}, "survey")
    if to == State.DECIDED and not survey.weight_sets.filter(state=WeightSet.State.LOCKED).exists():
        yield Lack(_("No weight set is locked yet: two people sign one first."), "weight_sets")


def _before_answers(survey: Survey) -> Iterator[Lack]:
    if survey.edition.state != Edition.State.FROZEN:
        yield Lack(_("The edition of the indicator system is a draft: freeze it first."), "edition", hard=True)
    if not survey.experts.exists():
        yield Lack(_("Nobody is on the panel."), "experts_add")


def _before_opening(survey: Survey, coverage: Coverage) -> Iterator[Lack]:
    if survey.closes_at is None:
        yield Lack(_("There is no deadline: letters cannot name one."), "survey_settings")
    if not survey.contact:
        yield Lack(_("No contact is named: experts will not know whom to ask."), "survey_settings")
    if not survey.exclusion_rules:
        yield Lack(
            _("No rule for leaving answers out is declared: referees ask whether there was one beforehand."),
            "survey_settings",
        )
    if not survey.memberships.filter(role=Membership.Role.APPROVER).exists():
        yield Lack(_("Nobody may approve the weights yet: a second person has to."), "members")
    if coverage.few and coverage.panel:
        names = ", ".join(str(each.node) for each in coverage.few)
        yield Lack(_("Fewer than %(few)d experts are asked about: %(names)s.") % {"few": ENOUGH, "names": names}, "")
