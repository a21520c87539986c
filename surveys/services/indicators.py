"""The tree of a draft edition, changed by hand: every act is checked as a file would be, and logged with old and new.

Whoever acts says what they saw (`seen`, a print of it): where somebody else was faster, `Stale` says so and nothing is
changed. A frozen edition is refused here, and by the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from surveys.errors import Refused, Stale
from surveys.files.indicator_cells import rows_check
from surveys.files.problems import FileErrors
from surveys.models import AuditEvent, Edition, Indicator
from surveys.selectors.editing import family_print, node_print, subtree_print
from surveys.selectors.trees import Tree, indicator_rows, tree_of
from surveys.services.audit import audit

LEAF_ONLY = ("low", "high", "cap", "transform", "target_low", "target_high")
DELETED, RESTORED = "indicator.deleted", "indicator.restored"


@dataclass(frozen=True)
class NodeValues:
    """What a person says of one node."""

    code: str
    name: Mapping[str, str]
    definition: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    direction: str = ""
    aliases: Sequence[str] = ()
    scoring: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """The node, and in sentences what the act brought with it."""

    node: Indicator
    notes: list[str]


@transaction.atomic
def indicator_add(edition: Edition, values: NodeValues, *, parent: int, user: User | None) -> Edited:
    """A new child, last among its siblings. Its code may stand in the earlier edition: it is another indicator."""
    edition = _draft(edition)
    above = _node(edition, parent)
    _check_code(edition, values.code)
    node = Indicator(edition=edition, parent=above, position=0, depth=0, was=_new(edition), **_columns(values))
    node.position = edition.indicators.count()
    node.save(force_insert=True)
    notes = _settle(edition)
    _log("indicator.added", edition, node, user, new={"parent": above.code, **_said(node)})
    return Edited(node, notes)


@transaction.atomic
def indicator_change(edition: Edition, node_id: int, values: NodeValues, *, seen: str, user: User | None) -> Edited:
    """Say something else of a node. A new code remembers the one before, so that editions stay comparable."""
    edition = _draft(edition)
    node = _node(edition, node_id)
    if seen != node_print(node):
        raise Stale(
            _("Somebody else changed this indicator meanwhile. Below is what you typed; save again to let it count.")
        )
    if values.code != node.code:
        _check_code(edition, values.code)
    old = _said(node)
    if values.code != node.code and edition.based_on_id and not node.was:
        node.was = node.code
    for name, value in _columns(values).items():
        setattr(node, name, value)
    if node.was == node.code:
        node.was = ""
    node.save()
    notes = _settle(edition)
    new = {key: value for key, value in _said(node).items() if value != old[key]}
    if new:
        _log("indicator.changed", edition, node, user, old={key: old[key] for key in new}, new=new)
    return Edited(node, notes)


@transaction.atomic
def indicator_move(edition: Edition, node_id: int, *, parent: int, seen: str, user: User | None) -> Edited:
    """Hang a node, with all below it, under another one: as its last child."""
    edition = _draft(edition)
    tree = tree_of(edition)
    node, above = _node(edition, node_id), _node(edition, parent)
    if seen != node_print(node):
        raise Stale(_("Somebody else changed this indicator meanwhile: look at it again, then move it."))
    if node.parent_id is None:
        raise Refused(_("The topmost node stays where it is."))
    if above.pk in {below.pk for below in tree.below(node)}:
        raise Refused(_("A node cannot hang below itself: choose another place."))
    if above.pk == node.parent_id:
        return Edited(node, [])
    old = Indicator.objects.get(pk=node.parent_id).code
    Indicator.objects.filter(pk=node.pk).update(parent=above, position=len(tree.nodes))
    notes = _settle(edition)
    _log("indicator.moved", edition, node, user, old={"parent": old}, new={"parent": above.code})
    node.refresh_from_db()
    return Edited(node, notes)


@transaction.atomic
def indicator_shift(edition: Edition, node_id: int, *, step: int, seen: str, user: User | None) -> Edited:
    """Change places with the sibling before (-1) or after (1) it."""
    edition = _draft(edition)
    tree, node = tree_of(edition), _node(edition, node_id)
    siblings = [each for each in tree.nodes if each.parent_id == node.parent_id]
    if seen != family_print(tree):
        raise Stale(_("The tree was changed meanwhile: here it is as it stands now."))
    at = [each.pk for each in siblings].index(node.pk)
    if not 0 <= at + step < len(siblings):
        return Edited(node, [])
    order = [each.code for each in siblings]
    siblings[at], siblings[at + step] = siblings[at + step], siblings[at]
    _store_order(tree, {node.parent_id: siblings})
    new = [each.code for each in siblings]
    _log("indicator.ordered", edition, node, user, old={"order": order}, new={"order": new})
    return Edited(node, [])


@transaction.atomic
def indicator_delete(edition: Edition, node_id: int, *, seen: str, user: User | None) -> Edited:
    """Take a node out, with all that hangs below it. The log keeps everything, so that it can be put back."""
    edition = _draft(edition)
    tree, node = tree_of(edition), _node(edition, node_id)
    if node.parent_id is None:
        raise Refused(_("The topmost node cannot be deleted: delete the draft instead."))
    if seen != subtree_print(tree, node):
        raise Stale(_("What hangs here was changed meanwhile: look at it again before you delete it."))
    gone = tree.below(node)
    codes = {each.pk: each.code for each in tree.nodes}
    kept = [{"parent": codes[each.parent_id or 0], **_said(each), "was": each.was} for each in gone]
    place = [each.pk for each in tree.nodes if each.parent_id == node.parent_id].index(node.pk)
    try:
        Indicator.objects.filter(pk__in=[each.pk for each in gone]).delete()
    except ProtectedError as error:
        raise Refused(
            _("A survey refers to this node (a weight for its branch, for one): remove that first.")
        ) from error
    notes = _settle(edition)
    _log(DELETED, edition, node, user, old={"nodes": kept, "place": place})
    return Edited(node, notes)


@transaction.atomic
def indicators_restore(edition: Edition, event_id: int, *, user: User | None) -> Edited:
    """Put back what the last deletion took, where it stood."""
    edition = _draft(edition)
    event = AuditEvent.objects.filter(pk=event_id, action=DELETED, new__edition_id=edition.pk).first()
    if event is None or AuditEvent.objects.filter(action=RESTORED, new__event=event_id).exists():
        raise Refused(_("There is nothing to put back."))
    tree = tree_of(edition)
    by_code = tree.by_code()
    first = event.old["nodes"][0]
    if first["parent"] not in by_code:
        raise Refused(_("%(code)s hung under %(parent)s, which is gone.") % {"code": first["code"], **first})
    for place, kept in enumerate(event.old["nodes"]):
        _check_code(edition, kept["code"])
        columns = {key: value for key, value in kept.items() if key != "parent"}
        node = Indicator(edition=edition, parent=by_code[kept["parent"]], depth=0, **columns)
        node.position = len(tree.nodes) + place
        node.save(force_insert=True)
        by_code[node.code] = node
    back = by_code[first["code"]]
    notes = _settle(edition)
    _put_at(tree_of(edition), back, event.old["place"])
    _log(RESTORED, edition, back, user, new={"event": event_id, "indicators": len(event.old["nodes"])})
    return Edited(back, notes)


def _draft(edition: Edition) -> Edition:
    """The edition, locked while it is changed."""
    found = Edition.objects.select_for_update(of=("self",)).select_related("system").get(pk=edition.pk)
    if found.state == Edition.State.FROZEN:
        raise Refused(_("A frozen edition of an indicator system cannot be changed: make the next edition."))
    return found


def _node(edition: Edition, node_id: int) -> Indicator:
    found = Indicator.objects.filter(edition=edition, pk=node_id).first()
    if found is None:
        raise Stale(_("This node is not in the tree any more: somebody deleted it meanwhile."))
    return found


def _check_code(edition: Edition, code: str) -> None:
    taken = edition.indicators.filter(code=code).first()
    if taken:
        raise Refused(_("The code %(code)s is that of “%(name)s” already.") % {"code": code, "name": taken})


def _new(edition: Edition) -> str:
    return Indicator.NEW if edition.based_on_id else ""


def _columns(values: NodeValues) -> dict[str, Any]:
    texts = {name: dict(getattr(values, name)) for name in ("name", "definition", "scoring")}
    short = {name: getattr(values, name) for name in ("code", "unit", "direction")}
    return {**short, **texts, "aliases": list(values.aliases)}


def _said(node: Indicator) -> dict[str, Any]:
    names = ("code", "name", "definition", "unit", "direction", "aliases", "scoring")
    return {name: getattr(node, name) for name in names}


def _settle(edition: Edition) -> list[str]:
    """After an act: depth first places, leaves and nodes told apart, and the whole tree checked as a file is."""
    tree = tree_of(edition)
    _store_order(tree, {})
    tree = tree_of(edition)
    notes = [note for node in tree.nodes if (note := _fitted(tree, node))]
    try:
        rows_check(indicator_rows(tree), edition.system.language)
    except FileErrors as errors:
        raise Refused(" ".join(dict.fromkeys(f"{problem.advice}." for problem in errors.problems))) from errors
    return notes


def _fitted(tree: Tree, node: Indicator) -> str:
    """A leaf that got children loses what only leaves have, and the other way round; said where it happens."""
    has_children = bool(tree.children_of(node))
    wrong = LEAF_ONLY if has_children else ("aggregation",)
    scoring = {name: text for name, text in node.scoring.items() if name not in wrong}
    if not has_children and not node.direction:
        node.direction, node.scoring = Indicator.Direction.BENEFIT, scoring
        node.save(update_fields=["direction", "scoring"])
        if node.parent_id is None:
            return ""
        return _("“%(name)s” is measured itself: its direction is benefit unless you choose another.") % {"name": node}
    if has_children and (node.direction or scoring != node.scoring):
        node.direction, node.scoring = "", scoring
        node.save(update_fields=["direction", "scoring"])
        if node.parent_id is None:
            return ""
        return _("“%(name)s” has children now: it has no direction or bounds of its own any more.") % {"name": node}
    return ""


def _store_order(tree: Tree, changed: Mapping[int | None, list[Indicator]]) -> None:
    """Number the nodes depth first; the siblings in `changed` stand in the order given there."""
    place, stack = 0, [(tree.root, 0)]
    moved = []
    while stack:
        node, depth = stack.pop()
        if (node.position, node.depth) != (place, depth):
            node.position, node.depth = place, depth
            moved.append(node)
        place += 1
        children = changed.get(node.pk) or tree.children_of(node)
        stack += [(child, depth + 1) for child in reversed(children)]
    Indicator.objects.bulk_update(moved, ["position", "depth"])


def _put_at(tree: Tree, node: Indicator, place: int) -> None:
    siblings = [each for each in tree.nodes if each.parent_id == node.parent_id and each.pk != node.pk]
    siblings.insert(place, next(each for each in tree.nodes if each.pk == node.pk))
    _store_order(tree, {node.parent_id: siblings})


def _log(action: str, edition: Edition, node: Indicator, user: User | None, **told: dict[str, Any]) -> None:
    new = {"edition_id": edition.pk, "node": node.code, **told.get("new", {})}
    audit(action, f"{node.code} {node} · {edition}", user=user, old=told.get("old"), new=new)
