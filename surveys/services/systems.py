"""Indicator systems: an edition from a file, from nothing or from the one before; freezing it; a draft thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.files.indicators import IndicatorRow
from surveys.models import Comparison, Edition, Indicator, IndicatorSystem
from surveys.selectors.trees import Tree, indicator_rows, tree_of
from surveys.services.audit import audit


@transaction.atomic
def edition_import(
    *,
    name: Mapping[str, str],
    label: str,
    rows: Sequence[IndicatorRow],
    user: User | None,
    language: str = "zh-hans",
    system: IndicatorSystem | None = None,
    synthetic: bool = False,
    was: Mapping[str, str] | None = None,
) -> Edition:
    """A new draft edition from checked rows, in a new system or as the next edition of `system`.

    `was` tells which code an indicator had in the newest edition so far, or that it is new (`Indicator.NEW`); where
    nothing is told, the same code is the same indicator.
    """
    if system is None:
        system = IndicatorSystem.objects.create(
            name=dict(name), language=language, synthetic=synthetic, created_by=user
        )
    if system.editions.filter(label=label).exists():
        raise Refused(_("Edition %(label)s exists already: give the new edition another label.") % {"label": label})
    edition = Edition.objects.create(system=system, label=label, based_on=system.editions.order_by("-id").first())
    _store_tree(edition, rows, was or {})
    audit("edition.imported", edition, user=user, new={"indicators": len(rows)})
    return edition


@transaction.atomic
def edition_next(edition: Edition, *, label: str, user: User | None) -> Edition:
    """A draft that begins as a copy: what is changed in it can be compared with the edition it is based on."""
    if edition.system.editions.filter(label=label).exists():
        raise Refused(_("Edition %(label)s exists already: give the new edition another label.") % {"label": label})
    made = Edition.objects.create(system=edition.system, label=label, based_on=edition)
    rows = indicator_rows(tree_of(edition))
    _store_tree(made, rows, {})
    audit("edition.copied", made, user=user, old={"edition": edition.label}, new={"indicators": len(rows)})
    return made


@transaction.atomic
def edition_delete(edition: Edition, *, user: User | None) -> None:
    """Throw a draft away that nothing refers to; the system goes with its last edition."""
    edition = Edition.objects.select_for_update(of=("self",)).select_related("system").get(pk=edition.pk)
    if edition.state == Edition.State.FROZEN:
        raise Refused(_("A frozen edition of an indicator system cannot be changed: make the next edition."))
    if edition.surveys.exists():
        raise Refused(_("A survey uses this draft: it cannot be deleted."))
    if edition.successors.exists():
        raise Refused(_("Another edition is based on this draft: delete that one first."))
    old = {"indicators": indicator_documents(edition)}
    audit("edition.deleted", edition, user=user, old=old)
    system = edition.system
    edition.delete()
    if not system.editions.exists():
        system.delete()


@transaction.atomic
def edition_freeze(edition: Edition, *, user: User | None) -> Edition:
    """Fix the tree for good and write down the comparisons that it asks for."""
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if edition.state == Edition.State.FROZEN:
        return edition
    tree = tree_of(edition)
    if len(tree.nodes) == 1:
        raise Refused(_("There is nothing below the topmost node yet: add indicators before you freeze the edition."))
    _store_comparisons(tree)
    edition.state, edition.frozen_at = Edition.State.FROZEN, timezone.now()
    edition.content_hash = content_hash(canonical_json(tree.document()))
    edition.save()
    audit("edition.frozen", edition, user=user, new={"content_hash": edition.content_hash})
    return edition


def indicator_documents(edition: Edition) -> list[str]:
    """What a draft held, one short line for each node: the log keeps it when the draft goes."""
    tree = tree_of(edition)
    return [f"{node.code} {node}" for node in tree.nodes]


def _store_tree(edition: Edition, rows: Sequence[IndicatorRow], was: Mapping[str, str]) -> None:
    """Store the rows depth first. Siblings keep the order of the file."""
    children: dict[str, list[IndicatorRow]] = {}
    for row in rows:
        children.setdefault(row.parent, []).append(row)
    stack: list[tuple[IndicatorRow, Indicator | None, int]] = [(row, None, 0) for row in children[""]]
    position = 0
    while stack:
        row, parent, depth = stack.pop()
        node = Indicator.objects.create(
            edition=edition,
            parent=parent,
            code=row.code,
            was=was.get(row.code, "") if was.get(row.code) != row.code else "",
            position=position,
            depth=depth,
            name=dict(row.names),
            definition=dict(row.definitions),
            unit=row.unit,
            direction=row.direction,
            aliases=list(row.aliases),
            scoring=dict(row.scoring),
        )
        position += 1
        stack.extend((child, node, depth + 1) for child in reversed(children.get(row.code, [])))


def _store_comparisons(tree: Tree) -> None:
    pairs = [(node, pair) for node in tree.parents for pair in combinations(tree.children_of(node), 2)]
    Comparison.objects.bulk_create(
        Comparison(node=node, item_a=a, item_b=b, position=position)
        for position, (node, (a, b)) in enumerate(pairs, start=1)
    )
