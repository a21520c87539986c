"""Addresses of the API, of its description, and of the page that shows it."""

from django.urls import URLPattern, path

from surveys.api import surveys, systems, weights  # noqa: F401  they declare operations
from surveys.api.operations import patterns
from surveys.views import api

urlpatterns: list[URLPattern] = [
    path("api/", api.page, name="api"),
    path("api/tokens/", api.tokens, name="tokens"),
    path("api/tokens/<number:token_id>/revoke/", api.token_revoke_it, name="token_revoke"),
    path("api/v1/openapi.json", api.openapi, name="api_description"),
    *patterns("surveys"),
]
