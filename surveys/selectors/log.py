"""Entries of the audit log of one survey, and the sign-ins of its members that failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from surveys.models import AuditEvent, Survey
from surveys.services.looks import SIGN_IN_FAILED


def log_of(survey: Survey) -> QuerySet[AuditEvent]:
    """The newest first."""
    names = survey.memberships.values("user__username")
    members = Q(survey=None, action=SIGN_IN_FAILED, subject__in=names)
    return AuditEvent.objects.filter(Q(survey=survey) | members).select_related("user").order_by("-at", "-id")


def log_chosen(events: QuerySet[AuditEvent], chosen: Mapping[str, Any]) -> QuerySet[AuditEvent]:
    """Those of an act, an account, a subject (or a reason) and a span of days, both days included."""
    if act := chosen.get("act"):
        events = events.filter(action=act)
    if who := chosen.get("who"):
        events = events.filter(user=None if who == "none" else int(who))
    if subject := chosen.get("subject"):
        events = events.filter(Q(subject__icontains=subject) | Q(reason__icontains=subject))
    if since := chosen.get("since"):
        events = events.filter(at__gte=_begin(since))
    if until := chosen.get("until"):
        events = events.filter(at__lt=_begin(until) + timedelta(days=1))
    return events


def log_choices(survey: Survey) -> tuple[list[str], list[tuple[int, str]]]:
    """The acts and the accounts that the log of a survey knows."""
    events = AuditEvent.objects.filter(survey=survey).order_by()
    acts = list(events.values_list("action", flat=True).distinct())
    accounts = events.filter(user__isnull=False).values_list("user_id", "user__username").distinct()
    return [*acts, SIGN_IN_FAILED], sorted(accounts, key=lambda pair: pair[1])


def _begin(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
