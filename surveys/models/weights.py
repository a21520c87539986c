"""The panel's results and the weight sets that two people sign."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .judgment import Submission
from .survey import Survey
from .system import Edition, Indicator


class PanelResult(models.Model):
    """The group's matrices and weights over a stated set of submissions. Computed once by a job, then immutable."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="panel_results")
    number = models.PositiveIntegerField()
    input_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    random_index = models.CharField(max_length=20)
    aggregation = models.CharField(max_length=5)
    missing_allowed = models.BooleanField(default=False)
    invited = models.PositiveIntegerField(help_text="Experts on the panel when this was asked for.")
    computed_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="panel_result_number_unique"),
            models.UniqueConstraint(fields=["survey", "input_hash"], name="panel_result_once_per_input"),
        ]


class PanelMember(models.Model):
    """A submission that a panel result is made of, with the weights its expert had then (0 = recorded, not counted).

    `branch_weights`: node code → weight, for that node and what lies below it. `excluded`: the codes of the nodes at
    which a decision leaves the answers out; all of them where the expert is left out wholly.
    """

    result = models.ForeignKey(PanelResult, on_delete=models.CASCADE, related_name="members")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    weight = models.DecimalField(max_digits=9, decimal_places=4)
    branch_weights = models.JSONField(default=dict, blank=True)
    excluded = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "submission"], name="panel_member_unique"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="panel_member_weight_not_negative"),
        ]


class PanelPart(models.Model):
    """A slice of a large panel: `count` members from position `first`, and what they add to the group's sums.

    `sums` is empty until a job has computed it; see `surveys.services.panel_sums` for what it holds.
    """

    result = models.ForeignKey(PanelResult, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    sums = models.TextField(blank=True)

    class Meta:
        ordering = ["result", "first"]
        constraints = [models.UniqueConstraint(fields=["result", "first"], name="panel_part_unique")]


class PanelNode(models.Model):
    """The group's matrix at one node, its weights and consistency. Numbers are decimal strings.

    A cell of the matrix is empty where nobody who counts answered the pair.
    """

    result = models.ForeignKey(PanelResult, on_delete=models.CASCADE, related_name="nodes")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    experts = models.PositiveIntegerField(help_text="Experts whose answers count here.")
    answers = models.JSONField(
        default=list, blank=True, help_text="How many of them answered each pair, in pair order."
    )
    matrix = models.JSONField()
    weights = models.JSONField()
    second_weights = models.JSONField()
    lambda_max = models.CharField(max_length=40)
    index = models.CharField(max_length=40)
    random_index = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=20)
    ratio = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["result", "node__position"]
        constraints = [models.UniqueConstraint(fields=["result", "node"], name="panel_node_unique")]


class WeightSet(models.Model):
    """Weights for one edition, proposed by one person, approved by another, then locked for good.

    `document` is canonical JSON over everything the weights came from and `content_hash` its SHA-256; `seal` is
    canonical JSON over the signatures and `seal_hash` its SHA-256. A survey is not needed: weights may be imported
    with their source.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        LOCKED = "locked", _("Locked")
        SUPERSEDED = "superseded", _("Superseded")

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="weight_sets")
    survey = models.ForeignKey(Survey, null=True, on_delete=models.PROTECT, related_name="weight_sets")
    panel_result = models.ForeignKey(PanelResult, null=True, on_delete=models.PROTECT, related_name="weight_sets")
    number = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    adopted_decimals = models.PositiveSmallIntegerField(_("decimals of adopted weights"), null=True, blank=True)
    synthetic = models.BooleanField(default=False)
    document = models.TextField()
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposal = models.TextField(_("reason for the proposal"), blank=True, max_length=2000)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approval = models.TextField(_("reason for the approval"), blank=True, max_length=2000)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    seal = models.TextField(blank=True)
    seal_hash = models.CharField(max_length=64, blank=True)
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="supersedes")

    class Meta:
        ordering = ["edition", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="weight_set_number_unique"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "approved", "locked", "superseded"]),
                name="weight_set_state_known",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="weight_set_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="weight_set_proposed_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed"])
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approval=""),
                name="weight_set_approved_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "approved"])
                | Q(locked_by__isnull=False, locked_at__isnull=False) & ~Q(seal_hash=""),
                name="weight_set_locked_is_sealed",
            ),
            models.UniqueConstraint(
                fields=["survey"], condition=Q(state="locked"), name="weight_set_one_locked_per_survey"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} · W{self.number}"


class WeightEntry(models.Model):
    """The weight of one indicator in a set. Exact weights are decimal strings of doubles; adopted ones are
    percentages.
    """

    class Origin(models.TextChoices):
        JUDGMENTS = "judgments", _("Judgments of the panel")
        IMPORTED = "imported", _("Imported")
        FIXED = "fixed", _("Fixed")

    weight_set = models.ForeignKey(WeightSet, on_delete=models.CASCADE, related_name="entries")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    local_weight = models.CharField(max_length=40)
    global_weight = models.CharField(max_length=40)
    adopted_weight = models.CharField(max_length=40, blank=True, help_text="Percent of the whole, as printed.")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.JUDGMENTS)
    source = models.CharField(_("source"), max_length=400, blank=True)
    reference = models.CharField(_("document number"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        ordering = ["weight_set", "indicator__position"]
        constraints = [
            models.UniqueConstraint(fields=["weight_set", "indicator"], name="weight_entry_unique"),
            models.CheckConstraint(
                condition=Q(origin="judgments") | ~Q(source=""), name="weight_entry_without_judgments_has_source"
            ),
        ]


class SignedSheet(models.Model):
    """The scan of a sign-off sheet that was signed on paper. Its hash joins the seal of the set."""

    weight_set = models.ForeignKey(WeightSet, on_delete=models.PROTECT, related_name="signed_sheets")
    content_hash = models.CharField(max_length=64, help_text="The weight set's hash that the sheet printed.")
    note = models.CharField(_("note"), max_length=400, blank=True)
    file_name = models.CharField(max_length=200)
    file_type = models.CharField(max_length=40)
    file_hash = models.CharField(max_length=64)
    file = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["weight_set", "id"]
