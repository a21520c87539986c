"""How many answers a second are saved, against a bare view that writes the same rows and does nothing else."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Callable
from statistics import median

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.test.utils import override_settings
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from benchmarks.form.ground import Ground, Visitor
from surveys.models import Expert, Judgment, JudgmentEvent
from surveys.selectors.structure import structure_of

OURS = "an answer, with everything that is looked at before it is stored"
BARE = "a bare view that writes the same rows, in a new Django project"
NAKED = "the same view without any middleware"
# What `startproject` writes; the view is exempt from CSRF and looks at no session.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROUNDS, EACH = 15, 40
ADDRESS = "bench/bare/"
_numbers = itertools.count(1_000_000)


@csrf_exempt
def bare(request: HttpRequest) -> JsonResponse:
    """The number taken, the event, the current answer: one transaction, and nothing looked at before."""
    said, number = request.POST, next(_numbers)
    expert, pair, strength = int(said["expert"]), int(said["comparison"]), int(said["strength"])
    with transaction.atomic():
        Expert.objects.filter(pk=expert).update(revision=F("revision") + 1)
        JudgmentEvent.objects.create(
            expert_id=expert,
            comparison_id=pair,
            more_important=said["more_important"],
            strength=strength,
            revision=number,
            client_key=uuid.UUID(said["client_key"]),
            source=JudgmentEvent.Source.FORM,
            received_at=timezone.now(),
            previous_hash="0" * 64,
            hash=f"{number:064x}",
        )
        now = Judgment(
            expert_id=expert,
            comparison_id=pair,
            more_important=said["more_important"],
            strength=strength,
            revision=number,
        )
        Judgment.objects.bulk_create(
            [now],
            update_conflicts=True,
            unique_fields=["expert", "comparison"],
            update_fields=["more_important", "strength", "revision"],
        )
    return JsonResponse({"revision": number})


urlpatterns = [path(ADDRESS, bare), path("", include("config.urls"))]


def rates(ground: Ground) -> dict[str, float]:
    """Answers a second by the clock, what reaches the disk included; the median of rounds that take turns."""
    with override_settings(ROOT_URLCONF=__name__):
        calls = {OURS: _ours(ground), BARE: _bare(ground, behind(MIDDLEWARE)), NAKED: _bare(ground, behind([]))}
        found: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(ROUNDS):
            for name, call in calls.items():
                began = time.perf_counter()
                for _ in range(EACH):
                    call()
                found[name].append(EACH / (time.perf_counter() - began))
    return {name: median(rounds) for name, rounds in found.items()}


def behind(middleware: list[str]) -> Visitor:
    """A handler keeps the middleware of its first request."""
    visitor = Visitor()
    with override_settings(MIDDLEWARE=middleware):
        visitor.get("/healthz")
    return visitor


def _ours(ground: Ground) -> Callable[[], None]:
    """Every pair of the largest matrix in turn, as the queue of the page's script sends them."""
    address, token = ground.address("save"), ground.visitor.cookies["quanheng_csrf"]
    pairs, seen = itertools.cycle(_pairs(ground)), dict[int, int]()
    said = {judgment.comparison_id: judgment.revision for judgment in ground.expert.judgments.all()}

    def call() -> None:
        pair = next(pairs)
        fields = _answer(pair) | {"base_revision": seen.get(pair, said.get(pair, 0)), "view": "card"}
        reply = ground.visitor.post(address, fields, accept="application/json", x_csrftoken=token)
        if reply.status != 200:
            raise RuntimeError(f"An answer was not stored: {reply.status} {reply.text}")
        seen[pair] = json.loads(reply.body)["revision"]

    return call


def _bare(ground: Ground, visitor: Visitor) -> Callable[[], None]:
    """In the log of an expert of its own, whose chain is none."""
    other = Expert.objects.create(survey=ground.survey, code=f"bare{next(_numbers)}")
    pairs = itertools.cycle(_pairs(ground))

    def call() -> None:
        reply = visitor.post(f"/{ADDRESS}", _answer(next(pairs)) | {"expert": other.pk})
        if reply.status != 200:
            raise RuntimeError(f"The bare view answers {reply.status}.")

    return call


def _pairs(ground: Ground) -> list[int]:
    return [pair.pk for pair in structure_of(ground.survey.edition).by_node[ground.largest.pk]]


def _answer(pair: int) -> dict[str, object]:
    number = next(_numbers)
    key = uuid.uuid4()
    return {"comparison": pair, "more_important": "ab"[number % 2], "strength": 2 + number % 8, "client_key": key}
