"""The addresses of a personal link and of an open one. They come from SITE_URL, never from what a request calls us."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

SAMPLE = "sample"


def personal_link(token: str) -> str:
    return f"{settings.SITE.origin}{reverse('surveys:start', args=[token])}"


def sample_link() -> str:
    """What stands in a letter that is only looked at. It opens nothing."""
    return personal_link(SAMPLE)


def open_address(slug: str) -> str:
    """Where everybody may answer."""
    return f"{settings.SITE.origin}{reverse('surveys:open_start', args=[slug])}"
