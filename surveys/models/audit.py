"""Who did what, when, and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .survey import Survey


class AuditEvent(models.Model):
    """One act. Written in the transaction of the act, never changed, never deleted."""

    survey = models.ForeignKey(Survey, null=True, on_delete=models.PROTECT, related_name="audit_events")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    old = models.JSONField(default=dict, blank=True)
    new = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["survey", "-at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
