"""The rows of a draft: local, global and printed weights, and where the weights below a node come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ahp
from surveys.adopted import adopted_weights
from surveys.canonical import canonical_json, content_hash, decimal_text
from surveys.models import PanelResult, WeightEntry, WeightSet
from surveys.selectors.trees import Tree, tree_of
from surveys.services.weight_documents import weight_document

Local = Mapping[str, list[float]]
"""Parent code → weights of its children in tree order."""


@dataclass(frozen=True)
class Origin:
    """Where weights come from that are not the panel's: imported or fixed, with source, document number and reason."""

    kind: str
    source: str
    reference: str
    reason: str


Origins = Mapping[str, Origin]
"""Parent code → where the weights of its children come from; the panel's judgments where nothing is said."""


def local_of(result: PanelResult) -> dict[str, list[float]]:
    """What the panel said at every node."""
    found = result.nodes.order_by().values_list("node__code", "weights")
    return {code: [float(weight) for weight in weights] for code, weights in found}


def local_now(weight_set: WeightSet, tree: Tree) -> dict[str, list[float]]:
    """The local weights as they stand in the set."""
    stored = dict(weight_set.entries.order_by().values_list("indicator_id", "local_weight"))
    return {node.code: [float(stored[child.pk]) for child in tree.children_of(node)] for node in tree.parents}


def origins_now(weight_set: WeightSet, tree: Tree) -> dict[str, Origin]:
    """The nodes below which the weights are not the panel's."""
    foreign = weight_set.entries.exclude(origin=WeightEntry.Origin.JUDGMENTS).order_by()
    rows = foreign.values_list("indicator__parent_id", "origin", "source", "reference", "reason")
    parents = {node.pk: node.code for node in tree.nodes}
    return {parents[parent]: Origin(*said) for parent, *said in rows if parent is not None}


def fill(weight_set: WeightSet, local: Local, origins: Origins) -> None:
    """Write entries, document and hash of a draft anew."""
    tree = tree_of(weight_set.edition)
    entries = _entries(weight_set, tree, local, origins)
    weight_set.document = canonical_json(weight_document(weight_set, tree, entries))
    weight_set.content_hash = content_hash(weight_set.document)
    if weight_set.pk:
        weight_set.entries.all().delete()
    weight_set.save()
    WeightEntry.objects.bulk_create(entries)


def _entries(weight_set: WeightSet, tree: Tree, local: Local, origins: Origins) -> list[WeightEntry]:
    codes = tree.codes()
    parents = {child: parent for parent, children in codes.items() for child in children}
    local_weights = {tree.root.code: 1.0}
    for parent, children in codes.items():
        local_weights.update(zip(children, local[parent], strict=True))
    global_weights = ahp.global_weights(codes, dict(local)) if codes else {tree.root.code: 1.0}
    printed = {}
    if weight_set.adopted_decimals is not None:
        printed = adopted_weights(codes, local, tree.root.code, weight_set.adopted_decimals)
    return [
        WeightEntry(
            weight_set=weight_set,
            indicator=node,
            local_weight=decimal_text(local_weights[node.code]),
            global_weight=decimal_text(global_weights[node.code]),
            adopted_weight=str(printed.get(node.code, "")),
            **_said(origins.get(parents.get(node.code, ""))),
        )
        for node in tree.nodes
    ]


def _said(origin: Origin | None) -> dict[str, str]:
    if origin is None:
        return {}
    return {
        "origin": origin.kind,
        "source": origin.source,
        "reference": origin.reference,
        "reason": origin.reason,
    }
