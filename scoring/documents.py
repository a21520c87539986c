"""What the hashes of data sets and runs are taken over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scoring.computing import Inputs
from scoring.models import DataSet, DataUnit, ScoringRun
from scoring.ranking import Scores
from surveys.canonical import canonical_json, content_hash, decimal_text

DATA_FORMAT = "quanheng-data-set/1"
RUN_FORMAT = "quanheng-scoring-run/1"

Document = dict[str, Any]


def data_document(data_set: DataSet, units: Iterable[DataUnit]) -> Document:
    """Values, what they are of, and where they come from."""
    return {
        "format": DATA_FORMAT,
        "name": data_set.name,
        "version": data_set.version,
        "edition": {"label": data_set.edition.label, "content_hash": data_set.edition.content_hash},
        "file": {"name": data_set.file_name, "sha256": data_set.file_hash},
        "year": data_set.year,
        "source": data_set.source,
        "synthetic": data_set.synthetic,
        "node": data_set.node,
        "columns": data_set.columns,
        "units": [
            {"name": unit.name, "attributes": unit.attributes, "values": unit.values, **_filled(code=unit.code)}
            for unit in units
        ],
        **_filled(sources=data_set.sources, findings=data_set.findings),
    }


def _filled(**keys: Any) -> Document:
    """Keys that hold something: what came before there were such keys keeps its hash."""
    return {key: value for key, value in keys.items() if value}


def input_hash(run: ScoringRun) -> str:
    """The same for two runs that can only give the same scores."""
    return content_hash(canonical_json(run_inputs(run)))


def run_document(run: ScoringRun, inputs: Inputs, scores: Scores) -> Document:
    """Inputs by their hashes, the weights as they were used, and every score."""
    return {
        "format": RUN_FORMAT,
        "number": run.number,
        "survey": str(run.survey.key),
        **run_inputs(run),
        "local_weights": _local_weights(inputs),
        **_results(inputs, scores),
    }


def run_inputs(run: ScoringRun) -> Document:
    """What a run is computed from: data and weights by their hashes, options, version."""
    data_set, weight_set = run.data_set, run.weight_set
    return {
        "software": run.software,
        "preview": run.preview,
        "synthetic": run.synthetic,
        "options": dict(run.options),
        "edition": {"label": data_set.edition.label, "content_hash": data_set.edition.content_hash},
        "data": {"key": data_set.pk, "content_hash": data_set.content_hash, "file_sha256": data_set.file_hash},
        "weights": {
            "key": weight_set.pk,
            "number": weight_set.number,
            "content_hash": run.weights_hash,
            "seal_hash": "" if run.preview else weight_set.seal_hash,
            "used": run.weights_used,
        },
    }


def _local_weights(inputs: Inputs) -> dict[str, dict[str, str]]:
    return {
        code: {
            child: decimal_text(weight)
            for child, weight in zip(inputs.tree.children[code], inputs.local[code], strict=True)
        }
        for code in inputs.local
    }


def _results(inputs: Inputs, scores: Scores) -> Document:
    """A list of scores and one of ranks for each node, in the order of the units; None where there is no score."""
    ranks = [[rank or None for rank in row] for row in scores.ranks.tolist()]
    texts = [[_score_text(number) for number in row] for row in scores.scores.tolist()]
    return {
        "node": inputs.data.node,
        "units": list(inputs.data.units),
        "bounds": {code: [decimal_text(bound) for bound in pair] for code, pair in scores.bounds.items()},
        "scores": dict(zip(scores.codes, texts, strict=True)),
        "ranks": dict(zip(scores.codes, ranks, strict=True)),
        "notices": [
            {"kind": notice.kind, "code": notice.code, "units": [inputs.data.units[unit] for unit in notice.units]}
            for notice in scores.notices
        ],
    }


def _score_text(number: float) -> str | None:
    return None if np.isnan(number) else decimal_text(number)
