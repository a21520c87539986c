"""Fixtures of the scoring tests."""

from tests.surveys.conftest import english

__all__ = ["english"]
