"""Where a person is named in words of others that stay: told before anybody is erased, so that nothing is promised that
is not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.erased import names_somebody
from surveys.models import Decision, Expert, LetterText, Mailing, Round, Submission, Survey, WeightSet

SURVEY_WORDS = ("title", "purpose", "inviter", "contact", "privacy", "exclusion_rules")


@dataclass(frozen=True)
class Trace:
    """A text that names the person and stays. `sealed`: a hash is taken over it, so it cannot be changed at all."""

    survey: Survey
    kind: Promise | str
    where: str
    sealed: bool


def traces_of(expert: Expert, texts: Iterable[str]) -> Iterator[Trace]:
    """In the survey of this expert, by the texts that name them (`surveys.erased.identifying`). Six queries."""
    known = list(texts)
    for kind, sealed, where, said in _said(expert):
        if names_somebody(said, known):
            yield Trace(expert.survey, kind, where, sealed)


def _said(expert: Expert) -> Iterator[tuple[Promise, bool, str, Any]]:
    """Kind, whether a hash holds it, where it stands, and the words."""
    survey = expert.survey
    yield _("the expert's code, which every hash of the log holds"), True, expert.code, expert.code
    decisions = Decision.objects.filter(expert__survey=survey).order_by("pk")
    for code, reason in decisions.values_list("expert__code", "reason"):
        yield _("reason of a decision, which stands in the document of every later weight set"), True, code, reason
    for made in WeightSet.objects.filter(survey=survey).order_by("number"):
        words = [made.document, made.seal, made.proposal, made.approval]
        yield _("document or signatures of a weight set"), True, f"W{made.number}", words
    yield _("words of the survey"), False, "", [getattr(survey, name) for name in SURVEY_WORDS]
    yield from _rows(_("words of a letter"), LetterText.objects.filter(survey=survey), "kind", "subject", "body")
    yield from _rows(_("note of a further round"), Round.objects.filter(survey=survey), "number", "note")
    yield from _rows(_("words that were sent"), _to_others(expert), "pk", "subject", "body")
    remarks = Submission.objects.filter(expert__survey=survey).exclude(expert=expert).exclude(reason="", remark="")
    yield from _rows(_("what an expert wrote on handing in"), remarks, "expert__code", "reason", "remark")


def _rows(
    kind: Promise, found: QuerySet[Any], where: str, *columns: str
) -> Iterator[tuple[Promise, bool, str, list[Any]]]:
    for place, *words in found.order_by("pk").values_list(where, *columns):
        yield kind, False, str(place), words


def _to_others(expert: Expert) -> QuerySet[Mailing]:
    """What was sent to the expert too is erased with them."""
    return Mailing.objects.filter(survey=expert.survey).exclude(letters__expert=expert)
