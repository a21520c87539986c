"""The judgment file: answers the way round that the tree has them, and everything that is no answer."""

import time
from pathlib import Path

import pytest

from surveys.files.judgments import JudgmentRow, read_judgments
from surveys.files.tables import read_table
from tests.support.files import english, said, table, tree, workbook  # noqa: F401

DEMO = Path(__file__).parents[2] / "demo" / "computing"
HEAD = "expert,parent,item_a,item_b,more_important,strength\n"
GOOD = "E1,0,A,B,a,3\nE1,A,A1,A2,equal,1\n"


def faults(rows: str) -> list[str]:
    return said(lambda: read_judgments(table(HEAD + rows), tree()))


def answers(rows: str) -> list[JudgmentRow]:
    return read_judgments(table(HEAD + rows), tree())


def test_it_reads_the_demo_quickly() -> None:
    system = tree((DEMO / "indicators.csv").read_text("utf-8-sig"))
    start = time.process_time()
    rows = read_judgments(read_table((DEMO / "judgments.csv").read_bytes(), "j"), system)
    assert time.process_time() - start < 2
    assert len(rows) == 12 * 176


def test_a_pair_is_turned_to_the_order_of_the_tree() -> None:
    (row,) = answers("E1,0,B,A,a,3\n")
    assert (row.item_a, row.item_b, row.more_important, row.strength) == ("A", "B", "b", 3)


@pytest.mark.parametrize(
    ("answer", "strength", "read"),
    [
        ("a", "2", ("a", 2)),
        ("B", "9", ("b", 9)),
        ("equal", "1", ("equal", 1)),
        ("cannot_judge", "", ("cannot_judge", None)),
        ("a", "３", ("a", 3)),
    ],
)
def test_it_reads_each_answer(answer: str, strength: str, read: tuple[str, int | None]) -> None:
    (row,) = answers(f"E1,0,A,B,{answer},{strength}\n")
    assert (row.more_important, row.strength) == read


def test_it_reads_numbers_of_a_workbook() -> None:
    content = workbook([HEAD.strip().split(","), ["E1", "0", "A", "B", "a", 3.0]])
    assert read_judgments(read_table(content, "f.xlsx"), tree())[0].strength == 3


@pytest.mark.parametrize("strength", ["0", "10", "1.5", "-3", "three", "3.0", "1/3", ""])
def test_it_refuses_other_strengths(strength: str) -> None:
    assert faults(f"E1,0,A,B,a,{strength}\n") == [
        f"f.csv: row 2, column strength: the strength “{strength}” is not a whole number from 2 to 9; "
        "write one of 2, 3, 4, 5, 6, 7, 8, 9"
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "E1,0,A,B,a,1",
            "column strength: strength 1 says that neither is more important; write equal, or a strength from 2",
        ),
        (
            "E1,0,A,B,equal,3",
            "column strength: equal has the strength 3, not 1; write 1, or a or b if one is more important",
        ),
        ("E1,0,A,B,equal,", "column strength: equal has the strength –, not 1"),
        ("E1,0,A,B,cannot_judge,3", "column strength: cannot_judge has the strength 3; leave the strength blank"),
        (
            "E1,0,A,B,c,3",
            "column more_important: “c” is not an answer; write a, b, equal or cannot_judge; leave the row out",
        ),
        ("E1,0,A,B,,", "column more_important: the answer is blank"),
        ("E1,0,A,Z,a,3", "column item_b: the code Z is not in the indicator file; write a code of the indicator file"),
        ("E1,9,A,B,a,3", "column parent: the code 9 is not in the indicator file"),
        ("E1,0,A1,B,a,3", "column item_a: A1 is not a child of 0 but of A; compare children of one node only"),
        ("E1,0,A,A,a,3", "column item_b: A is compared with itself; write the code of the other item"),
        (",0,A,B,a,3", "column expert: the expert is blank; write the expert's code"),
        (
            "panel,0,A,B,a,3",
            "column expert: the code panel means the whole panel; give the expert another code",
        ),
        ("E1,0,A,,a,3", "column item_b: the code is blank"),
    ],
)
def test_it_says_what_is_no_answer(row: str, sentence: str) -> None:
    assert any(f"f.csv: row 2, {sentence}" in found for found in faults(row + "\n"))


@pytest.mark.parametrize("again", ["E1,0,A,B,a,3", "E1,0,A,B,b,5", "E1,0,B,A,b,3"])
def test_a_pair_that_comes_twice_is_an_error_even_with_the_same_answer(again: str) -> None:
    assert faults(f"{GOOD}{again}\n") == [
        "f.csv: row 4: expert E1 has judged A and B in row 2 already; keep one row for a pair, whichever way round"
    ]


def test_two_experts_may_judge_the_same_pair() -> None:
    assert len(answers("E1,0,A,B,a,3\nE2,0,A,B,a,3\n")) == 2


def test_it_says_everything_at_once() -> None:
    assert len(faults("E1,0,A,B,a,0\n,0,A,B,x,3\nE1,A,A1,Z,a,99\n")) == 5
