"""Erasing a person: name, address, words and ways in go; answers stay under their code, and their chain still holds.

What a hash was taken over names nobody but codes, so it stays. The database itself lets nothing else be changed of a
log (`surveys.guard_list`), and only of an expert who was marked as erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.erased import ERASED, identifying, names_somebody
from surveys.errors import Refused
from surveys.models import (
    AuditEvent,
    BranchWeight,
    DeviceCode,
    DraftAnswer,
    Expert,
    ExpertSession,
    Invitation,
    InvitationLink,
    JudgmentEvent,
    KeptJudgment,
    Letter,
    Mailing,
    Person,
    RevisionRequest,
    Submission,
    Survey,
    Transcript,
)
from surveys.selectors.traces import entries_naming, known_texts, texts_of
from surveys.services.audit import audit


@transaction.atomic
def person_erase(person: Person, *, user: User | None, reason: str) -> None:
    """Erase somebody from the book and from every panel. Raises Refused where the reason is missing or names them."""
    _check_reason(person, reason)
    experts = person.experts.select_related("survey", "person").order_by("survey_id", "pk")
    texts = texts_of(person)
    corrected = AuditEvent.objects.filter(survey=None, subject=f"P{person.pk}", action__startswith="person.")
    for old, new in corrected.values_list("old", "new"):
        texts |= identifying(old) | identifying(new)
    for survey, on_it in groupby(experts, key=lambda expert: expert.survey):
        experts_erase(survey, list(on_it), user=user, reason=reason)
    _erase_in_book(texts)
    if Person.objects.filter(pk=person.pk).delete()[0]:
        audit("person.erased", f"P{person.pk}", user=user, reason=reason.strip())
    _leave_no_copy()


@transaction.atomic
def experts_erase(survey: Survey, experts: Sequence[Expert], *, user: User | None, reason: str) -> int:
    """Erase the names of these members of one panel; who is on no other panel leaves the book as well."""
    found = Expert.objects.select_for_update(of=("self",)).filter(pk__in=[expert.pk for expert in experts])
    standing = list(found.filter(erased_at=None).select_related("person").order_by("pk"))
    keys, codes = [expert.pk for expert in standing], [expert.code for expert in standing]
    people = [expert.person for expert in standing if expert.person]
    texts = known_texts(survey, codes, people)
    Expert.objects.filter(pk__in=keys).update(erased_at=timezone.now(), person=None, reminders_paused=True)
    _end_ways_in(keys)
    _erase_words(keys)
    _erase_reasons(keys, texts)
    _erase_in_log(survey, frozenset(codes), texts)
    _erase_in_mailings(survey, keys, texts)
    for code in codes:
        audit("person.erased", code, user=user, survey=survey, reason=reason.strip())
    Person.objects.filter(pk__in=[person.pk for person in people], experts=None).delete()
    transaction.on_commit(_leave_no_copy)
    return len(standing)


def _check_reason(person: Person, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Say in a sentence why: it stands in the log."))
    if names_somebody(reason, texts_of(person)):
        raise Refused(_("The reason stays in the log: say it without the name and the address."))


def _end_ways_in(experts: Sequence[int]) -> None:
    """Links, devices and codes go; what is left is that there was an invitation, and that it ended."""
    Letter.objects.filter(expert__in=experts).update(link=None, address="", error="")
    Letter.objects.filter(expert__in=experts, state=Letter.State.WAITING).update(state=Letter.State.FAILED)
    for model in (ExpertSession, DeviceCode, DraftAnswer):
        model._default_manager.filter(expert__in=experts).delete()
    InvitationLink.objects.filter(invitation__expert__in=experts).delete()
    Invitation.objects.filter(expert__in=experts, revoked_at=None).update(revoked_at=timezone.now())


def _erase_words(experts: Sequence[int]) -> None:
    """What the expert wrote, what was written to them alone, and scans of what they signed."""
    for column in ("reason", "remark"):
        Submission.objects.filter(expert__in=experts).exclude(**{column: ""}).update(**{column: ERASED})
    own = JudgmentEvent.objects.filter(expert__in=experts).exclude(source=JudgmentEvent.Source.CARRIED)
    own.exclude(note="").update(note=ERASED)
    KeptJudgment.objects.filter(expert__in=experts).exclude(reason="").update(reason=ERASED)
    RevisionRequest.objects.filter(expert__in=experts, round=None).update(note=ERASED)
    transcripts = Transcript.objects.filter(expert__in=experts)
    transcripts.exclude(note="").update(note=ERASED)
    transcripts.exclude(file_name="").update(file_name=ERASED, file=None)


def _erase_reasons(experts: Sequence[int], texts: set[str]) -> None:
    """Reasons for weights that name the expert."""
    for rows, column in (
        (Expert.objects.filter(pk__in=experts), "weight_reason"),
        (BranchWeight.objects.filter(expert__in=experts), "reason"),
    ):
        named = [key for key, said in rows.values_list("pk", column) if names_somebody(said, texts)]
        rows.filter(pk__in=named).update(**{column: ERASED})


def _erase_in_log(survey: Survey, codes: frozenset[str], texts: set[str]) -> None:
    """The acts stay, with who and when; what they say of the person goes."""
    found = entries_naming(survey, codes, texts)
    _blank(found.details, found.words)


def _erase_in_book(texts: set[str]) -> None:
    """Entries about somebody who was on no panel then."""
    book = AuditEvent.objects.filter(survey=None, action__startswith="person.")
    rows = book.values_list("pk", "subject", "old", "new")
    found = [key for key, subject, old, new in rows if names_somebody([subject, old, new], texts)]
    _blank(found, [])
    for key, subject in book.filter(pk__in=found).values_list("pk", "subject"):
        if names_somebody(subject, texts):
            AuditEvent.objects.filter(pk=key).update(subject=ERASED)


def _blank(details: Sequence[int], words: Sequence[int]) -> None:
    AuditEvent.objects.filter(pk__in=details).update(old={}, new={})
    AuditEvent.objects.filter(pk__in=words).exclude(reason="").update(reason=ERASED)


def _erase_in_mailings(survey: Survey, experts: Sequence[int], texts: set[str]) -> None:
    """Words of letters that name them, where none of these letters waits to leave."""
    sent = Mailing.objects.filter(survey=survey, letters__expert__in=experts).distinct()
    waiting = Q(letters__state__in=[Letter.State.WAITING, Letter.State.SENDING])
    done = sent.exclude(pk__in=Mailing.objects.filter(waiting).values("pk"))
    named = [key for key, *words in done.values_list("pk", "subject", "body") if names_somebody(words, texts)]
    Mailing.objects.filter(pk__in=named).update(subject={}, body={})


def _leave_no_copy() -> None:
    """SQLite writes zeros over what goes (`secure_delete`); its log of writes holds older pages until it is emptied."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
