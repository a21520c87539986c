"""Bad input that other tools of composite indicators take in silence: what is right, by name of the fault.

Each test is one thing that at least one widely used tool was seen to do wrong: a silent zero, full marks for all, an
indicator that leaves the mean unsaid. Here every one is refused with a sentence, or done by a declared rule and told.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from scoring.ranking import LeafRule, NodeRule, ScoringError, score
from scoring.uncertainty import ranks_of_draws
from tests.support.files import english  # noqa: F401

INDICATORS = """code,parent,name,direction,missing
0,,index,,
A,0,racks,benefit,
B,0,PUE,cost,
C,0,fibre,benefit,
"""
WEIGHTS = "code,local_weight\nA,0.5\nB,0.3\nC,0.2\n"
DATA = "town,A,B,C\nx,10,1.5,3\ny,20,1.2,4\nz,30,1.8,9\n"


@dataclass
class Workshop:
    """Files that are whole; a test breaks one of them."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    indicators: str = INDICATORS
    weights: str = WEIGHTS
    data: str = DATA
    told: str = ""

    def scores(self, code: str = "0") -> dict[str, tuple[float | None, int | None]]:
        """Unit → score and rank."""
        said = io.StringIO()
        call_command("evaluate", *self._files(), f"--out={self.folder}/out", stdout=said)
        self.told = said.getvalue()
        text = (self.folder / "out" / "scores.csv").read_text("utf-8-sig")
        return {
            row["unit"]: (float(row["score"]) if row["score"] else None, int(row["rank"]) if row["rank"] else None)
            for row in csv.DictReader(io.StringIO(text))
            if row["code"] == code
        }

    def refusal(self) -> str:
        with pytest.raises(SystemExit) as caught:
            call_command("evaluate", *self._files(), f"--out={self.folder}/out", stdout=io.StringIO())
        assert caught.value.code == 2
        assert not (self.folder / "out").exists()
        return self.capsys.readouterr().err.replace(f"{self.folder}/", "")

    def _files(self) -> list[str]:
        found = []
        for name in ("indicators", "weights", "data"):
            (self.folder / f"{name}.csv").write_text(getattr(self, name), "utf-8")
            found.append(f"--{name}={self.folder}/{name}.csv")
        return found


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Workshop:
    return Workshop(tmp_path, capsys)


@pytest.mark.parametrize(
    ("broken", "cell"),
    [(("y,20,", "y,,"), "row 3, column A: the cell is blank"),
     (("1.2", ""), "row 3, column B: the cell is blank")],
    ids=["benefit", "cost"],
)  # fmt: skip
def test_a_missing_value_is_refused_by_its_cell_unless_a_rule_says_what_then(
    shop: Workshop, broken: tuple[str, str], cell: str
) -> None:
    shop.data = DATA.replace(*broken)
    assert cell in shop.refusal()
    shop.indicators = INDICATORS.replace("0,,index,,", "0,,index,,reweight")
    found = shop.scores()
    column = "A" if broken[0].startswith("y") else "B"
    expected = {"A": (0.3 * 100 + 0.2 * 100 / 6) / 0.5, "B": (0.5 * 50 + 0.2 * 100 / 6) / 0.7}
    assert found["y"][0] == pytest.approx(expected[column])
    # Nobody else is touched, but that the bounds now come from those who have a value.
    assert found["x"][0] == pytest.approx(0.3 * 50 if column == "A" else 0.3 * 100)
    assert "the weights of what is missing were shared out for y" in shop.told


def test_a_constant_indicator_is_refused_or_has_its_declared_neutral_score(shop: Workshop) -> None:
    shop.data = "town,A,B,C\nx,10,1.5,7\ny,20,1.2,7\nz,30,1.8,7\n"
    assert "column C: all units have the value 7.0, so the column tells none apart" in shop.refusal()
    values, leaves, tree = [[1, 7], [2, 7]], ["A", "C"], {"0": ["A", "C"]}
    found = score(values, leaves, tree, {"0": [0.5, 0.5]}, root="0", rules={"C": LeafRule(neutral=50)})
    assert found.of("0").tolist() == [25, 75]
    shop.indicators = "code,parent,name,low,high\n0,,index,,\nA,0,racks,,\nB,0,PUE,,\nC,0,fibre,0,14\n"
    assert {unit: s for unit, (s, _rank) in shop.scores("C").items()} == {"x": 50, "y": 50, "z": 50}


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999", "∞", "nan"])
def test_an_infinity_is_refused_by_its_cell(shop: Workshop, text: str) -> None:
    shop.data = DATA.replace("20,", f"{text},")
    assert "data.csv: row 3, column A: " in shop.refusal()
    with pytest.raises(ScoringError, match="A, unit 1: not_finite"):
        score([[1.0], [np.inf]], ["A"], {}, {}, root="A")


def test_an_empty_unit_is_refused(shop: Workshop) -> None:
    shop.data = DATA.replace("y,20", ",20")
    assert "data.csv: row 3, column town: the unit is blank" in shop.refusal()


def test_a_negative_weight_is_refused(shop: Workshop) -> None:
    shop.weights = WEIGHTS.replace("0.5", "-0.5").replace("0.3", "1.3")
    assert "weights.csv: row 2, column local_weight: the weight -0.5 is not between 0 and 1" in shop.refusal()


