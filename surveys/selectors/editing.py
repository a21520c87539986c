"""What an editor of a tree saw: short prints that change when somebody else changes it. And the acts so far."""

from __future__ import annotations

from surveys.canonical import canonical_json, content_hash
from surveys.models import AuditEvent, Edition, Indicator
from surveys.selectors.trees import Tree

LENGTH = 16
NEWEST_ACTS = 30


def node_print(node: Indicator) -> str:
    """Of what is said of one node, and where it hangs."""
    said = [
        node.code,
        node.parent_id,
        node.name,
        node.definition,
        node.unit,
        node.direction,
        node.aliases,
        node.scoring,
    ]
    return content_hash(canonical_json(said))[:LENGTH]


def family_print(tree: Tree) -> str:
    """Of who hangs where, in which order."""
    return content_hash(canonical_json([[node.pk, node.parent_id] for node in tree.nodes]))[:LENGTH]


def subtree_print(tree: Tree, node: Indicator) -> str:
    """Of a node and all below it."""
    prints = [node_print(each) for each in tree.below(node)]
    return content_hash(canonical_json(prints))[:LENGTH]


def acts_on(edition: Edition) -> list[AuditEvent]:
    """What was done to the tree by hand, newest first."""
    found = AuditEvent.objects.filter(new__edition_id=edition.pk).select_related("user")
    return list(found.order_by("-id")[:NEWEST_ACTS])


def last_deletion(edition: Edition) -> AuditEvent | None:
    """The newest one, unless it was put back."""
    found = AuditEvent.objects.filter(action="indicator.deleted", new__edition_id=edition.pk).order_by("-id").first()
    if found is None or AuditEvent.objects.filter(action="indicator.restored", new__event=found.pk).exists():
        return None
    return found
