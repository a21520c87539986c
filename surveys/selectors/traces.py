"""Where a person is named: entries of the log that go with the name, and words of others that stay. Told before anybody
is erased, so that nothing is promised that is not done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.erased import identifying, names_somebody
from surveys.models import (
    AuditEvent,
    Decision,
    Expert,
    LetterText,
    Mailing,
    Person,
    Round,
    Submission,
    Survey,
    WeightSet,
)

SURVEY_WORDS = ("title", "purpose", "inviter", "contact", "privacy", "exclusion_rules")


HOLDING_DETAILS = ("person.", "letter.returned")
HOLDING_WORDS = ("transcript.entered", "revision.requested", "expert.declined", "invitation.revoked")
"""Acts whose reason is about the person, or repeats words that are erased elsewhere."""


def texts_of(person: Person) -> set[str]:
    """The texts by which others name somebody."""
    return identifying({name: getattr(person, name) for name in ("name", "email", "telephone")})


def known_texts(survey: Survey, codes: Collection[str], people: Iterable[Person]) -> set[str]:
    """The same of several, with what the log of the survey knows: names and addresses that were corrected since."""
    texts = {text for who in people for text in texts_of(who)}
    told = AuditEvent.objects.filter(survey=survey, subject__in=codes, action__startswith="person.")
    for old, new in told.values_list("old", "new"):
        texts |= identifying(old) | identifying(new)
    return texts


@dataclass(frozen=True)
class Entries:
    """Entries of the log, by key, whose details, or whose words, are somebody's."""

    details: Sequence[int]
    words: Sequence[int]

    @property
    def count(self) -> int:
        return len({*self.details, *self.words})


def entries_naming(survey: Survey, codes: Collection[str], texts: Collection[str]) -> Entries:
    """What of a survey's log goes with these experts. One query, however long the log is."""
    details, words = [], []
    log = AuditEvent.objects.filter(survey=survey).order_by()
    rows = log.values_list("pk", "action", "subject", "old", "new", "reason")
    for key, action, subject, old, new, reason in rows.iterator():
        about = subject in codes
        if (about and action.startswith(HOLDING_DETAILS)) or names_somebody([old, new], texts):
            details.append(key)
        theirs = about and action.startswith((*HOLDING_DETAILS, *HOLDING_WORDS))
        if reason and (theirs or names_somebody(reason, texts)):
            words.append(key)
    return Entries(details, words)


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
