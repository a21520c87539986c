"""The sections of an expert: made once, assigned by a coordinator, declined by the expert."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Expert, Section, Survey
from surveys.selectors.sections import sections_made, sections_of
from surveys.services.audit import audit


@transaction.atomic
def sections_make(expert: Expert) -> None:
    """Store the expert's sections, if they are not. From now on their order stands, whatever a later version would
    make of it.
    """
    if not Section.objects.filter(expert=expert).exists():
        Section.objects.bulk_create(sections_made(expert), ignore_conflicts=True)


def sections_ensure(expert: Expert) -> list[Section]:
    """The same, and what is stored then."""
    sections_make(expert)
    return sections_of(expert)


@transaction.atomic
def sections_assign(expert: Expert, nodes: Collection[str], *, user: User | None, reason: str = "") -> None:
    """Ask this expert about these nodes (by code) and no others. What was answered elsewhere is kept."""
    if expert.survey.state not in (Survey.State.DRAFT, *Survey.ANSWERING):
        raise Refused(_("This survey takes no answers any more: whom it asks about what stays as it is."))
    sections = sections_ensure(expert)
    chosen = [section for section in sections if section.node.code in nodes]
    if not chosen:
        raise Refused(_("Leave at least one section to the expert."))
    old = [section.node.code for section in sections if section.assigned]
    new = [section.node.code for section in chosen]
    if old == new:
        return
    Section.objects.filter(expert=expert).update(assigned=False)
    Section.objects.filter(pk__in=[section.pk for section in chosen]).update(assigned=True)
    audit(
        "expert.assigned", expert.code, user=user, survey=expert.survey, old={"sections": old}, new={"sections": new},
        reason=reason,
    )  # fmt: skip


@transaction.atomic
def section_know(section: Section, familiarity: str) -> None:
    """How well the expert knows the subject of this section, in their own words; empty takes it back."""
    if familiarity and familiarity not in Section.Familiarity.values:
        raise Refused(_("Choose one of the words that are offered."))
    Section.objects.filter(pk=section.pk).update(familiarity=familiarity)


@transaction.atomic
def section_decline(section: Section, *, declined: bool) -> None:
    """“Not my field”, or back again. Answers given so far stay in the log and count as they did."""
    expert = section.expert
    if not expert.survey.takes_answers:
        raise Refused(_("This survey takes no answers now. What you answered before is safe."))
    if declined and not expert.survey.missing_allowed:
        raise Refused(_("This survey asks for an answer to every pair: choose the one that comes closest."))
    changed = Section.objects.filter(pk=section.pk, declined_at__isnull=declined)
    if changed.update(declined_at=timezone.now() if declined else None):
        action = "section.declined" if declined else "section.taken_up"
        audit(action, expert.code, user=None, survey=expert.survey, new={"section": section.node.code})
