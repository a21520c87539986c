"""`python -m tests.reliability.looking SECONDS < acknowledged.json`: what became of what was acknowledged, as JSON.

In: for each expert the keys of the answers that were called saved, and the revision that was last handed in. Waits for
the jobs, however many are left, until none is done for so many seconds.
"""

import json
import sys
import time
from collections import Counter
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  after the set-up

from surveys.models import Expert, Job, JudgmentEvent, NodeResult, Submission  # noqa: E402
from surveys.services.chain import chain_verify  # noqa: E402


def wait_for_jobs(seconds: float) -> float:
    """How long it took until nothing was left to do."""
    began = moved = time.monotonic()
    left = _undone()
    while left and time.monotonic() - moved < seconds:
        time.sleep(0.2)
        now = _undone()
        moved = time.monotonic() if now < left else moved
        left = now
    return time.monotonic() - began


def _undone() -> int:
    return Job.objects.exclude(state=Job.State.DONE).count()


def looked(acknowledged: list[dict[str, Any]]) -> dict[str, object]:
    stored = Counter(str(key) for key in JudgmentEvent.objects.values_list("client_key", flat=True))
    keys = [key for seat in acknowledged for key in seat["keys"]]
    newest = dict(Submission.objects.order_by("number").values_list("expert_id", "revision"))
    return {
        "events": sum(stored.values()),
        "lost": [key for key in keys if not stored[key]],
        "doubled": [key for key, count in stored.items() if count > 1],
        "not handed in": [s["expert"] for s in acknowledged if newest.get(s["expert"], 0) < s["handed_in"]],
        "undone": list(Job.objects.exclude(state=Job.State.DONE).values_list("kind", "state")),
        "without results": Submission.objects.exclude(pk__in=NodeResult.objects.values("submission")).count(),
        "submissions": Submission.objects.count(),
        "broken chains": [expert.code for expert in Expert.objects.all() if chain_verify(expert)],
        "integrity": _integrity(),
    }


def _integrity() -> str:
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        return str(cursor.execute("PRAGMA integrity_check").fetchone()[0])


waited = wait_for_jobs(float(sys.argv[1]))
json.dump({**looked(json.load(sys.stdin)), "waited": round(waited, 1)}, sys.stdout)
