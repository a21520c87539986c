"""Surveys and the people who run them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.texts import text_in

from .system import Edition


def usual_reminder_days() -> list[int]:
    """Days after the invitation."""
    return [3, 7, 10]


class Survey(models.Model):
    """One asking of one panel about one edition. The method is fixed when it opens."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PILOT = "pilot", _("Pilot")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        DECIDED = "decided", _("Decided")
        ARCHIVED = "archived", _("Archived")

    class Method(models.TextChoices):
        EIGENVECTOR = "eigenvector", _("Principal eigenvector")
        LOG_LEAST_SQUARES = "log_least_squares", _("Log least squares")

    class RandomIndex(models.TextChoices):
        SIMULATED = "simulated", _("Simulated")
        SAATY_1980 = "saaty1980", _("Saaty 1980")
        SAATY_2005 = "saaty2005", _("Saaty 2005")
        ALONSO_LAMATA = "alonso_lamata", _("Alonso and Lamata 2006")
        COMMON_CN = "common_cn", _("Table usual in Chinese papers")

    class Aggregation(models.TextChoices):
        JUDGMENTS = "aij", _("Geometric mean of judgments (AIJ)")
        PRIORITIES = "aip", _("Geometric mean of weights (AIP)")

    class Gate(models.TextChoices):
        SOFT = "soft", _("Soft: submit with a reason")
        HARD = "hard", _("Hard: no submission above the limit")
        NONE = "none", _("None")

    class Plan(models.TextChoices):
        FULL = "full", _("Every pair")
        REDUCED = "reduced", _("Fewer pairs of the large matrices")

    class Order(models.TextChoices):
        BALANCED = "balanced", _("Shuffled for each expert, sides balanced")
        PAPER = "paper", _("As on the paper form")

    class Anonymity(models.TextChoices):
        NAMED = "named", _("Names beside answers")
        PSEUDONYMS = "pseudonyms", _("Codes beside answers, names only to invite")

    ANSWERING = (State.PILOT, State.OPEN)
    SETTLING = (State.CLOSED, State.DECIDED)
    SMALLEST_GROUP = 3

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("edition"))
    title = models.JSONField(_("title"))
    purpose = models.JSONField(_("purpose"), default=dict, blank=True)
    inviter = models.JSONField(_("who asks"), default=dict, blank=True)
    contact = models.JSONField(_("contact"), default=dict, blank=True)
    privacy = models.JSONField(_("privacy notice"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    method = models.CharField(_("method"), max_length=20, choices=Method, default=Method.EIGENVECTOR)
    random_index = models.CharField(
        _("random index"), max_length=20, choices=RandomIndex, default=RandomIndex.SIMULATED
    )
    aggregation = models.CharField(_("aggregation"), max_length=5, choices=Aggregation, default=Aggregation.JUDGMENTS)
    missing_allowed = models.BooleanField(_("“cannot judge” allowed"), default=False)
    question_plan = models.CharField(_("questions"), max_length=8, choices=Plan, default=Plan.FULL)
    full_up_to = models.PositiveSmallIntegerField(_("every pair up to so many items"), default=5)
    questions_per_item = models.DecimalField(_("questions per item above"), max_digits=4, decimal_places=2, default=1.5)
    question_order = models.CharField(_("order of the pairs"), max_length=8, choices=Order, default=Order.BALANCED)
    gate = models.CharField(_("consistency gate"), max_length=5, choices=Gate, default=Gate.SOFT)
    anonymity = models.CharField(_("anonymity"), max_length=10, choices=Anonymity, default=Anonymity.NAMED)
    smallest_group = models.PositiveSmallIntegerField(
        _("smallest group that is told"),
        default=SMALLEST_GROUP,
        db_default=SMALLEST_GROUP,
        help_text="Experts; smaller groups are not shown.",
    )
    names_kept = models.PositiveSmallIntegerField(
        _("names are kept for so many months"), null=True, blank=True, help_text="After it closed; none: until erased."
    )
    languages = models.JSONField(_("languages of the form"), default=list, blank=True, help_text="Tags; none: all.")
    exclusion_rules = models.JSONField(
        _("rules for leaving answers out"), default=dict, blank=True, help_text="Declared before the survey opens."
    )
    unmasked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody first saw units' names beside the effect of a decision."
    )
    reminders = models.BooleanField(_("automatic reminders"), default=False)
    reminder_days = models.JSONField(
        _("reminders after so many days"), default=usual_reminder_days, blank=True, help_text="At most three."
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    synthetic = models.BooleanField(_("synthetic demo data"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts the moves: what compare-and-swap compares.")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "pilot", "open", "closed", "decided", "archived"]),
                name="survey_state_known",
            ),
            models.CheckConstraint(condition=Q(questions_per_item__gte=1), name="survey_questions_link_all_items"),
            models.CheckConstraint(condition=Q(smallest_group__gte=3), name="survey_smallest_group_hides_two"),
            models.CheckConstraint(
                condition=Q(names_kept=None) | Q(names_kept__gte=1), name="survey_names_kept_some_time"
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.title)

    @property
    def takes_answers(self) -> bool:
        """It is being answered, and the deadline, where there is one, lies ahead."""
        return self.state in self.ANSWERING and (self.closes_at is None or self.closes_at > timezone.now())


class Membership(models.Model):
    """What an account may do in one survey. One account may hold several roles."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        COORDINATOR = "coordinator", _("Coordinator")
        ANALYST = "analyst", _("Analyst")
        VIEWER = "viewer", _("Viewer")
        APPROVER = "approver", _("Approver")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="survey_memberships")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "user", "role"], name="membership_unique"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "coordinator", "analyst", "viewer", "approver"]),
                name="membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
