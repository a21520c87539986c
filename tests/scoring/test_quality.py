"""What data are like, and how much each part counts: against closed forms, hand-worked numbers, and scipy."""

import csv
import doctest
import io
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import scipy  # its parts load when they are asked for
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from scoring import coherence, quality
from scoring.coherence import correlation, correlations, influences, oriented, rank_correlation, reliability
from scoring.models import ScoringRun
from scoring.normalising import LeafRule, normalise
from scoring.quality import describe, kurtosis, logarithms, skewness, winsorise
from scoring.selectors import quality as selector
from scoring.selectors.board import board_of
from scoring.selectors.findings import data_findings
from scoring.selectors.influence import RunQuality
from scoring.selectors.quality import DataQuality
from scoring.selectors.treatments import LOGARITHM, WINSORISE, rank_effect, treated_columns
from surveys.models import Indicator
from tests.scoring import factories as factory
from tests.surveys import factories as make

db = pytest.mark.django_db
pages = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("english")]
seeds = st.integers(0, 10_000)
NAN = float("nan")


@pytest.mark.parametrize("module", [quality, coherence])
def test_the_examples_run(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_the_examples_of_the_page_on_scoring_run() -> None:
    page = Path(__file__).parents[2] / "docs" / "scoring.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted >= 5
    assert found.failed == 0


# --- columns ---


@given(seeds, st.sampled_from([1e-300, 1e-6, 1.0, 1e300]))
def test_skewness_and_kurtosis_are_those_of_scipy_on_any_scale(seed: int, scale: float) -> None:
    values = np.random.default_rng(seed).lognormal(size=int(seed % 30) + 4)
    assert skewness(values * scale) == pytest.approx(scipy.stats.skew(values, bias=False))
    assert kurtosis(values * scale) == pytest.approx(scipy.stats.kurtosis(values, bias=False))


def test_a_published_example_comes_back() -> None:
    """The example of COINr 1.1.14 for `check_SkewKurt`: skewness 3.063241, kurtosis 9.741391, not passed."""
    told = describe([*range(1, 11), 30, 100])
    assert told.skewness == pytest.approx(3.063241, abs=5e-7)
    assert told.kurtosis == pytest.approx(9.741391, abs=5e-7)
    assert told.skewed


def test_a_column_far_from_zero_is_told_as_one_near_it() -> None:
    values = np.array([1.0, 2, 3, 4, 50])
    assert skewness(values + 1e9) == pytest.approx(skewness(values), rel=1e-6)


def test_one_far_value_of_many_equal_ones_has_the_skewness_of_the_closed_form() -> None:
    """One value differs: G1 = sqrt(n), G2 = n."""
    values = [0.0] * 15 + [7.0]
    assert skewness(values) == pytest.approx(4.0)
    assert kurtosis(values) == pytest.approx(16.0)


def test_winsorising_moves_at_most_five_and_never_some_of_those_that_are_equal() -> None:
    crowd = [float(value) for value in range(40)]
    six = winsorise([*crowd, *[1000.0] * 6])
    assert not six.moved
    low = winsorise([*crowd, -5000.0, NAN])
    assert (low.moved, low.values[40], low.after.skewed) == ((40,), 0.0, False)
    assert np.isnan(low.values[41])
    tame = winsorise(crowd)
    assert (tame.moved, tame.values.tolist()) == ((), crowd)
    steps = winsorise([*[1.0, 2.0] * 20, *(10.0**k for k in range(2, 10))])
    assert len(steps.moved) == 5
    assert steps.after.skewed


def test_winsorising_is_a_bound_with_a_cap() -> None:
    """What the page says to those who want to apply it."""
    column = np.array([*range(1, 11), 30, 100], dtype=float)
    done = winsorise(column)
    capped = normalise(column[:, None], ["x"], {"x": LeafRule(high=float(done.values.max()), cap=True)})
    assert capped.scores == pytest.approx(normalise(done.values[:, None], ["x"]).scores)


# --- what goes together ---


@given(seeds)
def test_coefficients_with_gaps_are_those_of_scipy_over_the_units_that_have_both(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 6, (4, 12)).astype(float)
    rows[0, :2], rows[1, 1:4] = NAN, NAN
    pearson, ranks = correlations(rows)
    for a in range(4):
        for b in range(4):
            both = np.isfinite(rows[a]) & np.isfinite(rows[b])
            pair = rows[a, both], rows[b, both]
            if all(np.ptp(row) for row in pair):
                assert pearson[a, b] == pytest.approx(scipy.stats.pearsonr(*pair).statistic)
                assert ranks[a, b] == pytest.approx(scipy.stats.spearmanr(*pair).statistic)
            else:
                assert np.isnan(pearson[a, b])


def test_alpha_and_the_first_component_at_their_ends() -> None:
    same = reliability(np.array([[1.0, 5, 2, 9]] * 3))
    assert [same.raw, same.standardised, same.first] == pytest.approx([1, 1, 1])
    apart = reliability(np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]))  # no two go together
    assert [apart.raw, apart.standardised] == pytest.approx([0, 0], abs=1e-12)
    assert apart.first == pytest.approx(1 / 3)
    against = reliability(np.array([[1.0, 2, 3], [3.0, 2, 1]]))
    assert (against.raw, against.standardised) == (None, None)  # they cancel each other: there is no total


