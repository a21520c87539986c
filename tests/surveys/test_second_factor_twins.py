"""A code that two devices send at the same moment, on both databases."""

from functools import partial

import pyotp
import pytest

from surveys.errors import Refused
from surveys.models import SecondFactor
from surveys.services.second_factor import code_take, factor_set, secret_of, seed_new
from tests.surveys import factories as make


@pytest.mark.django_db(transaction=True)
def test_the_same_code_at_the_same_moment_opens_once() -> None:
    user, seed = make.user(), seed_new()
    phone = pyotp.TOTP(secret_of(seed))
    codes = factor_set(user, seed, phone.now())
    SecondFactor.objects.update(last_step=0)  # as if the phone had been set up long ago
    for code in (phone.now(), codes[0]):
        outcomes = make.in_threads(*[partial(code_take, user, code)] * 4)
        assert [type(each) for each in outcomes if each is not None] == [Refused] * 3, outcomes
