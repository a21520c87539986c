"""For machines that look after the service: is it ready, and what does it measure? Pages of nobody."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from surveys import metrics
from surveys.selectors import health


def healthz(_request: HttpRequest) -> HttpResponse:
    """For a watchdog: this process answers."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """For a load balancer: 200 where pages can be served, else 503. With `?work`, also only where somebody computes.

    Pages do not need the broker or a worker: what experts send is kept, and computed when they are back.
    """
    standing = health.standing()
    told: dict[str, object] = {
        "database": _word(standing.database),
        "migrations": _word(standing.migrated),
        "guards": _word(standing.guarded),
    }
    ready = standing.ready
    if standing.database and standing.migrated:
        work = health.work()
        told |= {
            "broker": _word(health.broker_answers()),
            "worker": _word(work.alive),
            "worker_seen_seconds": None if work.seen is None else round(work.seen),
            "oldest_waiting_seconds": round(work.oldest),
        }
        ready = ready and not ("work" in request.GET and work.stuck)
    return JsonResponse({"ready": ready, **told}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For a monitoring system that knows METRICS_TOKEN; without one there is no such page.

    Behind a proxy every request seems to come from this machine, so that an address proves nothing here.
    """
    if not settings.METRICS_TOKEN:
        raise Http404("No such page.")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not constant_time_compare(given, settings.METRICS_TOKEN):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _word(good: bool) -> str:
    return "ok" if good else "away"
