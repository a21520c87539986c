"""The addresses of a personal link and of an open one, which come from SITE_URL and never from what a request calls us;
and the way back that a request asks for.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SAMPLE = "sample"


def personal_link(token: str) -> str:
    return f"{settings.SITE.origin}{reverse('surveys:start', args=[token])}"


def sample_link() -> str:
    """What stands in a letter that is only looked at. It opens nothing."""
    return personal_link(SAMPLE)


def open_address(slug: str) -> str:
    """Where everybody may answer."""
    return f"{settings.SITE.origin}{reverse('surveys:open_start', args=[slug])}"


def way_back(request: HttpRequest, usual: str) -> str:
    """Where the reader came from, as the form or the address says in `next`, if that is a path here; else `usual`.

    No other site is led to, and nothing that could be taken for the name of a view.
    """
    asked = request.POST.get("next") or request.GET.get("next") or ""
    here = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if here else usual
