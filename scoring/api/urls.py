"""Addresses of the API for data and runs."""

from scoring.api import data, runs  # noqa: F401  they declare operations
from surveys.api.operations import patterns

urlpatterns = patterns("scoring")
