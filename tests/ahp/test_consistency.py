"""Consistency by every table, and what chance would do."""

import json
from pathlib import Path

import numpy as np
import pytest

import ahp
from ahp._random_index import DESIGN, TABLES

ROWS = [[1, 2, 3], [1 / 2, 1, 4], [1 / 3, 1 / 4, 1]]


def test_the_tables_as_printed() -> None:
    printed = json.loads((Path(__file__).parent / "published" / "random_index.json").read_text("utf-8"))
    for table, values in printed.items():
        assert [ahp.random_index(n, table=table) for n in range(3, 3 + len(values))] == values


def test_the_default_table_reaches_thirty_items() -> None:
    values = [ahp.random_index(n) for n in range(3, 31)]
    assert values == sorted(values)
    with pytest.raises(ahp.RandomIndexError):
        ahp.random_index(31)


@pytest.mark.parametrize("table", TABLES)
def test_missing_pairs_lower_every_table(table: str) -> None:
    full = ahp.random_index(7, table=table)
    assert ahp.random_index(7, missing=6, table=table) == pytest.approx(full * (1 - 12 / 30), abs=1e-15)
    assert ahp.random_index(7, missing=15, table=table) == 0
    assert ahp.random_index(2, table=table) == ahp.random_index(1, table=table) == 0


@pytest.mark.parametrize(("n", "missing"), [(7, 16), (7, -1), (0, 0), (2, 1)])
def test_impossible_sizes_are_refused(n: int, missing: int) -> None:
    with pytest.raises(ahp.RandomIndexError):
        ahp.random_index(n, missing)


def test_unknown_tables_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ahp.OptionError, match="simulated, saaty1980") as caught:
        ahp.consistency(ROWS, random_index="saaty")
    assert caught.value.value == "saaty"


def test_one_expert_three_verdicts() -> None:
    ratios = {table: ahp.consistency(ROWS, random_index=table).ratio for table in ("saaty1980", "common_cn")}
    assert ratios["saaty1980"] == pytest.approx(0.0930, abs=5e-5)
    assert ratios["common_cn"] == pytest.approx(0.1037, abs=5e-5)


def test_geometric_thresholds_as_published() -> None:
    for n, threshold in ((3, 0.3147), (4, 0.3526)):
        found = ahp.consistency(np.ones((n, n))).geometric_threshold
        assert found == pytest.approx(threshold, abs=0.0012)


def test_chance_passes_the_usual_threshold() -> None:
    for n, share in ((3, 0.208), (4, 0.032), (5, 0.0024), (6, 8e-5)):
        found = _at_ratio(n, 0.1).p_random
        assert found == pytest.approx(share, rel=0.12)


def _at_ratio(n: int, ratio: float) -> ahp.Consistency:
    """A matrix of n items with about this ratio: one answer apart from the others."""
    low, high = 1.0, 1e3
    for _ in range(60):
        middle = (low * high) ** 0.5
        rows = np.ones((n, n))
        rows[0, 1], rows[1, 0] = middle, 1 / middle
        found = ahp.consistency(rows)
        low, high = (middle, high) if (found.ratio or 0) < ratio else (low, middle)
    return found


def test_chance_with_missing_answers_is_that_of_the_same_pairs() -> None:
    rows = np.ones((5, 5))
    rows[0, 1], rows[1, 0] = 5, 1 / 5
    rows[2, 4] = rows[4, 2] = np.nan
    found = ahp.consistency(rows)
    assert found.p_random is not None and 0 < found.p_random < 0.2
    assert found.p_random == ahp.consistency(rows).p_random
    assert ahp.consistency([[1, 2, None], [0.5, 1, 3], [None, 1 / 3, 1]]).p_random is None


def test_more_than_thirty_items_have_a_chance_too() -> None:
    rows = np.ones((12, 12))
    p = ahp.consistency(rows).p_random
    assert p is not None and p < 1e-12


def test_the_order_of_questions_has_a_random_index_of_its_own() -> None:
    for n, known in DESIGN.items():
        for asked, value in known.items():
            m = ahp.matrix_from_pairs(range(n), dict.fromkeys(ahp.question_order(n).pairs[:asked], 1.0))
            c = ahp.consistency(m, design=True)
            assert c.random_index == pytest.approx(value, abs=1e-12)
            assert c.table == "simulated_design"
            assert 0.7 < value / ahp.random_index(n, m.missing) < 1.03
    with pytest.raises(ahp.OptionError):
        ahp.consistency(ROWS, random_index="saaty1980", design=True)


def test_weak_evidence_is_marked() -> None:
    m = ahp.matrix_from_pairs("abcd", {("a", "b"): 2, ("b", "c"): 2, ("c", "d"): 2, ("a", "d"): 8})
    c = ahp.consistency(m)
    assert (c.degrees_of_freedom, c.testable, c.weak_evidence) == (1, True, True)
    assert c.ratio == pytest.approx(0, abs=1e-14)


def test_results_compare_and_print_without_their_matrix() -> None:
    assert "Matrix" not in repr(ahp.consistency(ROWS))
