"""Which pairs are asked, in which order and on which side: counts, balance, and what the answers will tell."""

from collections import Counter
from decimal import Decimal
from itertools import combinations
from math import inf, isinf

import pytest

import ahp
from surveys import plan
from surveys.models import Comparison, Edition, Indicator, Survey
from surveys.selectors.structure import structure_of
from tests.surveys import factories as make

REDUCED = {"question_plan": "reduced", "full_up_to": 5, "questions_per_item": Decimal("1.5")}


def survey(**settings: object) -> Survey:
    """Unsaved: the plan asks only for its settings."""
    return Survey(**settings)


@pytest.mark.parametrize("items", range(2, 16))
def test_a_full_plan_asks_every_pair(items: int) -> None:
    assert plan.questions_for(items, survey(question_plan="full", full_up_to=2)) == items * (items - 1) // 2


@pytest.mark.parametrize(("items", "asked"), [(2, 1), (3, 3), (5, 10), (6, 9), (7, 11), (9, 14), (11, 17), (15, 23)])
def test_a_reduced_plan_is_full_up_to_five_and_then_one_and_a_half_a_piece(items: int, asked: int) -> None:
    assert plan.questions_for(items, survey(**REDUCED)) == asked


@pytest.mark.parametrize("items", range(2, 16))
@pytest.mark.parametrize("per_item", ["1.0", "1.5", "2.0", "7.0", "9.9"])
def test_a_reduced_plan_never_asks_more_than_there_is_and_always_links_all_items(items: int, per_item: str) -> None:
    asked = plan.questions_for(items, survey(**{**REDUCED, "questions_per_item": Decimal(per_item), "full_up_to": 2}))
    assert items - 1 <= asked <= items * (items - 1) // 2


# --- order ---


def nodes(edition: Edition) -> tuple[list[Comparison], list[Indicator]]:
    structure = structure_of(edition)
    node = structure.nodes[0]
    return structure.by_node[node.pk], structure.items_of(node.pk)


@pytest.fixture
def wide(db: None) -> tuple[list[Comparison], list[Indicator]]:
    """Seven items, twenty-one pairs."""
    return nodes(make.edition({"r": list("abcdefg")}))


Pairs = tuple[list[Comparison], list[Indicator]]


def shown(wide: Pairs, seed: int, **settings: object) -> list[tuple[str, str]]:
    """The codes of the items as they stand, left and right, in the order of asking."""
    by_key = {pair.pk: pair for pair in wide[0]}
    order = plan.order_of(*wide, survey(question_order="balanced", **settings), seed)
    named = [(by_key[pair].item_a.code, by_key[pair].item_b.code, swapped) for pair, swapped in order]
    return [(b, a) if swapped else (a, b) for a, b, swapped in named]


@pytest.mark.parametrize("seed", [0, 1, 2, 20_000, 2**31 - 1])
def test_every_pair_is_asked_once(wide: Pairs, seed: int) -> None:
    assert Counter(frozenset(pair) for pair in shown(wide, seed)) == Counter(map(frozenset, combinations("abcdefg", 2)))


@pytest.mark.parametrize("seed", range(12))
def test_it_begins_with_a_circle_through_all_items(wide: Pairs, seed: int) -> None:
    """Whoever stops after seven has compared each item twice."""
    begun = Counter(item for pair in shown(wide, seed)[:7] for item in pair)
    assert begun == Counter(dict.fromkeys("abcdefg", 2))


@pytest.mark.parametrize("seed", range(12))
def test_each_item_stands_left_about_half_the_time(wide: Pairs, seed: int) -> None:
    left = Counter(pair[0] for pair in shown(wide, seed))
    assert set(left.values()) <= {2, 3, 4}  # of six each


def test_sides_are_balanced_over_the_panel(wide: Pairs) -> None:
    """One pair, two hundred experts: neither item is always the left one."""
    sides = Counter(next(pair for pair in shown(wide, seed) if set(pair) == {"a", "b"})[0] for seed in range(200))
    assert min(sides.values()) >= 70


def test_experts_are_asked_in_different_orders_and_one_expert_always_in_the_same(wide: Pairs) -> None:
    orders = {tuple(shown(wide, seed)) for seed in range(30)}
    assert len(orders) >= 29
    assert shown(wide, 7) == shown(wide, 7)


def test_paper_stands_as_the_tree_has_it(wide: Pairs) -> None:
    order = plan.order_of(*wide, survey(question_order="paper", question_plan="full"), 5)
    assert order == [(pair.pk, 0) for pair in wide[0]]


def test_a_reduced_plan_on_paper_asks_what_tells_most_in_the_order_of_the_tree(wide: Pairs) -> None:
    reduced = survey(question_order="paper", **REDUCED)
    order = [pair for pair, _swapped in plan.order_of(*wide, reduced, 5)]
    asked, rest = order[:11], order[11:]
    places = {pair.pk: place for place, pair in enumerate(wide[0])}
    assert [places[pair] for pair in asked] == sorted(places[pair] for pair in asked)
    assert [places[pair] for pair in rest] == sorted(places[pair] for pair in rest)
    assert sorted(order) == sorted(places)
    codes = {pair.pk: (pair.item_a.code, pair.item_b.code) for pair in wide[0]}
    ratios = dict.fromkeys((codes[pair] for pair in asked), 2.0)
    assert ahp.matrix_from_pairs(list("abcdefg"), ratios).n == 7
    assert set(Counter(item for pair in asked for item in codes[pair])) == set("abcdefg")


# --- precision ---


@pytest.mark.parametrize("items", range(3, 13))
def test_more_answers_never_tell_less(items: int) -> None:
    every = items * (items - 1) // 2
    errors = [plan.precision_after(items, answers) for answers in range(every + 1)]
    linked = [error for error in errors if not isinf(error)]
    assert errors[: items - 1] == [inf] * (items - 1)
    assert linked == sorted(linked, reverse=True)
    assert errors[-1] == pytest.approx(1)


def test_what_a_reduced_plan_costs_in_precision() -> None:
    """One and a half questions an item: the error of eleven items is less than twice that of all fifty-five."""
    asked = plan.questions_for(11, survey(**REDUCED))
    assert 1.5 < plan.precision_after(11, asked) < 2.5
    assert plan.precision_after(11, 55) == pytest.approx(1)
