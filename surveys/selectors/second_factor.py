"""Whether an account asks for a second factor, and how many recovery codes are left."""

from __future__ import annotations

from django.contrib.auth.models import User

from surveys.models import SecondFactor


def factor_of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user).first()


def codes_left(factor: SecondFactor) -> int:
    return factor.recovery_codes.filter(used_at=None).count()
