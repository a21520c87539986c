"""What a profile lets be seen of a board. No database."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from scoring.figures.published import Place, public_figures, tiles_figure
from scoring.figures.specification import Caption
from scoring.publishing import CLOSED, Profile, Shown, ShownNode, reweighted, shown
from scoring.ranking import competition_ranks

pytestmark = pytest.mark.usefixtures("english")

NAMES = ["Ash", "Birch", "Cedar", "Dogwood", "Elm"]
CHILDREN = {"r": {"a": 0.75, "b": 0.25}}
A, B = np.array([80.0, 60, 60, 20, 0]), np.array([0.0, 100, 100, 80, 40])


@dataclass(frozen=True)
class Board:
    """Ranks on r: Birch and Cedar 1, Ash 3, Dogwood 4, Elm 5."""

    names = NAMES
    local = CHILDREN
    output = (0.0, 100.0)

    def score_of(self, code: str) -> np.ndarray:
        return {"a": A, "b": B, "r": 0.75 * A + 0.25 * B}[code]

    def ranks_of(self, code: str) -> np.ndarray:
        return competition_ranks(self.score_of(code))


def rows(profile: Profile, code: str = "r") -> list[tuple[object, ...]]:
    return [(row.name, row.rank) for row in shown(Board(), profile, code).rows]


def test_a_rank_is_shown_with_everybody_who_shares_it() -> None:
    assert rows(Profile(nodes=["r"], top=1)) == [("Birch", 1), ("Cedar", 1)]
    assert rows(Profile(nodes=["r"], top=3))[2:] == [("Ash", 3)]


def test_a_hidden_unit_leaves_a_gap_or_none_as_was_chosen() -> None:
    kept, closed = (Profile(nodes=["r"], top=None, hidden=frozenset({2, 0}), gaps=gaps) for gaps in ("kept", CLOSED))
    assert rows(kept) == [("Birch", 1), ("Dogwood", 4), ("Elm", 5)]
    assert rows(closed) == [("Birch", 1), ("Dogwood", 2), ("Elm", 3)]
    assert (shown(Board(), kept, "r").count, shown(Board(), closed, "r").count) == (5, 3)


def test_intervals_are_not_shown_beside_ranks_that_count_other_units() -> None:
    intervals = {1: (1, 2), 3: (4, 5)}
    for gaps, hidden, seen in (("kept", {0}, True), (CLOSED, {0}, False), (CLOSED, set(), True)):
        profile = Profile(nodes=["r"], top=None, hidden=frozenset(hidden), gaps=gaps)
        found = [row.interval for row in shown(Board(), profile, "r", intervals=intervals).rows]
        assert any(found) is seen


def test_bands_tell_no_order_and_no_score() -> None:
    profile = Profile(nodes=["r"], top=None, ranks=False, band=3, parts=True)
    found = shown(Board(), replace(profile, band=2), "r").rows
    told = [("Birch", (1, 2)), ("Cedar", (1, 2)), ("Ash", (3, 5)), ("Dogwood", (3, 5)), ("Elm", (3, 5))]
    assert [(row.name, row.band) for row in found] == told
    assert all(row.rank is None and row.score is None and not row.parts for row in found)
    in_order_of_the_data = [row.name for row in shown(Board(), profile, "r").rows]
    assert in_order_of_the_data == NAMES  # one band: the third and the fourth alone would be ranks


def test_no_band_holds_a_single_rank() -> None:
    for top, band in product((None, 1, 2, 3, 4, 5), (2, 3, 4)):
        rows = shown(Board(), Profile(nodes=["b"], top=top, ranks=False, band=band), "b").rows
        assert all(row.band and (row.band[1] > row.band[0] or top == 1) for row in rows), (top, band)


def test_letters_are_given_anew_on_each_node() -> None:
    profile = Profile(nodes=["r", "a"], top=None, names=False)
    assert [row.name for row in shown(Board(), profile, "a").rows] == ["A", "B", "C", "D", "E"]
    best = {code: shown(Board(), profile, code).rows[0].score for code in ("r", "a")}
    assert best == {"r": 70.0, "a": 80.0}  # Birch on the one, Ash on the other, and A both times


def test_parts_add_up_to_the_score_and_come_only_when_chosen() -> None:
    seen = shown(Board(), Profile(nodes=["r"], parts=True), "r")
    assert list(seen.children) == ["a", "b"]
    assert all(sum(row.parts) == pytest.approx(row.score) for row in seen.rows)
    assert not any(row.parts for row in shown(Board(), Profile(nodes=["r"]), "r").rows)


def test_a_node_that_was_not_chosen_is_not_there() -> None:
    with pytest.raises(KeyError):
        shown(Board(), Profile(nodes=["r"]), "a")


def test_own_weights_rank_only_those_who_are_shown_and_agree_with_the_published_weights() -> None:
    profile = Profile(nodes=["r"], top=3, hidden=frozenset({2}))
    units, scores, ranks = reweighted(Board(), profile, "r", ["a", "b"], [75, 25])
    assert ([NAMES[unit] for unit in units], ranks.tolist()) == (["Birch", "Ash"], [1, 2])
    assert scores.tolist() == pytest.approx(Board().score_of("r")[[1, 0]].tolist())
    assert reweighted(Board(), profile, "r", ["a", "b"], [1, 0])[2].tolist() == [2, 1]


def captioned(title: str, unit: str, sentence: str, *, count: int, note: str = "") -> Caption:
    return Caption(
        title=title, unit=unit, count=count, year="", source="", run="", hash="", sentence=sentence, note=note
    )


def test_figures_say_what_is_shown_and_nothing_else() -> None:
    seen = shown(Board(), Profile(nodes=["r"], top=None, parts=True, hidden=frozenset({0})), "r")
    titles = {"a": "First", "b": "Second"}
    found = public_figures("Index", seen, titles, captioned, top=None)
    places = [Place(0, place, row.name[:2]) if row.name != "Elm" else None for place, row in enumerate(seen.rows)]
    found["tiles"] = tiles_figure("Index", seen, places, captioned)
    assert {key: figure.units for key, figure in found.items()} == {
        "bars": NAMES[1:], "makeup": NAMES[1:], "tiles": NAMES[1:4],
    }  # fmt: skip
    assert [list(row)[1] for row in found["bars"].table.rows] == NAMES[1:]
    assert all("Ash" not in repr(figure) for figure in found.values())
    assert "of 5 units" in found["bars"].caption.sentence.lower()
    assert list(found["makeup"].table.rows[0])[2:] == [45.0, 25.0, 70.0]


def test_long_lists_are_drawn_in_part_and_say_so() -> None:
    many = ShownNode("r", [Shown(place=n, name=f"U{n}", rank=n + 1, score=99.0 - n) for n in range(60)], 60)
    figure = public_figures("Index", many, {}, captioned, top=None)["bars"]
    assert (len(figure.table.rows), figure.caption.title) == (40, "Top 40: Index")


def test_a_profile_comes_back_from_what_is_stored() -> None:
    profile = Profile(nodes=("r",), top=None, hidden=frozenset({3, 1}), languages=("en",), licence="CC BY 4.0")
    assert Profile.of(profile.stored()) == profile
