"""Circles, diagnostics and hints."""

import numpy as np
import pytest

import ahp
from tests.ahp.cases import cases, numbers


def house() -> ahp.Matrix:
    """The house of Saaty (1980), whose answer (2, 6) stands apart."""
    case = next(case.values[0] for case in cases("diagnostics") if case.values[0]["id"] == "diag_house8")
    return ahp.matrix(numbers(case["matrix_exact"]))


def test_the_house_has_one_answer_to_look_at() -> None:
    hint = ahp.hints(house())[0]
    assert hint.pair == (2, 6)
    assert (hint.answer, hint.decisive) == (6.0, True)
    assert hint.implied == pytest.approx(0.47, abs=0.005)
    assert hint.studentised == pytest.approx(3.0285, abs=1e-3)
    assert hint.ratio_before is not None and hint.ratio_after is not None
    assert hint.ratio_before == pytest.approx(0.1698, abs=1e-4)
    assert hint.ratio_after < hint.ratio_before


def test_direction_is_kept_unless_a_circle_speaks_against_it() -> None:
    m = house()
    for hint in ahp.hints(m, limit=28):
        assert hint.suggestion >= 1 or hint.circle is not None
        if hint.circle:
            a, b, c = hint.circle
            assert all(m.values[m.index(x), m.index(y)] > 1 for x, y in ((a, b), (b, c), (c, a)))


def test_the_limit_holds_and_consistency_needs_no_hint() -> None:
    assert len(ahp.hints(house(), limit=2)) == 2
    assert ahp.hints([[1, 2, 4], [0.5, 1, 2], [0.25, 0.5, 1]]) == ()
    assert ahp.hints([[1, 2], [0.5, 1]]) == ()


def test_three_items_cannot_single_one_out() -> None:
    found = ahp.hints(ahp.matrix([[1, 2, 1 / 2], [1 / 2, 1, 2], [2, 1 / 2, 1]], "abc"))
    assert found and not any(hint.decisive for hint in found)
    assert all(hint.circle for hint in found)


def test_a_bridge_is_never_suggested() -> None:
    triangle = {("a", "b"): 2, ("b", "c"): 2, ("a", "c"): 9}
    m = ahp.matrix_from_pairs("abcd", {**triangle, ("c", "d"): 9})
    assert np.isnan(ahp.diagnostics(m).studentised[2, 3])
    assert all(set(hint.pair) != {"c", "d"} for hint in ahp.hints(m))


def test_dropping_an_answer_lowers_the_squares_as_said() -> None:
    m = house()
    found = ahp.diagnostics(m)
    e, h = found.residual[2, 6], found.leverage[2, 6]
    before, after = (ahp.consistency(x) for x in (m, m.with_judgment(2, 6, None)))
    drop = before.geometric_index * before.degrees_of_freedom - after.geometric_index * after.degrees_of_freedom  # type: ignore[operator]
    assert drop == pytest.approx(e**2 / (1 - h), rel=1e-12)
    assert found.typical_factor == pytest.approx(float(np.exp(np.sqrt(before.geometric_index or 0))))


def test_a_circle_is_named_in_order() -> None:
    found = ahp.circular_triads(ahp.matrix([[1, 1 / 2, 2], [2, 1, 1 / 2], [1 / 2, 2, 1]], "abc"))
    assert found.circles == (("a", "c", "b"),)
    assert (found.count, found.zeta, found.expected_at_random) == (1, 0.0, 0.25)


def test_a_longer_circle_without_a_triad() -> None:
    m = ahp.matrix_from_pairs("abcd", {("a", "b"): 2, ("b", "c"): 2, ("c", "d"): 2, ("d", "a"): 2})
    found = ahp.circular_triads(m)
    assert (found.count, found.triples, found.longer) == (0, 0, (("a", "b", "c", "d"),))