def test_weights_that_are_all_zero_are_refused(shop: Workshop) -> None:
    shop.weights = "code,local_weight\nA,0\nB,0\nC,0\n"
    assert "the local weights below 0 sum to 0.0, not 1" in shop.refusal()


def test_a_weight_that_is_no_number_is_refused_and_not_lost_in_the_sum(shop: Workshop) -> None:
    shop.weights = WEIGHTS.replace("0.3", "nan")
    assert "weights.csv: row 3, column local_weight: " in shop.refusal()
    with pytest.raises(ValueError, match="sum to one"):
        score([[1.0], [2.0]], ["A"], {"0": ["A"]}, {"0": [float("nan")]}, root="0")


def test_weights_that_sum_to_ten_are_shown_and_not_rescaled(shop: Workshop) -> None:
    shop.weights = "code,local_weight\nA,0.9\nB,0.8\nC,0.7\n"
    said = shop.refusal()
    assert "the local weights below 0 sum to 2.4" in said
    assert "they are not scaled, so that nothing changes unseen" in said


def test_a_direction_that_is_none_is_refused(shop: Workshop) -> None:
    shop.indicators = INDICATORS.replace("cost", "x")
    assert "indicators.csv: row 4, column direction: " in shop.refusal()


def test_an_indicator_that_holds_most_of_the_weight_counts_in_the_coverage() -> None:
    """Two of three children are present, but they hold 2 % of the weight: that is not half."""
    values = [[np.nan, 1.0, 2.0], [1.0, 2.0, 1.0], [2.0, 3.0, 3.0]]
    rules = {"A": LeafRule(missing="reweight")}
    asked = {"root": "0", "rules": rules}
    tree, local = {"0": ["A", "B", "C"]}, {"0": [0.98, 0.01, 0.01]}
    found = score(values, ["A", "B", "C"], tree, local, nodes={"0": NodeRule(coverage=0.5)}, **asked)  # type: ignore[arg-type]
    assert np.isnan(found.of("0")[0]) and found.ranks_of("0").tolist() == [0, 2, 1]
    even = score(values, ["A", "B", "C"], tree, {"0": [0.4, 0.3, 0.3]}, nodes={"0": NodeRule(coverage=0.5)}, **asked)  # type: ignore[arg-type]
    assert even.of("0")[0] == pytest.approx((0.3 * 0 + 0.3 * 50) / 0.6)


def test_codes_with_points_and_codes_of_digits_are_codes(shop: Workshop) -> None:
    shop.indicators = "code,parent,name\n1,,index\n1.1,1,use\n1.1.2,1.1,racks\n1.1.10,1.1,PUE\n"
    shop.weights = "code,local_weight\n1.1,1\n1.1.2,0.25\n1.1.10,0.75\n"
    shop.data = "unit,1.1.10,1.1.2\n110000,1,5\n120000,2,6\n"
    assert shop.scores("1") == {"110000": (0.0, 2), "120000": (100.0, 1)}


def test_a_leaf_directly_below_the_top_node_is_a_leaf(shop: Workshop) -> None:
    shop.indicators = "code,parent,name\n0,,index\nA,0,use\nA1,A,racks\nA2,A,cards\nB,0,price\n"
    shop.weights = "code,local_weight\nA,0.6\nB,0.4\nA1,0.5\nA2,0.5\n"
    shop.data = "town,A1,A2,B\nx,1,4,0\ny,2,3,1\n"
    found = shop.scores()
    assert {unit: (round(s or 0, 9), rank) for unit, (s, rank) in found.items()} == {"x": (30, 2), "y": (70, 1)}


def test_chinese_codes_are_codes(shop: Workshop) -> None:
    shop.indicators = "code,parent,name\n总,,指数\n机架,总,机架规模\n电价,总,电价\n"
    shop.weights = "code,local_weight\n机架,0.5\n电价,0.5\n"
    shop.data = "省份,电价,机架\n北京,1,2\n内蒙古,2,5\n"
    assert shop.scores("总")["内蒙古"] == (100.0, 1)


def test_values_that_differ_by_the_noise_of_floating_point_share_a_rank(shop: Workshop) -> None:
    shop.data = "town,A,B,C\nx,0.3,1.5,3\ny,0.30000000000000004,1.5,3\nz,0.1,1.8,9\nw,0.9,1.2,2\n"
    found = shop.scores()
    assert found["x"][1] == found["y"][1]
    assert sorted(rank or 0 for _score, rank in found.values()) == [1, 2, 2, 4]


def test_a_unit_without_a_score_has_no_rank_in_any_draw_and_moves_nobody() -> None:
    scores = np.array([[10.0, np.nan, 30.0], [20.0, 5.0, 10.0]])  # leaf x unit
    ranks = ranks_of_draws(np.array([[0.5, 0.5], [0.9, 0.1]]), scores)
    assert ranks[:, 1].tolist() == [0, 0]
    assert ranks[:, [0, 2]].tolist() == [[2, 1], [2, 1]]


def test_the_order_of_columns_and_rows_decides_nothing(shop: Workshop) -> None:
    """Weights go by code, never by position."""
    straight = shop.scores()
    shop.data = "town,C,A,B\nz,9,30,1.8\nx,3,10,1.5\ny,4,20,1.2\n"
    shop.weights = "code,local_weight\nC,0.2\nB,0.3\nA,0.5\n"
    assert shop.scores() == straight
