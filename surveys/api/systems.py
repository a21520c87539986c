"""Operations about indicator systems."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from surveys.access import systems_of
from surveys.api.operations import Call, operation
from surveys.api.schemas import FLAG, HASH, MOMENT, TEXT, TEXTS, WHOLE, Schema, many, maybe, one_of, said, thing
from surveys.models import Edition, IndicatorSystem
from surveys.selectors.trees import Tree, tree_of

EDITION: Schema = thing(
    id=WHOLE,
    label=TEXT,
    state=one_of("draft", "frozen"),
    content_hash=maybe(HASH),
    frozen_at=maybe(MOMENT),
)
SYSTEM: Schema = thing(id=WHOLE, name=TEXTS, synthetic=FLAG, editions=many(EDITION))
NODE: Schema = thing(
    code=TEXT,
    parent=maybe(TEXT),
    name=TEXTS,
    definition=TEXTS,
    unit=TEXT,
    direction=one_of("", "benefit", "cost", "target"),
    aliases=many(TEXT),
    comparisons=said(WHOLE, "Pairs among the children of this node."),
)
TREE: Schema = thing(system=TEXTS, synthetic=FLAG, edition=EDITION, indicators=many(NODE))


@operation("GET", "systems/", tag="systems", summary=_("Indicator systems and their editions"), answers=many(SYSTEM))
def systems(call: Call) -> list[dict[str, Any]]:
    editions = Prefetch("editions", Edition.objects.order_by("-id"))
    return [_system(found) for found in systems_of(call.user).prefetch_related(editions).order_by("-id")]


@operation(
    "GET",
    "editions/<number:edition_id>/",
    tag="systems",
    summary=_("The tree of an edition, in tree order"),
    answers=TREE,
)
def edition(call: Call, edition_id: int) -> dict[str, Any]:
    visible = Edition.objects.filter(system__in=systems_of(call.user)).select_related("system")
    found = visible.filter(pk=edition_id).first()
    if found is None:
        raise Http404("No such edition.")
    return {
        "system": found.system.name,
        "synthetic": found.system.synthetic,
        "edition": edition_document(found),
        "indicators": _nodes(tree_of(found)),
    }


def edition_document(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.pk,
        "label": edition.label,
        "state": edition.state,
        "content_hash": edition.content_hash or None,
        "frozen_at": edition.frozen_at,
    }


def _system(found: IndicatorSystem) -> dict[str, Any]:
    return {
        "id": found.pk,
        "name": found.name,
        "synthetic": found.synthetic,
        "editions": [edition_document(each) for each in found.editions.all()],
    }


def _nodes(tree: Tree) -> list[dict[str, Any]]:
    codes = {node.pk: node.code for node in tree.nodes}
    counts = {node.pk: len(tree.children_of(node)) for node in tree.nodes}
    return [
        {
            "code": node.code,
            "parent": codes[node.parent_id] if node.parent_id else None,
            "name": node.name,
            "definition": node.definition,
            "unit": node.unit,
            "direction": node.direction,
            "aliases": node.aliases,
            "comparisons": counts[node.pk] * (counts[node.pk] - 1) // 2,
        }
        for node in tree.nodes
    ]
