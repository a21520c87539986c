"""Scoring runs: asked for by a person, computed by the worker, then frozen."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.computing import Inputs, compute, inputs_of, run_options
from scoring.documents import Document, input_hash, run_document
from scoring.models import DataSet, Score, ScoringRules, ScoringRun
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Job, Survey, WeightSet
from surveys.selectors.trees import tree_of
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure
from surveys.version import VERSION

JOB = "scoring_run"
BATCH = 5_000

Used = ScoringRun.WeightsUsed


@transaction.atomic
def run_request(
    survey: Survey,
    data_set: DataSet,
    weight_set: WeightSet,
    *,
    user: User | None,
    weights_used: str = Used.EXACT,
    rules: ScoringRules | None = None,
    preview: bool = False,
) -> tuple[ScoringRun, Job]:
    """Ask for a run. The same data, weights and options give the same run once.

    A stored run needs a locked weight set; a preview takes any, and is stamped draft wherever it is seen.
    """
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)
    _check(survey, data_set, weight_set, weights_used, preview)
    if rules and rules.survey_id != survey.pk:
        raise Refused(_("These rules are of another survey."))
    asked = ScoringRun(
        survey=survey,
        number=_next_number(survey),
        data_set=data_set,
        weight_set=weight_set,
        rules=rules,
        weights_used=weights_used,
        weights_hash=weight_set.content_hash,
        preview=preview,
        synthetic=data_set.synthetic or weight_set.synthetic,
        options=run_options(rules),
        software=VERSION,
        requested_by=user,
    )
    asked.input_hash = input_hash(asked)
    known = ScoringRun.objects.filter(survey=survey, input_hash=asked.input_hash).first()
    if known is None:
        asked.save(force_insert=True)
        audit("run.requested", asked, user=user, survey=survey, new=_audited(asked))
    run = known or asked
    return run, job_ensure(JOB, run.pk)


def run_compute(run_id: int) -> Callable[[], None]:
    """Compute the scores of a run; the returned function stores them once."""
    run = run_with_inputs(run_id)
    if run.weight_set.content_hash != run.weights_hash:
        raise Refused(_("The draft weights have changed since this preview was asked for. Ask for a new one."))
    inputs = inputs_of(run)
    document = run_document(run, inputs, compute(inputs))
    text = canonical_json(document)
    scores = _scores(run, inputs, document)

    def store() -> None:
        if ScoringRun.objects.filter(pk=run.pk, computed_at=None).exists():
            Score.objects.bulk_create(scores, batch_size=BATCH)
            written = {"document": text, "content_hash": content_hash(text), "computed_at": timezone.now()}
            ScoringRun.objects.filter(pk=run.pk).update(**written)

    return store


def run_with_inputs(run_id: int) -> ScoringRun:
    return ScoringRun.objects.select_related("survey", "data_set__edition", "weight_set").get(pk=run_id)


def _check(survey: Survey, data_set: DataSet, weight_set: WeightSet, weights_used: str, preview: bool) -> None:
    if data_set.survey_id != survey.pk or weight_set.survey_id not in (None, survey.pk):
        raise Refused(_("Data and weights of a run belong to one survey."))
    if data_set.edition_id != weight_set.edition_id:
        raise Refused(_("These data are of another edition of the indicator system than these weights."))
    if not preview and weight_set.state != WeightSet.State.LOCKED:
        raise Refused(_("These weights are not locked: have them locked, or ask for a preview."))
    if weights_used == Used.ADOPTED and weight_set.adopted_decimals is None:
        raise Refused(_("This weight set has no adopted weights: use the exact ones."))


def _next_number(survey: Survey) -> int:
    return (ScoringRun.objects.filter(survey=survey).aggregate(newest=Max("number"))["newest"] or 0) + 1


def _scores(run: ScoringRun, inputs: Inputs, document: Document) -> list[Score]:
    """The rows of what the document says, read back from its strings."""
    nodes = tree_of(run.data_set.edition).by_code()
    return [
        Score(run=run, unit=unit, node=nodes[code], score=None if text is None else float(text), rank=rank)
        for code, texts in document["scores"].items()
        for unit, text, rank in zip(inputs.units, texts, document["ranks"][code], strict=True)
    ]


def _audited(run: ScoringRun) -> dict[str, object]:
    return {
        "run": run.number,
        "data": run.data_set.content_hash,
        "weights": run.weights_hash,
        "weights_used": run.weights_used,
        "preview": run.preview,
    }
