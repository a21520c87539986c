"""Studies of a run: asked for once, computed by a worker, cancelled by one click."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.models import ScoringRun, Study
from scoring.selectors.weighing import weighing_of
from scoring.studying import DECIMALS, Cancelled, Document, options_of, study_document
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Job
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure

JOB = "scoring_study"


@transaction.atomic
def study_request(run: ScoringRun, kind: str, *, user: User | None) -> tuple[Study, Job]:
    """Ask for a study. The same question about the same run is computed once; a cancelled one may be asked again."""
    if not run.computed:
        raise Refused(_("The run is not computed yet."))
    if kind not in Study.Kind.values:
        raise Refused(_("There is no such study."))
    asked = Study(run=run, kind=kind, options=options_of(kind, run.survey), requested_by=user)
    asked.input_hash = _question(asked)
    known = Study.objects.filter(run=run, input_hash=asked.input_hash, cancelled_at=None).first()
    if known is None:
        asked.save(force_insert=True)
        audit("study.requested", asked, user=user, survey=run.survey, new={"kind": kind, "run": run.number})
    study = known or asked
    return study, job_ensure(JOB, study.pk)


def _question(study: Study) -> str:
    """The hash of what is asked of which run."""
    asked = {"run": study.run.content_hash, "kind": study.kind, "options": study.options}
    return content_hash(canonical_json(asked))


@transaction.atomic
def study_cancel(study: Study, *, user: User | None) -> bool:
    """Whoever computes it stops at the next step. False where it is computed already."""
    stopped = Study.objects.filter(pk=study.pk, computed_at=None, cancelled_at=None).update(cancelled_at=timezone.now())
    if stopped:
        audit("study.cancelled", study, user=user, survey=study.run.survey, new={"kind": study.kind})
    return bool(stopped)


def study_compute(key: int, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Callable[[], None]:
    """Compute; the returned function stores once. A cancelled study stores nothing, and its job is done."""
    study = Study.objects.select_related("run__survey", "run__data_set__edition", "run__weight_set").get(pk=key)

    def step(done: int, total: int) -> None:
        if Study.objects.filter(pk=key, cancelled_at__isnull=False).exists():
            raise Cancelled
        progress(done, total)

    try:
        document: Document = study_document(study.kind, study.options, weighing_of(study.run), step)
    except Cancelled:
        return lambda: None
    text = canonical_json({"run": study.run.content_hash, **document})

    def store() -> None:
        written = {"document": text, "content_hash": content_hash(text), "computed_at": timezone.now()}
        Study.objects.filter(pk=key, computed_at=None, cancelled_at=None).update(**written)

    return store


def study_problems(key: int) -> list[str]:
    """What is wrong with a computed study: its hashes, and whether the same comes out again."""
    study = Study.objects.select_related("run__survey", "run__data_set__edition", "run__weight_set").get(pk=key)
    if not study.computed_at:
        return [_("The study has not been computed.")]
    if content_hash(study.document) != study.content_hash or _question(study) != study.input_hash:
        return [_("The document of the study does not have its stored hash.")]
    try:
        found = study_document(study.kind, study.options, weighing_of(study.run), lambda _done, _all: None)
    except Refused as refusal:
        return [str(refusal)]
    again = json.loads(canonical_json({"run": study.run.content_hash, **found}))
    return [] if _same(again, json.loads(study.document)) else [_("The study does not come back.")]


def _same(found: Any, written: Any) -> bool:
    """Words and ranks exactly; numbers, which are written with six decimals, to the last of these."""
    if isinstance(found, dict) and isinstance(written, dict):
        told = found.keys() - {"refused"}  # a sentence may be worded anew
        return found.keys() == written.keys() and all(_same(found[key], written[key]) for key in told)
    if isinstance(found, list) and isinstance(written, list):
        return len(found) == len(written) and all(map(_same, found, written))
    if isinstance(found, str) and isinstance(written, str) and found != written:
        with suppress(ValueError):
            return bool(abs(float(found) - float(written)) < 2 * 10**-DECIMALS)
    return bool(found == written)
