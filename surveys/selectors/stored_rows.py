"""Do the rows in the database still say what a weight set's document says of them?

The document is hashed, the rows beside it are not: pages read the rows. Names that may be mended later (of the system,
of the survey) are left out; decisions may be added later, but none that the document states may change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from surveys.bundle.recomputing import Recomputed, close, numbers
from surveys.canonical import canonical_json, content_hash
from surveys.models import Comparison, Edition, NodeResult, PanelResult, WeightSet
from surveys.selectors.event_logs import event_logs
from surveys.selectors.trees import Tree, tree_of
from surveys.services.weight_documents import weight_document

Document = Mapping[str, Any]

SEALED = (WeightSet.State.LOCKED, WeightSet.State.SUPERSEDED)


def row_problems(weight_set: WeightSet, document: Document) -> Iterator[str]:
    tree = tree_of(weight_set.edition)
    yield from _edition_problems(weight_set.edition, tree)
    yield from _document_problems(weight_set, document, tree)
    yield from _seal_problems(weight_set)
    if weight_set.panel_result:
        yield from _result_problems(weight_set.panel_result, document)


def _edition_problems(edition: Edition, tree: Tree) -> Iterator[str]:
    if edition.state != Edition.State.FROZEN or content_hash(canonical_json(tree.document())) != edition.content_hash:
        yield _("The edition is not the one that was frozen.")
    pairs = ((node.pk, a.pk, b.pk) for node in tree.parents for a, b in combinations(tree.children_of(node), 2))
    asked = Comparison.objects.filter(node__edition=edition).order_by("position")
    stored = list(asked.values_list("position", "node_id", "item_a_id", "item_b_id"))
    if stored != [(place, *pair) for place, pair in enumerate(pairs, start=1)]:
        yield _("The comparisons are not those of the edition.")


def _document_problems(weight_set: WeightSet, document: Document, tree: Tree) -> Iterator[str]:
    """The document written anew from the rows, part by part."""
    anew = json.loads(canonical_json(weight_document(weight_set, tree, [])))
    stated = {name: document[name] for name in ("number", "synthetic", "adopted_decimals", "tree")}
    stated["system"] = {name: document["system"][name] for name in ("edition", "content_hash")}
    if not _says(anew, stated):
        yield _("The stored set is not the one in the document.")
    survey = {name: document["survey"][name] for name in ("key", "questions")} if document["survey"] else None
    if not _says(anew["survey"], survey):
        yield _("The stored survey is not the one in the document.")
    panel = document["panel"]
    if not panel:
        return
    if not _says(anew["panel"], {name: value for name, value in panel.items() if name != "decisions"}):
        yield _("The stored result of the panel is not the one in the document.")
    decisions = {decision["id"]: decision for decision in anew["panel"]["decisions"]}
    if not all(_says(decisions.get(decision["id"]), decision) for decision in panel.get("decisions", ())):
        yield _("A stored decision is not the one in the document.")


def _says(anew: Any, stated: Any) -> bool:
    """Whether what was written anew holds all that is stated; an older document may state less."""
    if isinstance(stated, dict):
        return isinstance(anew, dict) and all(name in anew and _says(anew[name], stated[name]) for name in stated)
    if isinstance(stated, list):
        return isinstance(anew, list) and len(anew) == len(stated) and all(map(_says, anew, stated))
    return bool(anew == stated)


def _seal_problems(weight_set: WeightSet) -> Iterator[str]:
    if bool(weight_set.seal) != (weight_set.state in SEALED):
        yield _("The state of the set and its signatures do not agree.")
    if not weight_set.seal:
        return
    seal = json.loads(weight_set.seal)
    for name in ("proposed", "approved", "locked"):
        moment = getattr(weight_set, f"{name}_at")
        if moment is None or moment.astimezone(UTC).isoformat(timespec="microseconds") != seal[name]["at"]:
            yield _("The stored signature “%(name)s” is not the sealed one.") % {"name": name}


def _result_problems(result: PanelResult, document: Document) -> Iterator[str]:
    """What was computed of every expert, against the expert's log."""
    recomputed = Recomputed(document, list(event_logs(result)))
    rows = {(str(expert), str(node)): found for expert, node, *found in recomputed.consistency_rows()}
    places = {member["code"]: place for place, member in enumerate(recomputed.members)}
    there = set()
    stored = NodeResult.objects.filter(submission__in=result.members.values("submission")).values_list(
        "submission__expert__code", "node__code", "weights", "second_weights", "lambda_max", "index", "random_index",
        "ratio",
    )  # fmt: skip
    seen = {(expert, node) for expert, node, *_numbers in stored}
    for expert in sorted({expert for expert, _node in seen}):
        if not {node for code, node in rows if code == expert} <= {node for code, node in seen if code == expert}:
            yield _("Stored results of %(expert)s are missing.") % {"expert": expert}
    for expert, node, weights, second, *texts in stored:
        there.add((expert, node))
        if (expert, node) not in rows:
            continue
        _n, value, index, _table, *tested = rows[expert, node]
        computed = [[] if number is None else [float(number)] for number in (value, index, *tested)]
        if value is not None:
            panels = recomputed.first, recomputed.second
            computed += [panel.local_weights(node)[places[expert]].tolist() for panel in panels]
        said = [*map(numbers, texts), *([numbers(weights), numbers(second)] if value is not None else [])]
        if not all(map(close, said, computed)):
            named = {"expert": expert, "node": node}
            yield _("The stored results of %(expert)s at %(node)s do not follow from the log.") % named
    for expert, node in sorted(rows.keys() - there):
        if expert in places:
            named = {"expert": expert, "node": node}
            yield _("The stored results of %(expert)s at %(node)s do not follow from the log.") % named
