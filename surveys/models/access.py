"""Ways in: the second factor of an account, and tokens for other programs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A program acts as an account, with its roles. The token is shown once; only its SHA-256 is stored."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=120)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope, default=Scope.READ)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=["read", "write"]), name="api_token_scope_known"),
            models.CheckConstraint(condition=~Q(name=""), name="api_token_has_name"),
        ]


class SecondFactor(models.Model):
    """An account asks for a code from a phone beside the password.

    The secret that the phone shares is not stored: it is derived from `seed` and the key of the installation, so that
    a copy of the database alone makes no codes. `secret_print` tells when that key was changed.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    seed = models.CharField(max_length=64)
    secret_print = models.CharField(max_length=64)
    last_step = models.PositiveBigIntegerField()
    """The half minute of the newest code that was taken: neither it nor an earlier one is taken again."""
    spent_until = models.DateTimeField(null=True, blank=True)
    """Each wrong code moves this on; where it lies too far ahead, no code is looked at."""
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(seed=""), name="second_factor_has_seed")]


class RecoveryCode(models.Model):
    """Opens once in place of the phone. Only its SHA-256 is stored."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)
