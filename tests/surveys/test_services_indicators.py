"""A draft's tree changed by hand: what is kept, what is refused, and that a frozen edition stays as it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from surveys.errors import Refused, Stale
from surveys.files.indicator_cells import rows_check
from surveys.models import AuditEvent, Edition, Indicator
from surveys.selectors.editing import family_print, last_deletion, node_print, subtree_print
from surveys.selectors.systems import edition_rows, questions
from surveys.selectors.trees import tree_of
from surveys.services.indicators import (
    NodeValues,
    indicator_add,
    indicator_change,
    indicator_delete,
    indicator_move,
    indicator_shift,
    indicators_restore,
)
from surveys.services.systems import edition_delete, edition_freeze, edition_import, edition_next
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def draft() -> Edition:
    """Its leaves have a direction, as those of a file do."""
    rows = rows_check(make.rows(), "zh-hans")
    return edition_import(name={"zh-hans": "体系"}, label="1.0", rows=rows, user=make.user())


def node(edition: Edition, code: str) -> Indicator:
    return edition.indicators.get(code=code)


def values(code: str, **said: Any) -> NodeValues:
    return NodeValues(code=code, name={"zh-hans": f"指标 {code}"}, direction="benefit", **said)


def as_it_is(found: Indicator, **changes: Any) -> NodeValues:
    names = ("code", "name", "definition", "unit", "direction", "aliases", "scoring")
    return replace(NodeValues(**{name: getattr(found, name) for name in names}), **changes)


def codes(edition: Edition) -> list[tuple[str, int, int]]:
    return list(edition.indicators.order_by("position").values_list("code", "position", "depth"))


def add(edition: Edition, parent: str, code: str, **said: Any) -> Indicator:
    return indicator_add(edition, values(code, **said), parent=node(edition, parent).pk, user=make.user()).node


def change(edition: Edition, of: str, **changes: Any) -> Indicator:
    found = node(edition, of)
    seen = node_print(found)
    return indicator_change(edition, found.pk, as_it_is(found, **changes), seen=seen, user=make.user()).node


def delete(edition: Edition, code: str) -> None:
    found = node(edition, code)
    indicator_delete(edition, found.pk, seen=subtree_print(tree_of(edition), found), user=make.user())


def move(edition: Edition, code: str, parent: str) -> list[str]:
    found = node(edition, code)
    above = node(edition, parent).pk
    return indicator_move(edition, found.pk, parent=above, seen=node_print(found), user=make.user()).notes


def shift(edition: Edition, code: str, step: int) -> None:
    seen = family_print(tree_of(edition))
    indicator_shift(edition, node(edition, code).pk, step=step, seen=seen, user=make.user())


def test_a_child_is_added_last_and_counted(draft: Edition) -> None:
    add(draft, "a", "a3")
    assert codes(draft) == [
        ("r", 0, 0), ("a", 1, 1), ("a1", 2, 2), ("a2", 3, 2), ("a3", 4, 2), ("b", 5, 1), ("c", 6, 1),
    ]  # fmt: skip
    found = questions(edition_rows(tree_of(draft)))
    assert (found.comparisons, found.minutes) == (3 + 3, 1)


def test_a_leaf_with_children_loses_its_direction_and_says_so(draft: Edition) -> None:
    edited = indicator_add(draft, values("b1"), parent=node(draft, "b").pk, user=make.user())
    assert "has children now" in edited.notes[0]
    assert (node(draft, "b").direction, node(draft, "b1").direction) == ("", "benefit")
    delete(draft, "b1")
    assert node(draft, "b").direction == "benefit"


def test_a_single_child_is_allowed_and_asks_nothing(draft: Edition) -> None:
    delete(draft, "a2")
    found = questions(edition_rows(tree_of(draft)))
    assert [row.code for row in found.single] == ["a"]
    assert found.comparisons == 3


def test_moving_takes_all_below_along(draft: Edition) -> None:
    assert "has children now" in move(draft, "a", "b")[0]
    assert codes(draft) == [("r", 0, 0), ("b", 1, 1), ("a", 2, 2), ("a1", 3, 3), ("a2", 4, 3), ("c", 5, 1)]
    event = AuditEvent.objects.get(action="indicator.moved")
    assert (event.old, event.new["parent"]) == ({"parent": "r"}, "b")


def test_nothing_hangs_below_itself(draft: Edition) -> None:
    for parent in ("a", "a1"):
        with pytest.raises(Refused, match="below itself"):
            move(draft, "a", parent)
    with pytest.raises(Refused, match="topmost"):
        move(draft, "r", "a")


def test_siblings_change_places_and_the_ends_stay(draft: Edition) -> None:
    shift(draft, "b", -1)
    assert [code for code, _place, depth in codes(draft) if depth == 1] == ["b", "a", "c"]
    assert [code for code, *_rest in codes(draft)] == ["r", "b", "a", "a1", "a2", "c"]
    before = codes(draft)
    shift(draft, "b", -1)
    shift(draft, "c", 1)
    assert codes(draft) == before


def test_what_was_deleted_last_is_put_back_where_it_stood(draft: Edition) -> None:
    change(draft, "a1", unit="km", aliases=["alpha"])
    before = tree_of(draft).document()
    delete(draft, "a")
    assert [code for code, *_rest in codes(draft)] == ["r", "b", "c"]
    event = last_deletion(draft)
    assert event
    indicators_restore(draft, event.pk, user=make.user())
    assert tree_of(draft).document() == before
    assert last_deletion(draft) is None
    with pytest.raises(Refused, match="nothing to put back"):
        indicators_restore(draft, event.pk, user=make.user())


def test_a_deletion_of_another_edition_is_not_put_back_here(draft: Edition) -> None:
    other = make.edition(frozen=False)
    delete(other, "a")
    event = last_deletion(other)
    assert event
    with pytest.raises(Refused):
        indicators_restore(draft, event.pk, user=make.user())


def test_a_change_is_logged_with_old_and_new(draft: Edition) -> None:
    change(draft, "b", name={"zh-hans": "新名"}, unit="km")
    event = AuditEvent.objects.get(action="indicator.changed")
    assert event.old == {"name": {"zh-hans": "指标 b", "en": "Indicator b"}, "unit": ""}
    assert (event.new["name"], event.new["unit"], event.new["node"]) == ({"zh-hans": "新名"}, "km", "b")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "c"}, "The code c is that of"),
        ({"name": {"en": "only English"}}, "name is blank"),
        ({"direction": "target"}, "no whole target"),
        ({"scoring": {"low": "5", "high": "3"}}, "not below"),
        ({"aliases": ["指标 c"]}, "also means"),
        ({"code": "1/2"}, "is a date"),
    ],
)
def test_what_a_file_may_not_say_a_hand_may_not_either(draft: Edition, changes: dict[str, Any], sentence: str) -> None:
    before = tree_of(draft).document()
    with pytest.raises(Refused, match=sentence):
        change(draft, "b", **changes)
    assert tree_of(draft).document() == before


def test_who_saw_an_older_state_is_told(draft: Edition) -> None:
    found, seen = node(draft, "b"), node_print(node(draft, "b"))
    family, below = family_print(tree_of(draft)), subtree_print(tree_of(draft), node(draft, "a"))
    change(draft, "b", unit="km")
    change(draft, "a1", unit="km")
    shift(draft, "b", -1)
    stale: list[Callable[[], object]] = [
        lambda: indicator_change(draft, found.pk, as_it_is(found), seen=seen, user=None),
        lambda: indicator_move(draft, found.pk, parent=node(draft, "a").pk, seen=seen, user=None),
        lambda: indicator_shift(draft, found.pk, step=1, seen=family, user=None),
        lambda: indicator_delete(draft, node(draft, "a").pk, seen=below, user=None),
        lambda: indicator_change(draft, 0, as_it_is(found), seen=seen, user=None),
    ]
    before = tree_of(draft).document()
    for deed in stale:
        with pytest.raises(Stale):
            deed()
    assert tree_of(draft).document() == before


def test_a_frozen_edition_is_refused_every_act() -> None:
    frozen = make.edition()
    found, above = node(frozen, "b"), node(frozen, "a")
    tree = tree_of(frozen)
    acts: list[Callable[[], object]] = [
        lambda: indicator_add(frozen, values("n"), parent=above.pk, user=None),
        lambda: indicator_change(frozen, found.pk, as_it_is(found, unit="km"), seen=node_print(found), user=None),
        lambda: indicator_move(frozen, found.pk, parent=above.pk, seen=node_print(found), user=None),
        lambda: indicator_shift(frozen, found.pk, step=1, seen=family_print(tree), user=None),
        lambda: indicator_delete(frozen, found.pk, seen=subtree_print(tree, found), user=None),
        lambda: indicators_restore(frozen, 1, user=None),
        lambda: edition_delete(frozen, user=None),
    ]
    before = tree.document()
    for act in acts:
        with pytest.raises(Refused, match="frozen edition"):
            act()
    assert tree_of(frozen).document() == before


def test_the_next_edition_is_a_copy_that_remembers_codes() -> None:
    first = make.edition()
    following = edition_next(first, label="2.0", user=make.user())
    assert tree_of(following).document() == tree_of(first).document()
    assert (following.based_on, following.state) == (first, "draft")
    change(following, "b", code="b9")
    assert node(following, "b9").was == "b"
    change(following, "b9", code="b10")
    assert node(following, "b10").was == "b"
    assert add(following, "r", "b").was == Indicator.NEW
    with pytest.raises(Refused, match="exists already"):
        edition_next(first, label="2.0", user=None)


def test_a_draft_goes_unless_something_refers_to_it(draft: Edition) -> None:
    system = draft.system
    following = edition_next(draft, label="2.0", user=None)
    with pytest.raises(Refused, match="based on this draft"):
        edition_delete(draft, user=None)
    make.survey("draft", of=following)
    with pytest.raises(Refused, match="A survey uses"):
        edition_delete(following, user=None)
    alone = make.edition(frozen=False)
    edition_delete(alone, user=None)
    assert not Edition.objects.filter(pk=alone.pk).exists()
    assert not type(system).objects.filter(pk=alone.system_id).exists()
    assert system.editions.count() == 2


def test_an_edition_with_its_topmost_node_alone_is_not_frozen(draft: Edition) -> None:
    for code in ("a", "b", "c"):
        delete(draft, code)
    with pytest.raises(Refused, match="nothing below the topmost node"):
        edition_freeze(draft, user=None)
