"""What each kind of study computes: from a weighing to a document that can be stored, shown and computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from scoring.agreement import kendall, spearman
from scoring.models import Study
from scoring.normalising import Array, other_scale
from scoring.rules import leaf_rules
from scoring.selectors.weighing import Weighing
from scoring.uncertainty import beats, equal, rank_intervals, without
from surveys.canonical import decimal_text
from surveys.errors import Refused
from surveys.models import Survey
from surveys.selectors.small_groups import groups_shown
from surveys.services.jobs import told as in_every_language
from surveys.services.results import OTHER_METHOD

Document = dict[str, Any]
Step = Callable[[int, int], None]
"""Told how much is done, of how much; it raises `Cancelled` where nobody wants to know any more."""

DRAWS, SEED, FIRST = 10_000, 1, 15
DECIMALS = 6

# Names of variants: stored in English, shown in the reader's language.
NAMES = {
    "equal": gettext_noop("Equal weights everywhere"),
    "aij": gettext_noop("Geometric mean of judgments (AIJ)"),
    "aip": gettext_noop("Geometric mean of weights (AIP)"),
    "eigenvector": gettext_noop("Principal eigenvector"),
    "log_least_squares": gettext_noop("Logarithmic least squares"),
    "z_score": gettext_noop("z-scores instead of min-max"),
    "rank": gettext_noop("Ranks instead of min-max"),
    "distance": gettext_noop("Distance to the best instead of min-max"),
    "geometric": gettext_noop("Geometric instead of arithmetic means"),
}


class Cancelled(Exception):
    """Somebody cancelled the study."""


def options_of(kind: str, survey: Survey) -> dict[str, str]:
    """What a study is computed with; it is part of the question."""
    if kind == Study.Kind.PANEL:
        return {"draws": str(DRAWS), "seed": str(SEED), "confidence": "0.9"}
    return {"smallest_group": str(survey.smallest_group)} if kind == Study.Kind.EXPERTS else {}


def study_document(kind: str, options: Mapping[str, str], weighing: Weighing, step: Step) -> Document:
    """Raises Refused where the question has no answer for this run, `Cancelled` where `step` does."""
    return {"kind": kind, "options": dict(options), **COMPUTERS[kind](weighing, options, step)}


# --- other panels ---


def _panel(weighing: Weighing, options: Mapping[str, str], step: Step) -> Document:
    draws, seed = int(options["draws"]), int(options["seed"])
    confidence = float(options["confidence"])
    drawn = weighing.drawn_local(draws, seed, confidence=confidence)
    nodes: Document = {}
    first: list[int] = []
    for place, code in enumerate(weighing.nodes):
        step(place, len(weighing.nodes))
        ranks = weighing.ranks_in(code, drawn, draws)
        found = rank_intervals(ranks, confidence=confidence)
        nodes[code] = {
            "low": found.low.tolist(),
            "high": found.high.tolist(),
            "middle": [int(rank) for rank in found.middle],
            "among_first": [_share(share) for share in found.among_first],
        }
        if code == weighing.root:
            order = weighing.scores.ranks_of(code)
            first = sorted((int(u) for u in np.flatnonzero(order)), key=lambda unit: (order[unit], unit))[:FIRST]
            pairs = beats(ranks, first)
    return {
        "experts": sum(weighing.panel.counting) if weighing.panel else 0,
        **({"still": still} if (still := [code for code in weighing.nodes if code in weighing.fixed]) else {}),
        "nodes": nodes,
        "first": first,
        "beats": [[_share(share) for share in row] for row in pairs],
    }


# --- other experts ---


def _experts(weighing: Weighing, options: Mapping[str, str], step: Step) -> Document:
    panel = weighing.panel
    if panel is None:
        raise Refused(_("No panel stands behind these weights."))
    counting = [row for row, counts in enumerate(panel.counting) if counts]
    groups, rows = _groups_told(weighing, counting, options), []
    for place, row in enumerate(counting):
        step(place, len(counting))
        expert = panel.experts[row]
        rows.append(
            {
                "expert": expert.code,
                "group": expert.group if expert.group in groups or "smallest_group" not in options else "",
                "left_out": _told(weighing, lambda it, who=expert: it.leaving_out(who)),  # type: ignore[misc]
                "alone": _told(weighing, lambda it, at=row: it.only([at])),  # type: ignore[misc]
            }
        )
    return {"experts": rows, "groups": list(_groups(weighing, groups))}


def _groups_told(weighing: Weighing, counting: Sequence[int], options: Mapping[str, str]) -> dict[str, list[int]]:
    """Known group → its members, for those that may be told. Studies that were made before a smallest group was
    declared have all of two and more, and come back so; pages and files leave out what may not be told.
    """
    panel = weighing.panel
    assert panel is not None  # noqa: S101  the caller looked
    if smallest := options.get("smallest_group"):
        return groups_shown(replace(panel, fewest=int(smallest)))
    by_group: dict[str, list[int]] = {}
    for row in counting:
        by_group.setdefault(panel.experts[row].group, []).append(row)
    return {group: rows for group, rows in sorted(by_group.items()) if group and len(rows) > 1}


def _groups(weighing: Weighing, groups: Mapping[str, Sequence[int]]) -> Iterator[Document]:
    """Known groups, each by itself."""
    for group, members in groups.items():
        told = _told(weighing, lambda it, rows=members: it.only(rows))  # type: ignore[misc]
        yield {"group": group, "count": len(members), "alone": told}


def _told(weighing: Weighing, change: Callable[[Any], Any]) -> Document:
    """What other weights do to the ranks on the root; a sentence where they cannot be told."""
    try:
        return _against(weighing, _root_scores(weighing, weighing.of_panel(change)))
    except Refused as refusal:
        return {"refused": in_every_language(refusal)}


# --- other methods ---


def _methods(weighing: Weighing, _options: Mapping[str, str], step: Step) -> Document:
    variants = list(_variants(weighing))
    rows = []
    for place, (name, scores) in enumerate(variants):
        step(place, len(variants))
        try:
            rows.append({"name": name, **_against(weighing, scores())})
        except Refused as refusal:
            rows.append({"name": name, "refused": in_every_language(refusal)})
    return {"variants": rows}


def _variants(weighing: Weighing) -> Iterator[tuple[str, Callable[[], Array]]]:
    def by(local: Mapping[str, list[float]]) -> Array:
        return _root_scores(weighing, local)

    yield "equal", lambda: by(equal(weighing.children, weighing.local))
    panel = weighing.panel
    if panel is not None:
        other = "aip" if panel.method.aggregation == "aij" else "aij"
        method = OTHER_METHOD[panel.method.method]
        yield other, lambda: by(dict(weighing.of_panel(lambda it: it.computed_by(aggregation=other))))
        yield str(method), lambda: by(dict(weighing.of_panel(lambda it: it.computed_by(method=method))))
    for kind in ("z_score", "rank", "distance"):
        yield kind, lambda kind=kind: _rescaled(weighing, kind)  # type: ignore[misc]
    if weighing.linear:
        yield "geometric", lambda: _geometric(weighing)


def _rescaled(weighing: Weighing, kind: str) -> Array:
    """Another scale for every leaf; the same weights."""
    if not weighing.linear:
        raise Refused(_("Only where all means are arithmetic and nothing is missing."))
    leaves, weights = weighing.weights_in(weighing.root)
    rules, columns = leaf_rules(weighing.inputs.tree), list(weighing.inputs.data.columns)
    raw, scores = weighing.inputs.data.values, weighing.leaf_scores(leaves)
    rows = [
        other_scale(scores[place], raw[:, columns.index(code)], rules[code].direction, kind)
        for place, code in enumerate(leaves)
    ]
    row: Array = weights[0] @ np.array(rows)
    return row


def _geometric(weighing: Weighing) -> Array:
    """Geometric means over all levels, on scores from 1 to 100 so that the least is no zero."""
    leaves, weights = weighing.weights_in(weighing.root)
    scores = 1 + 0.99 * np.clip(weighing.leaf_scores(leaves), 0, 100)
    row: Array = np.exp(weights[0] @ np.log(scores))
    return row


# --- other indicators ---


def _indicators(weighing: Weighing, _options: Mapping[str, str], step: Step) -> Document:
    codes = [code for code in weighing.inputs.tree.below(weighing.root) if code != weighing.root]
    rows = []
    for number, code in enumerate(codes):
        step(number, len(codes))
        local = without(weighing.children, weighing.local, code)
        if local is None:
            continue
        rows.append({"code": code, **_against(weighing, _root_scores(weighing, local))})
    return {"left_out": rows}


# --- what a variant does ---


def _against(weighing: Weighing, scores: Array) -> Document:
    """Other scores of the root beside those of the run."""
    official = weighing.scores.ranks_of(weighing.root)
    ranks = weighing.ranked(scores)
    both = (official > 0) & (ranks > 0)
    moved = np.abs(ranks - official)[both]
    agree = spearman(official[both], ranks[both]) if both.any() else None
    tau = kendall(official[both], ranks[both]) if both.any() else None
    return {
        "ranks": ranks.tolist(),
        "changed": int((moved > 0).sum()),
        "mean_shift": _share(float(moved.mean()) if moved.size else 0.0),
        "largest": int(moved.max(initial=0)),
        "spearman": None if agree is None else _share(agree),
        "kendall": None if tau is None else _share(tau),
    }


def _root_scores(weighing: Weighing, local: Mapping[str, list[float]]) -> Array:
    found = weighing.scored_by(local)
    row: Array = found.scores[found.codes.index(weighing.root)]
    return row


def _share(value: float) -> str:
    return decimal_text(round(float(value), DECIMALS))


COMPUTERS: Mapping[str, Callable[[Weighing, Mapping[str, str], Step], Document]] = {
    Study.Kind.PANEL: _panel,
    Study.Kind.EXPERTS: _experts,
    Study.Kind.METHODS: _methods,
    Study.Kind.INDICATORS: _indicators,
}
