"""Work for the worker. The row is the truth; a Celery message is only a wake-up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Computing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=40)
    subject = models.PositiveBigIntegerField(help_text="Primary key of what the job computes.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    run_after = models.DateTimeField(help_text="Neither claimed nor announced before this moment.")
    announced_until = models.DateTimeField(null=True, blank=True, help_text="No second wake-up before this moment.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts since the service last started.")
    service = models.CharField(max_length=40, blank=True, help_text="The start of the service that counted them.")
    done_steps = models.PositiveIntegerField(default=0)
    all_steps = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="job_once_per_subject"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="job_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False) & ~Q(lease=""),
                name="job_running_has_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "run_after"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def settled(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)


class WorkerSign(models.Model):
    """When any worker last took a message: one row, since all that matters is whether somebody is there."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=1), name="worker_sign_is_one_row")]

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d %H:%M:%S}"
