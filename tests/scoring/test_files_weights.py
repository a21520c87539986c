"""Weight files: local weights as they are, never scaled in silence."""

import pytest

from surveys.files.weights import read_weights
from tests.support.files import english, said, table, tree  # noqa: F401

HEAD = "code,local_weight\n"
GOOD = HEAD + "A,0.6\nB,0.4\nA1,0.25\nA2,0.75\n"


def faults(text: str) -> list[str]:
    return said(lambda: read_weights(table(text), tree()))


def test_it_reads_weights_in_any_order_with_further_columns() -> None:
    text = "name,code,local_weight,global_weight\nr,0,1,\nb,B,0.4,x\na,A,.6,\na2,A2,0.75,\na1,A1,25e-2,\n"
    assert read_weights(table(text), tree()) == {"0": [0.6, 0.4], "A": [0.25, 0.75]}
    assert read_weights(table(GOOD), tree()) == {"0": [0.6, 0.4], "A": [0.25, 0.75]}
    assert read_weights(table("code;local_weight\nA;0,6\nB;0,4\nA1;0,25\nA2;0,75\n"), tree())["A"] == [0.25, 0.75]


def test_a_sum_within_a_billionth_is_one() -> None:
    assert read_weights(table(GOOD.replace("0.75", "0.7500000001")), tree())["A"][1] == 0.7500000001


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            GOOD.replace("0.75", "0.85"),
            "f.csv: the local weights below A sum to 1.1, not 1; "
            "correct them: they are not scaled, so that nothing changes unseen",
        ),
        (GOOD.replace("B,0.4\n", ""), "f.csv: the weight of B is missing; add a row for it"),
        (GOOD + "Z,0.1\n", "f.csv: row 6, column code: the code Z is not in the indicator file"),
        (GOOD + "B,0.4\n", "f.csv: row 6, column code: the code B comes twice; keep one of the rows"),
        (
            GOOD.replace("0.4", "-0.4"),
            "row 3, column local_weight: the weight -0.4 is not between 0 and 1; write it as a share",
        ),
        (GOOD.replace("0.4", "40"), "the weight 40 is not between 0 and 1"),
        (GOOD.replace("0.4", "40%"), "row 3, column local_weight: “40%” has a percent sign"),
        (GOOD.replace("0.4", "nan"), "“nan” is not a finite number"),
        (GOOD.replace("0.4", ""), "row 3, column local_weight: the cell is blank; write the weight, as 0.25"),
        (GOOD + "0,0.9\n", "the weight of the topmost node is 0.9, not 1; write 1 or leave the row out"),
        ("code,weight\nA,1\n", "f.csv: row 1: the column “local_weight” is missing"),
    ],
)
def test_it_says_what_is_wrong(text: str, sentence: str) -> None:
    assert any(sentence in found for found in faults(text))


def test_it_says_everything_at_once() -> None:
    assert len(faults(HEAD + "A,x\nA,0.1\nZ,1\n")) == 6
