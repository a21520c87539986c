"""Operations about scoring runs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from scoring.models import Score, ScoringRules, ScoringRun
from scoring.selectors.runs import RunTree, run_job, run_page, runs_of, usable_data_sets, usable_weight_sets
from scoring.services.runs import run_request
from scoring.tasks import enqueue
from surveys.access import READS, SCORES
from surveys.api.operations import Call, Parameter, operation
from surveys.api.schemas import (
    FLAG,
    HASH,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    many,
    maybe,
    one_of,
    options,
    said,
    thing,
)
from surveys.errors import Refused
from surveys.models import Job
from surveys.stamps import stamps

R = "surveys/<number:survey_id>/runs/<number:number>/"
MOST_SCORES = 1000

RUN: Schema = thing(
    number=WHOLE,
    data_set=WHOLE,
    weight_set=said(WHOLE, "The number of the weight set."),
    weights_used=one_of(*ScoringRun.WeightsUsed.values),
    rules=said(maybe(WHOLE), "The number of the version of the scoring rules; null: as the edition says."),
    preview=FLAG,
    synthetic=FLAG,
    stamps=said(many(TEXT), "Not empty: a preview, or synthetic."),
    computed_at=maybe(MOMENT),
    content_hash=maybe(HASH),
)
NEW: Schema = options(
    ["data_set", "weight_set"],
    data_set=WHOLE,
    weight_set=said(WHOLE, "The number of the weight set."),
    weights_used=one_of(*ScoringRun.WeightsUsed.values),
    rules=said(WHOLE, "The number of a version of the scoring rules; the edition's own rules where it is left out."),
    preview=said(FLAG, "Weights that are not locked give previews alone."),
)
SCORE: Schema = thing(unit=TEXT, score=maybe(NUMBER), rank=maybe(WHOLE))
PAGE = (
    Parameter("node", _("Code of the node; the data's own node where it is left out.")),
    Parameter("offset", _("So many rows are left out at the start."), default=0),
    Parameter("limit", _("At most so many rows."), default=MOST_SCORES, most=MOST_SCORES),
)


@operation(
    "GET",
    "surveys/<number:survey_id>/runs/",
    tag="runs",
    summary=_("The runs of a survey, the newest first"),
    answers=many(RUN),
    roles=READS,
)
def runs(call: Call) -> list[dict[str, Any]]:
    return [_document(found) for found in runs_of([call.here]).order_by("-number")]


@operation(
    "POST",
    "surveys/<number:survey_id>/runs/",
    tag="runs",
    summary=_("Ask for a run; the same data, weights and settings give the same run once"),
    answers=RUN,
    takes=NEW,
    roles=SCORES,
    status=HTTPStatus.ACCEPTED,
)
def run_new(call: Call) -> dict[str, Any]:
    data = usable_data_sets(call.here).filter(pk=call.body["data_set"]).first()
    weights = usable_weight_sets(call.here).filter(number=call.body["weight_set"]).first()
    if data is None or weights is None:
        raise Refused(_("There is no such current data set, or no such weight set, in this survey."))
    used = call.body.get("weights_used", ScoringRun.WeightsUsed.EXACT)
    rules = _rules(call)
    with transaction.atomic():
        made, job = run_request(
            call.here, data, weights, user=call.user, weights_used=used, rules=rules,
            preview=call.body.get("preview", False),
        )  # fmt: skip
        enqueue(job)
    return _document(made)


def _rules(call: Call) -> ScoringRules | None:
    number = call.body.get("rules")
    if number is None:
        return None
    found = ScoringRules.objects.filter(survey=call.here, number=number).first()
    if found is None:
        raise Refused(_("There is no such version of the scoring rules in this survey."))
    return found


@operation(
    "GET",
    R,
    tag="runs",
    summary=_("One run, and the job that computes it"),
    answers=thing(run=RUN, job=thing(state=one_of("none", *Job.State.values), error=TEXT)),
    roles=READS,
)
def run(call: Call, number: int) -> dict[str, Any]:
    found = _run(call, number)
    job = run_job(found)
    return {
        "run": _document(found),
        "job": {"state": job.state if job else "none", "error": job.error if job else ""},
    }


@operation(
    "GET",
    f"{R}scores/",
    tag="runs",
    summary=_("Scores and ranks of all units on one node"),
    answers=thing(run=RUN, node=TEXT, units=WHOLE, scores=many(SCORE)),
    parameters=PAGE,
    roles=READS,
)
def scores(call: Call, number: int) -> dict[str, Any]:
    found = _run(call, number)
    code = call.query["node"] or found.data_set.node
    row = RunTree(found).row_of(code) if found.computed else None
    if row is None:
        raise Http404("No such node, or nothing computed yet.")
    first, count = call.query["offset"], call.query["limit"]
    ranked = Score.objects.filter(run=found, node=row.node).order_by("rank", "unit__position")
    rows = ranked.values_list("unit__name", "score", "rank")[first : first + count]
    return {
        "run": _document(found),
        "node": code,
        "units": found.data_set.unit_count,
        "scores": [{"unit": unit, "score": score, "rank": rank} for unit, score, rank in rows],
    }


@operation(
    "GET",
    f"{R}document/",
    tag="runs",
    summary=_("The hashed document of a run: its inputs, settings, scores and ranks"),
    answers={"type": "object"},
    roles=READS,
)
def run_document(call: Call, number: int) -> bytes:
    found = _run(call, number)
    if not found.computed:
        raise Http404("Nothing computed yet.")
    return found.document.encode()


def _run(call: Call, number: int) -> ScoringRun:
    found = run_page(call.here, number).first()
    if found is None:
        raise Http404("No such run.")
    return found


def _document(found: ScoringRun) -> dict[str, Any]:
    plain = ("number", "weights_used", "preview", "synthetic", "computed_at")
    return {
        **{name: getattr(found, name) for name in plain},
        "data_set": found.data_set_id,
        "weight_set": found.weight_set.number,
        "rules": found.rules.number if found.rules else None,
        "stamps": stamps(synthetic=found.synthetic, sealed=not found.preview),
        "content_hash": found.content_hash or None,
    }
