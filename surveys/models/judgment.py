"""Judgments: an append-only log, its current view, and what a worker computed from a submission."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .panel import Expert
from .system import Comparison, Indicator


class MoreImportant(models.TextChoices):
    """What an expert says of a pair. No row at all means: not answered."""

    A = "a", _("The first")
    B = "b", _("The second")
    EQUAL = "equal", _("Equally important")
    CANNOT_JUDGE = "cannot_judge", _("Cannot judge")


ANSWER_IS_WHOLE = (
    Q(more_important__in=["a", "b"], strength__gte=2, strength__lte=9)
    | Q(more_important="equal", strength=1)
    | Q(more_important="cannot_judge", strength=None)
)


class JudgmentEvent(models.Model):
    """One answer as it was given: never changed, never deleted, each hash over the one before.

    `more_important` empty means that the expert took an answer back. An event with `conflict` was given on a device
    that had not seen the newest answer: it is kept, and does not count until the expert chooses it.

    How the pair was shown is kept with it: in which view, as the expert's how-manieth question (`place`, from 1),
    with its second item first (`swapped`), and for how long; and what made the expert say it again (`cause`).
    """

    class Source(models.TextChoices):
        FORM = "form", _("The expert's form")
        IMPORT = "import", _("Imported file")
        ON_BEHALF = "on_behalf", _("Keyed in on the expert's behalf")
        CARRIED = "carried", _("Carried over from an earlier survey")
        DEMO = "demo", _("Synthetic demo data")

    class View(models.TextChoices):
        CARD = "card", _("Card")
        ROW = "row", _("Row of seventeen")
        SHEET = "sheet", _("Spreadsheet")
        PAPER = "paper", _("Paper form")

    class Cause(models.TextChoices):
        OWN = "", _("Of the expert's own accord")
        CIRCLE = "circle", _("After a note on a circle")
        HINT = "hint", _("After a hint")
        REQUEST = "request", _("On request")
        ROUND = "round", _("In a further round")

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="events")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    more_important = models.CharField(max_length=12, choices=MoreImportant, blank=True)
    strength = models.PositiveSmallIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField()
    base_revision = models.PositiveIntegerField(default=0)
    conflict = models.BooleanField(default=False)
    client_key = models.UUIDField(unique=True)
    source = models.CharField(max_length=10, choices=Source)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    view = models.CharField(max_length=8, choices=View, blank=True)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    swapped = models.BooleanField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    cause = models.CharField(max_length=8, choices=Cause, blank=True)
    transcript = models.ForeignKey(
        "surveys.Transcript", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    received_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["expert", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "revision"], name="event_revision_unique"),
            models.CheckConstraint(
                condition=ANSWER_IS_WHOLE | Q(more_important="", strength=None), name="event_answer_is_whole"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="event_revision_positive"),
            models.CheckConstraint(
                condition=~Q(source="on_behalf") | Q(entered_by__isnull=False), name="event_on_behalf_has_keyer"
            ),
        ]


class Judgment(models.Model):
    """The current answer of an expert to a comparison: a view of the log, written in the same transaction."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="judgments")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    more_important = models.CharField(max_length=12, choices=MoreImportant)
    strength = models.PositiveSmallIntegerField(null=True)
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expert", "comparison"], name="judgment_one_per_pair"),
            models.CheckConstraint(condition=ANSWER_IS_WHOLE, name="judgment_answer_is_whole"),
        ]


class Submission(models.Model):
    """The moment an expert said: these are my answers. It names the head of the log it covers, and never moves."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    remark = models.TextField(_("remark"), blank=True, max_length=2000)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["expert", "number"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "number"], name="submission_number_unique"),
        ]

    @property
    def receipt(self) -> str:
        """Twelve digits of the log's head: what the expert may keep and look up."""
        return self.head_hash[:12]


class NodeResult(models.Model):
    """What a submission says about one node. Numbers are decimal strings; empty where a thing cannot be tested.

    `missing` counts the pairs without an answer. Where the answers do not link all items there are no weights at all.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="results")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    items = models.PositiveSmallIntegerField()
    missing = models.PositiveSmallIntegerField(default=0)
    weights = models.JSONField(help_text="Local weights of the children in tree order.")
    second_weights = models.JSONField(help_text="The same by the method beside the survey's own.")
    lambda_max = models.CharField(max_length=40, blank=True)
    index = models.CharField(max_length=40, blank=True)
    random_index = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=20)
    ratio = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["submission", "node__position"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "node"], name="node_result_unique"),
        ]
