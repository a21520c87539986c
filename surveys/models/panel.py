"""The panel. Who a person is stands apart from what an expert answers."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .survey import Survey
from .system import Indicator


def new_seed() -> int:
    return secrets.randbelow(2**31)


class Person(models.Model):
    """A name and how to reach it. Judgments never point here; experts do, and only while the name is kept."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    title = models.CharField(_("position"), max_length=80, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    field = models.CharField(_("field"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=20, default="zh-hans")
    synthetic = models.BooleanField(_("synthetic demo data"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Expert(models.Model):
    """A member of one survey's panel, under a pseudonymous code. Everything answered hangs here.

    `revision` counts this expert's judgment events; it moves only with the event that takes the number. `group` is one
    that is known beforehand (industry, academia); `basis` says how much the expert's judgment rests on what.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="experts")
    code = models.CharField(_("code"), max_length=40)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="experts")
    field = models.CharField(_("field"), max_length=120, blank=True)
    group = models.CharField(_("group"), max_length=80, blank=True)
    basis = models.JSONField(_("basis of judgment"), default=dict, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4, default=1)
    weight_reason = models.CharField(_("reason for the weight"), max_length=400, blank=True)
    seed = models.PositiveIntegerField(default=new_seed, help_text="Shuffles the order and the sides of the pairs.")
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    reminders_paused = models.BooleanField(_("no reminders"), default=False)
    pilot = models.BooleanField(_("answered in the pilot"), default=False, help_text="Said when the survey opens.")
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When name, address and words were erased.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["survey", "id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "code"], name="expert_code_unique"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="expert_weight_not_negative"),
            models.CheckConstraint(condition=~Q(code=""), name="expert_code_filled"),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(person=None), name="expert_erased_has_no_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.person}" if self.person else self.code


class BranchWeight(models.Model):
    """The weight of an expert for one branch: it holds at the node and below, down to where a deeper one is set."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="branch_weights")
    node = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4)
    reason = models.CharField(_("reason for the weight"), max_length=400)

    class Meta:
        ordering = ["expert", "node__position"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "node"], name="branch_weight_unique"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="branch_weight_not_negative"),
        ]


class Invitation(models.Model):
    """The standing invitation of one expert. It may hold several live links; revoking kills all of them."""

    expert = models.OneToOneField(Expert, on_delete=models.CASCADE, related_name="invitation")
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class InvitationLink(models.Model):
    """A personal link: minted when it is sent, shown or printed. Only the SHA-256 of its token is stored."""

    class Channel(models.TextChoices):
        SHOWN = "shown", _("Shown on a page")
        MAIL = "mail", _("Sent by e-mail")
        PRINTED = "printed", _("Printed")

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class ExpertSession(models.Model):
    """One device on which an expert goes on. The cookie holds a random token, the row its SHA-256.

    With `assistant` it is the device of somebody who prepares answers: what they say is a draft.
    """

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="sessions")
    link = models.ForeignKey(InvitationLink, null=True, on_delete=models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    assistant = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
