"""The questionnaire of one expert: its sections, what an expert agreed to, and what waits for the expert."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .judgment import ANSWER_IS_WHOLE, MoreImportant
from .panel import Expert, InvitationLink
from .rounds import Round
from .system import Comparison, Indicator


class Section(models.Model):
    """One node as one expert is asked about it. Made when the expert begins, so that the order never changes again.

    `pairs` lists every pair of the node as [comparison, swapped] in the order of asking: swapped 1 shows the pair's
    second item first. The first `planned` of them are asked; the rest may be answered, and need not be.
    """

    class Familiarity(models.TextChoices):
        VERY = "very", _("I work on it")
        WELL = "well", _("I know it well")
        FAIR = "fair", _("I know something of it")
        LITTLE = "little", _("I know little of it")

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="sections")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    pairs = models.JSONField()
    planned = models.PositiveSmallIntegerField()
    assigned = models.BooleanField(_("asked of this expert"), default=True)
    familiarity = models.CharField(_("familiarity"), max_length=8, choices=Familiarity, blank=True)
    declined_at = models.DateTimeField(_("not my field"), null=True, blank=True)

    class Meta:
        ordering = ["expert", "node__depth", "node__position"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "node"], name="section_once_per_node"),
            models.CheckConstraint(
                condition=Q(familiarity__in=["", "very", "well", "fair", "little"]), name="section_familiarity_known"
            ),
            models.CheckConstraint(condition=Q(planned__gte=1), name="section_asks_something"),
        ]

    @property
    def open(self) -> bool:
        """Asked of this expert, who has not said that it is not their field."""
        return self.assigned and self.declined_at is None


class ConsentText(models.Model):
    """A privacy notice as it was shown, word for word. Consents point to it by its hash."""

    text_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=20)
    text = models.TextField()


class Consent(models.Model):
    """An expert agreed to a privacy notice. Written once."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["expert", "text"], name="consent_once_per_text")]


class DeviceCode(models.Model):
    """A one-time code that opens the questionnaire on another device. Only its SHA-256 is stored.

    With `assistant` the device belongs to somebody who prepares answers: they are drafts until the expert confirms.
    """

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="device_codes")
    link = models.ForeignKey(InvitationLink, null=True, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    assistant = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class RevisionRequest(models.Model):
    """A coordinator asks an expert to look again at some pairs of one node. Keeping them is an answer too."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="revision_requests")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("note to the expert"), max_length=2000)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")

    class Meta:
        ordering = ["expert", "id"]


class RevisionPair(models.Model):
    """A pair of a request, with the revision of the answer that it is about (0 for none)."""

    request = models.ForeignKey(RevisionRequest, on_delete=models.PROTECT, related_name="pairs")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["request", "comparison__position"]
        constraints = [models.UniqueConstraint(fields=["request", "comparison"], name="revision_pair_once")]


class KeptJudgment(models.Model):
    """An expert looked at an answer again and keeps it. `revision` names the answer that is kept.

    The reason may be left out where a further round asked: there staying with one's answer needs no defence.
    """

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="kept_judgments")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    request = models.ForeignKey(RevisionRequest, null=True, on_delete=models.PROTECT, related_name="kept")
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    kept_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["expert", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") | Q(request__isnull=False), name="kept_judgment_has_reason")
        ]


class LateAnswer(models.Model):
    """An answer that came after the survey stopped taking answers. Kept apart: it counts only if somebody takes it."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="late_answers")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    more_important = models.CharField(max_length=12, choices=MoreImportant, blank=True)
    strength = models.PositiveSmallIntegerField(null=True, blank=True)
    client_key = models.UUIDField(unique=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["expert", "id"]
        constraints = [
            models.CheckConstraint(
                condition=ANSWER_IS_WHOLE | Q(more_important="", strength=None), name="late_answer_is_whole"
            ),
        ]


class Transcript(models.Model):
    """Answers that came on paper, by telephone or by mail, and who keyed them in; a scan may be attached."""

    class Way(models.TextChoices):
        PAPER = "paper", _("On paper")
        TELEPHONE = "telephone", _("By telephone")
        MAIL = "mail", _("By mail or message")
        MEETING = "meeting", _("In a meeting")

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="transcripts")
    way = models.CharField(_("how the answers came"), max_length=10, choices=Way)
    received_on = models.DateField(_("received on"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_type = models.CharField(max_length=40, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    file = models.BinaryField(null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["expert", "id"]
        constraints = [models.CheckConstraint(condition=~Q(way=""), name="transcript_says_how")]


class DraftAnswer(models.Model):
    """An answer that somebody prepared for an expert. It counts only when the expert confirms it."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="drafts")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    more_important = models.CharField(max_length=12, choices=MoreImportant)
    strength = models.PositiveSmallIntegerField(null=True)
    transcript = models.ForeignKey(Transcript, null=True, on_delete=models.PROTECT, related_name="drafts")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["expert", "comparison__position"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "comparison"], name="draft_one_per_pair"),
            models.CheckConstraint(condition=ANSWER_IS_WHOLE, name="draft_answer_is_whole"),
        ]
