"""The open link: an address under which anybody may answer a survey once. Nothing here says who did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .panel import new_seed
from .questionnaire import ConsentText
from .survey import Survey
from .system import Indicator


class OpenLink(models.Model):
    """The address, and where the chain of its answers stands: `count` and `head` move with each answer, and only so."""

    survey = models.OneToOneField(Survey, on_delete=models.PROTECT, related_name="open_link")
    slug = models.CharField(_("address"), max_length=40, unique=True)
    count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    shut_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.slug


class OpenDraft(models.Model):
    """A device on which somebody answers: the SHA-256 of its cookie, and the answers until they are handed in.

    With the receipt the answers leave this row. What is kept of it is that this device has answered.
    """

    link = models.ForeignKey(OpenLink, on_delete=models.CASCADE, related_name="drafts")
    token_hash = models.CharField(max_length=64, unique=True)
    seed = models.PositiveIntegerField(default=new_seed, help_text="Shuffles the order and the sides of the pairs.")
    answers = models.BinaryField(help_text="See surveys.packed.")
    revision = models.PositiveIntegerField(default=0)
    notice = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    started = models.PositiveIntegerField(help_text="Minutes since 1970, UTC.")
    saved = models.PositiveIntegerField(help_text="Minutes since 1970, UTC.")
    receipt = models.CharField(max_length=12, blank=True)


class OpenAnswer(models.Model):
    """What one respondent handed in: written once, numbered without gaps.

    `record` holds everything that was handed in (`surveys.packed.Record`); `hash` is the SHA-256 of the hash before it
    and of the record.
    """

    link = models.ForeignKey(OpenLink, on_delete=models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    record = models.BinaryField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["link", "number"]
        constraints = [models.UniqueConstraint(fields=["link", "number"], name="open_answer_number_unique")]


class OpenResult(models.Model):
    """The weights of everybody who answered by the open link, up to an answer whose hash names all before it."""

    link = models.ForeignKey(OpenLink, on_delete=models.PROTECT, related_name="results")
    number = models.PositiveIntegerField()
    respondents = models.PositiveIntegerField()
    head = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    random_index = models.CharField(max_length=20)
    aggregation = models.CharField(max_length=5)
    missing_allowed = models.BooleanField(default=False)
    signs = models.JSONField(default=dict, help_text="How many answered in ways that deserve a look.")
    computed_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["link", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["link", "number"], name="open_result_number_unique"),
            models.UniqueConstraint(fields=["link", "respondents"], name="open_result_once_per_head"),
        ]


class OpenPart(models.Model):
    """`count` answers from the one after `first`, and what they add to the sums; empty until a job has computed it."""

    result = models.ForeignKey(OpenResult, on_delete=models.PROTECT, related_name="parts")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    sums = models.TextField(blank=True)

    class Meta:
        ordering = ["result", "first"]
        constraints = [models.UniqueConstraint(fields=["result", "first"], name="open_part_unique")]


class OpenNode(models.Model):
    """What all respondents together say about one node, and how their consistency ratios are spread.

    `ratios` counts the respondents by CR in steps of 0.01, those of 1 and above last; `untested` had too few answers
    to contradict each other; `passing` have a CR below 0.1. `strict_weights` are those of passing and untested alone,
    empty where they do not link all items.
    """

    result = models.ForeignKey(OpenResult, on_delete=models.PROTECT, related_name="nodes")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    respondents = models.PositiveIntegerField(help_text="Those who have a say here.")
    answers = models.JSONField(help_text="How many answered each pair.")
    matrix = models.JSONField()
    weights = models.JSONField()
    second_weights = models.JSONField()
    lambda_max = models.CharField(max_length=40)
    index = models.CharField(max_length=40)
    random_index = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=20)
    ratio = models.CharField(max_length=40, blank=True)
    ratios = models.JSONField(default=list)
    untested = models.PositiveIntegerField(default=0)
    passing = models.PositiveIntegerField(default=0)
    strict_respondents = models.PositiveIntegerField(default=0)
    strict_weights = models.JSONField(default=list)

    class Meta:
        ordering = ["result", "node__position"]
        constraints = [models.UniqueConstraint(fields=["result", "node"], name="open_node_unique")]
