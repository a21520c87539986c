"""Fixtures of the survey tests."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture
def english() -> Iterator[None]:
    """For tests that quote sentences: msgids are English."""
    with translation.override("en"):
        yield
