"""Does a run still say what was computed, and does it follow from its data and weights?

Hashes are compared exactly; scores are computed again and compared to 1e-9, because the last bits of a computation
differ between processors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scoring.computing import Inputs, compute, inputs_of, run_options
from scoring.documents import data_document, input_hash, run_inputs
from scoring.models import ScoringRun
from scoring.ranking import Scores
from scoring.services.runs import run_with_inputs
from scoring.services.scoring_rules import rules_document
from surveys.canonical import canonical_json, content_hash
from surveys.selectors.verification import DAMAGED

TOLERANCE = 1e-9

Document = dict[str, Any]


def run_problems(run_id: int) -> list[str]:
    """What is wrong with a computed run; an empty list: it is whole."""
    try:
        return _run_problems(run_id)
    except DAMAGED as error:
        return [_("The stored run is damaged and cannot be checked (%(error)s).") % {"error": error}]


def _run_problems(run_id: int) -> list[str]:
    run = run_with_inputs(run_id)
    if not run.computed:
        return [_("The run has not been computed yet.")]
    document = json.loads(run.document)
    inputs = inputs_of(run)
    return [
        *_hash_problems(run, document, inputs),
        *_input_problems(run, document),
        *_rules_problems(run, document),
        *_row_problems(run, document),
        *_score_problems(document, inputs, compute(inputs)),
    ]


def _hash_problems(run: ScoringRun, document: Document, inputs: Inputs) -> Iterator[str]:
    data, weights = document["data"], document["weights"]
    if content_hash(run.document) != run.content_hash:
        yield _("The document of the run does not have its stored hash.")
    data_hash = content_hash(canonical_json(data_document(run.data_set, inputs.units)))
    if not data_hash == run.data_set.content_hash == data["content_hash"]:
        yield _("The data are not those that the run was computed from.")
    weight_hash = content_hash(run.weight_set.document)
    if not weight_hash == run.weight_set.content_hash == weights["content_hash"]:
        yield _("The weights are not those that the run was computed from.")
    if weights["seal_hash"] and content_hash(run.weight_set.seal) != weights["seal_hash"]:
        yield _("The signatures under the weights are not those that the run names.")


def _rules_problems(run: ScoringRun, document: Document) -> Iterator[str]:
    stated = run_options(run.rules) if run.rules else {"rules": None}
    if any(document["options"].get(name) != value for name, value in stated.items()):
        yield _("The scoring rules are not those that the run was computed with.")
    if run.rules and content_hash(canonical_json(rules_document(run.rules))) != run.rules.content_hash:
        yield _("The stored scoring rules do not have their stored hash.")


def _input_problems(run: ScoringRun, document: Document) -> Iterator[str]:
    stored = json.loads(canonical_json(run_inputs(run)))
    if run.input_hash != input_hash(run) or any(document.get(name) != value for name, value in stored.items()):
        yield _("The stored run is not the one that was asked for and computed.")
    if (document["number"], document["survey"]) != (run.number, str(run.survey.key)):
        yield _("The stored run is not the one in its document.")


def _row_problems(run: ScoringRun, document: Document) -> Iterator[str]:
    rows = run.scores.order_by("node__position", "unit__position").values_list("node__code", "score", "rank")
    stored: dict[str, list[tuple[float | None, int | None]]] = {}
    for code, score, rank in rows:
        stored.setdefault(code, []).append((score, rank))
    for code, texts in document["scores"].items():
        written = [
            (None if text is None else float(text), rank)
            for text, rank in zip(texts, document["ranks"][code], strict=True)
        ]
        if stored.pop(code, []) != written:
            yield _("The stored scores of %(code)s are not those of the document.") % {"code": code}
    for code in stored:
        yield _("There are stored scores of %(code)s, of which the document says nothing.") % {"code": code}


def _score_problems(document: Document, inputs: Inputs, scores: Scores) -> Iterator[str]:
    if document["units"] != list(inputs.data.units) or set(document["scores"]) != set(scores.codes):
        yield _("The units or the nodes are not those of the data.")
        return
    for code in scores.codes:
        written = np.array([float(text or "nan") for text in document["scores"][code]])
        ranks = [rank or 0 for rank in document["ranks"][code]]
        if not np.allclose(written, scores.of(code), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True):
            yield _("The scores of %(code)s do not come back.") % {"code": code}
        elif ranks != scores.ranks_of(code).tolist():
            yield _("The ranks of %(code)s do not come back.") % {"code": code}
