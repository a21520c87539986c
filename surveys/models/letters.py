"""Letters to experts: what a survey writes, what was sent to whom, and what came back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .panel import Expert, InvitationLink
from .survey import Survey


class LetterKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REMINDER = "reminder", _("Reminder")
    REVISION = "revision", _("Request to look again")
    THANKS = "thanks", _("Thanks")


class LetterText(models.Model):
    """How a survey words one kind of letter, per language tag. Without a row the usual words are sent."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="letter_texts")
    kind = models.CharField(_("letter"), max_length=12, choices=LetterKind)
    subject = models.JSONField(_("subject"), default=dict)
    body = models.JSONField(_("text"), default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "kind"], name="letter_text_once")]


class Mailing(models.Model):
    """One sending: who sent which words to a stated list of experts. The automatic reminders have no sender.

    `key` comes with the page that was confirmed: a page that is confirmed twice sends once.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="mailings")
    kind = models.CharField(_("letter"), max_length=12, choices=LetterKind)
    subject = models.JSONField(_("subject"))
    body = models.JSONField(_("text"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-id"]


class Letter(models.Model):
    """One mail to one expert. Its link is minted at the moment of sending, so that no token is ever stored.

    `sending` is written before the mail server is asked: a letter found in it after a crash is `unknown`, shown, and
    sent again only by hand, for a mail cannot be taken back.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        BOUNCED = "bounced", _("Returned")

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="letters")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="letters")
    address = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=20)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    message_id = models.CharField(max_length=200, blank=True)
    link = models.ForeignKey(InvitationLink, null=True, on_delete=models.PROTECT, related_name="+")
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Tries that the mail server put off.")
    try_after = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["mailing", "id"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "expert"], name="letter_once_per_mailing"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "failed", "unknown", "bounced"]),
                name="letter_state_known",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="letter_sent_has_time"),
        ]
        indexes = [models.Index(fields=["message_id"])]
