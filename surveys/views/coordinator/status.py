"""Is what comes in computed and sent? The page of the service, for whoever works in a survey."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from surveys.access import WORKS, surveys_of, surveys_with
from surveys.selectors import health
from surveys.selectors.jobs import open_jobs

LOOK_AGAIN = 30  # seconds
MOST = 200


@login_required
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """A page that comes again by itself without a script; who wants it to stand still says so."""
    still = "still" in request.GET
    context = {
        "work": health.work(),
        "letters": health.letters_by_state(),
        "mail": bool(settings.MAIL_SERVER),
        "broker": health.broker_answers(),
        "free": health.disk_free(),
        "open_jobs": open_jobs(surveys_of(request.user), MOST),
        "may_start": set(surveys_with(request.user, *WORKS).values_list("pk", flat=True)),
        "still": still,
        "seconds": LOOK_AGAIN,
    }
    response = render(request, "surveys/status.html", context)
    if not still:
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response
