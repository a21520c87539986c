"""Whatever is done to a draft by hand, its tree stays a tree, and nothing is taken for what it is not.

Every indicator of the first edition bears its code as its unit, which nobody changes: so it is known wherever it goes.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from surveys.errors import Refused
from surveys.files.indicator_cells import rows_check
from surveys.models import Edition, Indicator
from surveys.selectors.differences import difference_of
from surveys.selectors.editing import family_print, last_deletion, node_print, subtree_print
from surveys.selectors.trees import indicator_rows, tree_of
from surveys.services.indicators import (
    NodeValues,
    indicator_add,
    indicator_change,
    indicator_delete,
    indicator_move,
    indicator_shift,
    indicators_restore,
)
from surveys.services.systems import edition_freeze, edition_import, edition_next
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TREE = {"r": ["a", "b", "c"], "a": ["a1", "a2", "a3"], "b": ["b1", "b2"], "a1": ["x", "y"]}
CODES = ["r", "a", "b", "c", "a1", "a2", "a3", "b1", "b2", "x", "y", "n1", "n2", "n3"]
ACTS = 25


def act(draft: Edition, chance: random.Random) -> None:
    """One of the acts, on any node; what is refused changes nothing."""
    tree = tree_of(draft)
    found, other, code = chance.choice(tree.nodes), chance.choice(tree.nodes), chance.choice(CODES)
    event = last_deletion(draft)
    said = NodeValues(found.code, found.name, unit=found.unit, direction=found.direction)
    named = {"zh-hans": f"{code} {chance.random()}"}
    deeds: list[Callable[[], object]] = [
        lambda: indicator_add(draft, NodeValues(code, named, unit="new"), parent=found.pk, user=None),
        lambda: indicator_change(draft, found.pk, replace(said, code=code), seen=node_print(found), user=None),
        lambda: indicator_move(draft, found.pk, parent=other.pk, seen=node_print(found), user=None),
        lambda: indicator_shift(draft, found.pk, step=chance.choice([1, -1]), seen=family_print(tree), user=None),
        lambda: indicator_delete(draft, found.pk, seen=subtree_print(tree, found), user=None),
        lambda: indicators_restore(draft, event.pk if event else 0, user=None),
    ]
    before = tree.document()
    try:
        chance.choice(deeds)()
    except Refused:
        assert tree_of(draft).document() == before


def is_a_tree(edition: Edition) -> None:
    tree = tree_of(edition)
    assert [node.position for node in tree.nodes] == list(range(len(tree.nodes)))
    assert [node.pk for node in tree.below(tree.root)] == [node.pk for node in tree.nodes]
    depths = {node.pk: node.depth for node in tree.nodes}
    assert all(node.depth == depths[node.parent_id] + 1 for node in tree.nodes if node.parent_id)
    assert all(after.depth <= before.depth + 1 for before, after in pairwise(tree.nodes))
    rows_check(indicator_rows(tree), "zh-hans")


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_or_taken_for_something_else(seed: int) -> None:
    chance = random.Random(seed)
    rows = [replace(row, unit=row.code) for row in rows_check(make.rows(TREE), "zh-hans")]
    first = edition_import(name={"zh-hans": "体系"}, label="1", rows=rows, user=make.user())
    edition_freeze(first, user=None)
    draft = edition_next(first, label="2", user=None)
    for _number in range(ACTS):
        act(draft, chance)
        is_a_tree(draft)
    difference = difference_of(first, draft)
    units = {node.pk: node.unit for node in difference.new_tree.nodes}
    assert {units[pk]: old.code for pk, old in difference.before.items()} == {
        unit: unit for unit in units.values() if unit != "new"
    }
    old = {node.pk: node for node in difference.old_tree.nodes}
    for pair in difference.kept:
        then = (old[pair.old_b], old[pair.old_a]) if pair.swapped else (old[pair.old_a], old[pair.old_b])
        assert (pair.a.unit, pair.b.unit) == (then[0].code, then[1].code)
        parents = {node.parent_id for node in then}
        assert [old[pk or 0].code for pk in parents] == [pair.node.unit]
    assert Indicator.objects.filter(edition=first).count() == len(rows)
