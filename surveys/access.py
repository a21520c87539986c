"""Who may see and do what. Strangers get 404, members in another role 403."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from surveys.models import Edition, Expert, IndicatorSystem, Membership, Person, Survey

Role = Membership.Role
Account = AbstractBaseUser | AnonymousUser

RUNS = (Role.OWNER, Role.COORDINATOR)
READS = (Role.OWNER, Role.COORDINATOR, Role.ANALYST, Role.VIEWER, Role.APPROVER)
DECIDES = (Role.APPROVER,)
LOCKS = (Role.OWNER, Role.COORDINATOR, Role.APPROVER)
SCORES = (Role.OWNER, Role.COORDINATOR, Role.ANALYST)
WORKS = (Role.OWNER, Role.COORDINATOR, Role.ANALYST, Role.APPROVER)


def surveys_of(user: Account) -> QuerySet[Survey]:
    """Every survey in which this account holds a role."""
    return Survey.objects.filter(pk__in=_memberships(user).values("survey_id"))


def systems_of(user: Account) -> QuerySet[IndicatorSystem]:
    """The systems that this account made, or that one of its surveys uses."""
    if user.pk is None:  # else "made by nobody" would mean: made by this visitor
        return IndicatorSystem.objects.none()
    used = IndicatorSystem.objects.filter(editions__surveys__in=surveys_of(user))
    return (used | IndicatorSystem.objects.filter(created_by_id=user.pk)).distinct()


def surveys_with(user: Account, *roles: str) -> QuerySet[Survey]:
    """The surveys in which this account holds one of these roles."""
    return Survey.objects.filter(pk__in=_memberships(user).filter(role__in=roles).values("survey_id"))


def surveys_run_by(user: Account) -> QuerySet[Survey]:
    """The surveys whose panel this account looks after."""
    return surveys_with(user, *RUNS)


def people_of(user: Account) -> QuerySet[Person]:
    """The people book of an account: who is on a panel that it runs, or was written in by it."""
    if user.pk is None:
        return Person.objects.none()
    asked = Expert.objects.filter(survey__in=surveys_run_by(user), person__isnull=False).values("person_id")
    nowhere = ~Exists(Expert.objects.filter(person=OuterRef("pk")))
    return Person.objects.filter(Q(pk__in=asked) | Q(nowhere, created_by_id=user.pk))


def people_kept_by(user: Account) -> QuerySet[Person]:
    """Those of them whom this account may correct: nobody on a panel that others run."""
    elsewhere = Expert.objects.exclude(survey__in=surveys_run_by(user)).filter(person__isnull=False)
    return people_of(user).exclude(pk__in=elsewhere.values("person_id"))


def edition_for(user: Account, edition_id: int, *, shape: bool = False) -> Edition:
    """An edition that this account may look at; with `shape`, one of a system that it may change.

    Whether it may is left on ``edition.shaped`` for the page to show the right actions.
    """
    visible = Edition.objects.filter(system__in=systems_of(user)).select_related("system", "based_on__system")
    found = visible.filter(pk=edition_id).first()
    if found is None:
        raise Http404("No such edition.")
    may = systems_shaped_by(user).filter(pk=found.system_id).exists()
    if shape and not may:
        raise PermissionDenied("Only who made the system, or runs a survey on it, may change it.")
    found.shaped = may  # type: ignore[attr-defined]
    return found


def systems_shaped_by(user: Account) -> QuerySet[IndicatorSystem]:
    """The systems that this account made, or on which it runs a survey: their drafts are its to change."""
    if user.pk is None:
        return IndicatorSystem.objects.none()
    run = IndicatorSystem.objects.filter(
        editions__surveys__in=_memberships(user).filter(role__in=RUNS).values("survey")
    )
    return (run | IndicatorSystem.objects.filter(created_by_id=user.pk)).distinct()


def roles_of(user: Account, survey: Survey) -> frozenset[str]:
    return frozenset(_memberships(user).filter(survey=survey).values_list("role", flat=True))


def survey_for(user: Account, survey_id: int, *roles: str) -> Survey:
    """The survey, for an account that holds one of `roles` in it (any role where none is named).

    The roles that the account does hold are left on ``survey.held_roles`` for the page to show the right actions.
    """
    survey = Survey.objects.select_related("edition__system").filter(pk=survey_id).first()
    held = roles_of(user, survey) if survey else frozenset()
    if survey is None or not held:
        raise Http404("No such survey.")
    if roles and not held.intersection(roles):
        raise PermissionDenied("This account has another role in this survey.")
    survey.held_roles = held  # type: ignore[attr-defined]
    return survey


def _memberships(user: Account) -> QuerySet[Membership]:
    """The roles of an account; a visitor without one holds none."""
    return Membership.objects.none() if user.pk is None else Membership.objects.filter(user_id=user.pk)
