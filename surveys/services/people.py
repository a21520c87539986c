"""The people book: who somebody is and how to reach them, apart from what anybody answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Expert, Person, Survey
from surveys.selectors.people import next_codes
from surveys.services.audit import audit
from surveys.services.panel import expert_add

DETAILS = ("name", "title", "organisation", "field", "email", "telephone", "language")


@transaction.atomic
def person_change(person: Person, *, user: User | None, **details: str) -> None:
    """Correct somebody's name or address. The log says what was changed, in the survey or surveys that ask them."""
    old = {name: getattr(person, name) for name in details}
    new = {name: value for name, value in details.items() if value != old[name]}
    if not new:
        return
    for name, value in new.items():
        setattr(person, name, value)
    person.full_clean()
    person.save(update_fields=list(new))
    _note("person.changed", person, user, {name: old[name] for name in new}, new)


@transaction.atomic
def people_merge(people: Sequence[Person], *, user: User | None) -> Person:
    """One person out of several who are the same: the first stays and takes what it lacks from the others."""
    kept, *others = people
    panels = list(Expert.objects.filter(person__in=people).values_list("survey_id", flat=True))
    if len(panels) != len(set(panels)):
        raise Refused(_("%(name)s is on one panel twice: take one of them off that panel first.") % {"name": kept.name})
    for other in others:
        Expert.objects.filter(person=other).update(person=kept)
        person_change(kept, user=user, **_lacking(kept, other))
        _note("person.merged", kept, user, {"name": other.name, "email": other.email}, {})
        other.delete()
    return kept


def _lacking(kept: Person, other: Person) -> dict[str, str]:
    return {name: getattr(other, name) for name in DETAILS if not getattr(kept, name) and getattr(other, name)}


@transaction.atomic
def people_join(survey: Survey, people: Collection[Person], *, user: User | None) -> list[Expert]:
    """Put people of the book on a panel, each under a fresh code. Who is on it already stays as they are."""
    known = set(survey.experts.filter(person__in=people).values_list("person_id", flat=True))
    joining = [person for person in people if person.pk not in known]
    codes = next_codes(set(survey.experts.values_list("code", flat=True)), len(joining))
    return [
        expert_add(survey, code=code, person=person, field=person.field, user=user)
        for code, person in zip(codes, joining, strict=True)
    ]


def _note(action: str, person: Person, user: User | None, old: dict[str, str], new: dict[str, str]) -> None:
    """In the log of every survey that asks this person, or of none."""
    experts = list(person.experts.select_related("survey"))
    for expert in experts:
        audit(action, expert.code, user=user, survey=expert.survey, old=old, new=new)
    if not experts:
        audit(action, f"P{person.pk}", user=user, old=old, new=new)