@given(seeds)
def test_alpha_without_a_row_is_the_alpha_of_the_others(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(4, 9)) + np.linspace(0, 9, 9)
    found = reliability(rows)
    for place in range(4):
        assert found.without[place] == pytest.approx(reliability(np.delete(rows, place, axis=0)).standardised)


def test_a_row_that_does_not_vary_is_left_out_and_gaps_are_not_filled() -> None:
    rows = np.array([[1.0, 2, 3, 4, 9], [2.0, 1, 4, 3, NAN], [5.0] * 5])
    found = reliability(rows)
    assert (found.used, found.units) == ((0, 1), 4)
    assert found.standardised == pytest.approx(reliability(rows[:2, :4]).standardised)


# --- what counts ---


def test_influence_of_parts_that_do_not_go_together_is_the_square_of_their_weights() -> None:
    """Parts of equal variance without correlation: S = w² / Σ w², the closed form of Paruolo, Saisana and Saltelli."""
    rows = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]])
    weights = np.array([0.5, 0.3, 0.2])
    told = influences(rows, weights @ rows, weights.tolist())
    squares = weights**2 / (weights**2).sum()
    assert [each.squared for each in told] == pytest.approx(squares.tolist())
    assert [each.effective for each in told] == pytest.approx(squares.tolist())
    assert [each.ratio for each in told] == pytest.approx((squares / weights).tolist())


@given(seeds)
def test_effective_weights_add_up_to_one_and_are_not_told_of_other_means(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows, weights = generator.uniform(0, 100, (3, 8)), generator.dirichlet(np.ones(3))
    told = influences(rows, weights @ rows, weights.tolist())
    assert sum(each.effective or 0.0 for each in told) == pytest.approx(1)
    geometric = np.exp(weights @ np.log(rows + 1))
    assert {each.effective for each in influences(rows, geometric, weights.tolist())} == {None}


@pytest.mark.parametrize(
    "values", [[], [NAN, NAN, NAN, NAN], [5.0], [5.0, 6.0], [5.0, 5.0, 5.0, 5.0], [0.1 + 0.2, 0.3, 0.3, 0.3]]
)
def test_what_cannot_be_told_is_none_and_never_a_warning(values: list[float]) -> None:
    column = np.array(values)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        told = describe(column)
        assert not told.skewed
        assert told.present == int(np.isfinite(column).sum())
        assert winsorise(column).moved == ()
        assert (logarithms(column) is None) == (not told.present)
        assert correlation(column, column) is None
        assert rank_correlation(column, column) is None
        rows = np.array([column, column])
        assert np.isnan(correlations(rows)[0]).all()
        found = reliability(rows)
        assert (found.raw, found.standardised, found.first) == (None, None, None)
        assert {each.r for each in influences(rows, column, [0.5, 0.5])} == {None}
        assert len(oriented(column[:, None], ["x"], {})) == 1


# --- a data set, and a run ---


TAIL = b"unit,a1,a2,b,c\n" + b"".join(
    b"U%d,%d,%d,%d,%d\n" % (n, n, 50 - n if n % 2 else n, n * n % 17 + 1, 9000 if n == 11 else n % 7 + 1)
    for n in range(1, 13)
)
"""Twelve units; on c one is far from all others."""


@pytest.fixture
def run() -> ScoringRun:
    locked = factory.locked()
    return factory.run(locked, factory.data_set(factory.survey_of(locked), TAIL))


@db
def test_a_treatment_is_looked_at_by_the_rules_of_the_run_and_changes_nothing(run: ScoringRun) -> None:
    before, board, data = run.content_hash, board_of(run), DataQuality(run.data_set)
    assert [row.node.code for row in data.flagged] == ["c"]
    treated = treated_columns(data, WINSORISE)[0]
    assert [(move.unit, move.before) for move in treated.moves] == [("U11", 9000.0)]
    assert treated.after
    assert not treated.after.skewed
    effect = rank_effect(board, data, WINSORISE)
    clipped = TAIL.replace(b",9000\n", b",%d\n" % treated.moves[0].after)
    again = factory.run(run.weight_set, factory.data_set(run.survey, clipped, file="again.csv"))
    expected = dict(zip(board.names, board_of(again).ranks_of("r").tolist(), strict=True))
    told = {move.unit: move.after for move in effect.moves}
    old = dict(zip(board.names, board.ranks_of("r").tolist(), strict=True))
    assert {name: told.get(name, rank) for name, rank in old.items()} == expected
    assert effect.moves
    assert rank_effect(board, data, LOGARITHM).moves
    run.refresh_from_db()
    assert run.content_hash == before


@db
def test_the_numbers_of_a_run_are_those_of_its_scores(run: ScoringRun) -> None:
    board = board_of(run)
    row = RunQuality(board).of("r")
    assert row
    whole = board.score_of("r")
    for child in row.children:
        expected = scipy.stats.pearsonr(board.score_of(child.node.code), whole).statistic
        assert child.told.r == pytest.approx(expected)
        assert child.with_root == child.told.r
    assert sum(child.told.effective or 0 for child in row.children) == pytest.approx(1)


@db
@pytest.mark.usefixtures("english")
def test_hard_columns_are_told_in_words(run: ScoringRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gaps, a constant and an empty column, as rules of an edition may allow them."""
    data = DataQuality(run.data_set)
    names, columns = data.units, list(run.data_set.columns)
    values = data.values.copy()
    values[0, 0], values[:, columns.index("b")], values[:, columns.index("c")] = NAN, 3.0, NAN
    monkeypatch.setattr(data, "values", values)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = " ".join(f"{each.word}: {each.text}" for each in data_findings(data))
    assert "13 of 48 values are missing: in 2 indicators, of 12 units." in said
    assert "All units have the same value on: " in said
    assert "No unit has a value on: " in said
    assert {row.name for row in data.gaps} == set(names)
    assert "nan" not in said


def answers(run: ScoringRun, language: str = "en") -> Mapping[str, str]:
    """The pages of a run and its data as a reader of one language sees them."""
    client = signed_in(language)
    addresses = {
        "data": reverse("scoring:data_quality", args=[run.survey_id, run.data_set_id]),
        "run": reverse("scoring:run_quality", args=[run.survey_id, run.number]),
    }
    found = {}
    for name, address in addresses.items():
        for treat in ("winsorise", "ln", "", "nonsense"):
            answer = client.get(address, {"treat": treat, "node": "a"})
            assert answer.status_code == 200
            found[f"{name} {treat}"] = answer.content.decode()
    return found


def signed_in(language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(make.user("coordinator"))
    return client


class TestPages:
    pytestmark = pages

    def test_both_pages_say_it_in_words_in_both_languages(self, run: ScoringRun) -> None:
        english, chinese = answers(run), answers(run, "zh-hans")
        assert "1 of 4 indicators is skewed by a few extreme values: Indicator c." in english["data "]
        assert "U11 9000 → 7" in english["data winsorise"]
        assert "of 12 units would change their rank" in english["run ln"]
        assert "would change their rank" not in english["run nonsense"]
        assert "4 项指标中有 1 项因少数极端值而偏斜：指标 c" in chinese["data "]
        for page in (*english.values(), *chinese.values()):
            assert "nan" not in page.replace("nance", "")
            assert page.count("<h1") == 1

    @pytest.mark.parametrize("content", [b"unit,a1,a2,b,c\nA,1,2,3,4\nB,2,1,4,3\n"])
    def test_two_units_are_told_that_they_are_too_few(self, content: bytes) -> None:
        locked = factory.locked()
        found = factory.run(locked, factory.data_set(factory.survey_of(locked), content))
        said = answers(found)
        assert "There are 2 units. Skewness and correlations need at least 3." in said["data "]
        assert "There are 2 units. Skewness and correlations need at least 3." in said["run "]

    def test_files_hold_the_numbers_unrounded_with_their_flags(self, run: ScoringRun) -> None:
        client = signed_in()
        path = reverse("scoring:data_quality_file", args=[run.survey_id, run.data_set_id, "csv"])
        rows = list(csv.reader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))
        own = dict(zip(rows[0], next(row for row in rows if row[0] == "c"), strict=True))
        expected = scipy.stats.skew([9000.0 if n == 11 else n % 7 + 1.0 for n in range(1, 13)], bias=False)
        assert float(own["Skewness"]) == pytest.approx(expected, rel=1e-12)
        assert own["What stands out"] == "skewed"
        pairs = client.get(path, {"table": "pairs"}).content.decode("utf-8-sig")
        assert pairs.startswith("Node,Code,Indicator")
        path = reverse("scoring:run_quality_file", args=[run.survey_id, run.number, "xlsx"])
        book = load_workbook(io.BytesIO(client.get(path).content))
        assert book.sheetnames == ["Influence", "Correlations", "Groups"]

    def test_data_that_are_too_large_say_so(self, run: ScoringRun, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(selector, "CELLS", 47)
        client = signed_in()
        for name, key in (("data_quality", run.data_set_id), ("run_quality", run.number)):
            page = client.get(reverse(f"scoring:{name}", args=[run.survey_id, key])).content.decode()
            assert "Too large for a page" in page
        path = reverse("scoring:data_quality_file", args=[run.survey_id, run.data_set_id, "csv"])
        assert client.get(path).status_code == 404


def test_directions_are_applied_before_anything_is_compared() -> None:
    values = np.array([[1.0, 9.0], [2.0, 8.0], [4.0, 1.0]])
    rules = {"y": LeafRule(direction=Indicator.Direction.COST)}
    assert correlation(*oriented(values, ["x", "y"], rules)) == pytest.approx(
        -(correlation(values[:, 0], values[:, 1]) or 0)
    )
