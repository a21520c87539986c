"""AHP-OS: the hierarchy as text, both ways, and a project as JSON."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from surveys.errors import Refused
from surveys.files.ahp_os import read_hierarchy
from surveys.files.ahp_os_project import comparisons, read_project
from surveys.files.ahp_os_writing import beyond_limits, write_hierarchy
from surveys.files.matrices import Asked, Found, People
from surveys.files.tree import Tree
from surveys.scale import ratio_of
from tests.support.files import english, said, tree  # noqa: F401

TEXT = "Index: use=0.6, price=0.4;\nuse: racks=0.25,\n  PUE=0.75;"


def test_a_text_becomes_a_tree_with_codes_from_its_order() -> None:
    rows = read_hierarchy(TEXT, "h.txt").rows("en")
    assert [(row.code, row.parent, row.names["en"], row.direction, row.row) for row in rows] == [
        ("G", "", "Index", "", 1),
        ("C1", "G", "use", "", 1),
        ("C1.1", "C1", "racks", "benefit", 2),
        ("C1.2", "C1", "PUE", "benefit", 3),
        ("C2", "G", "price", "benefit", 1),
    ]


def test_its_weights_are_kept_apart() -> None:
    weights = read_hierarchy(TEXT, "h.txt").weights
    assert weights == {"use": "0.6", "price": "0.4", "racks": "0.25", "PUE": "0.75"}
    assert read_hierarchy("G: A=.333, B=.333, C=.333;", "h").weights["A"] == ".333"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "row 1, column 1: the text is empty"),
        ("G: A, B", "row 1, column 1: the text does not end with a semicolon; end every statement with a semicolon"),
        ("G：A，B；", "write the signs : ; , in half width"),
        ("G A, B;", "row 1, column 1: a statement has one colon, this one has 0"),
        ("G: A, B\nA: c, d;", "a statement has one colon, this one has 2"),
        ("G: A;", "row 1, column 1: “G” has fewer than two children"),
        ("G: A, ;", "row 1, column 7: a name is missing"),
        ("G: A, B;;", "row 1, column 9: there is nothing before this semicolon"),
        ("G: A, A;", "row 1, column 7: the name “A” stands in line 1 already"),
        ("G: A, B;\nA: c, d;\nA: e, f;", "row 3, column 1: “A” has its children in line 2 already"),
        ("G: A, B;\na: c, d;", "row 2, column 1: “a” is nobody's child; name it as a child of another node; upper"),
        ("G: A, B;\nA: G, d;", "row 2, column 4: the goal “G” is itself a child"),
        ("G: A, B;\nX: Y, d;\nY: X, e;", "row 2, column 1: “X” does not hang below the goal"),
        ("G: A, 12;", "row 1, column 7: “12” is a number, not a name"),
        ("G: A, <b>B</b>;", "row 1, column 7: “<b>B</b>” holds a sign that cannot stand in a name"),
        ("G: A~, B;", "holds a sign that cannot stand in a name"),
        ("G: A, B\u200b;", "holds a sign that cannot stand in a name"),
        (f"G: A, {'x' * 61};", "the name has 61 characters, at most 60 fit"),
        ("G: A=0.5, B;", "some children of “G” have a weight and some have none"),
        ("G: A=0.5, B=0.6;", "the weights of the children of “G” add up to 1.1000, not to 1"),
        ("G: A=1.5, B=-0.5;", "the weight 1.5 is not between 0 and 1"),
        ("G: A=half, B=0.5;", "“half” is not a number"),
        ("G=1: A, B;", "the node has a weight"),
    ],
)
def test_every_rule_has_its_sentence(text: str, sentence: str) -> None:
    assert any(sentence in line for line in said(lambda: read_hierarchy(text, "")))


def test_a_node_may_be_told_before_its_parent_names_it() -> None:
    rows = read_hierarchy("G: A, B; a1: x, y; A: a1, a2;", "").rows("en")
    assert [row.code for row in rows] == ["G", "C1", "C1.1", "C1.1.1", "C1.1.2", "C1.2", "C2"]


NAMES = st.lists(
    st.text(st.characters(categories=["L"], max_codepoint=0x9FFF), min_size=2, max_size=12),
    min_size=3,
    max_size=14,
    unique=True,
)


@given(NAMES, st.randoms(use_true_random=False))
def test_what_is_written_reads_back_the_same(names: list[str], chance: Any) -> None:
    nodes: dict[str, list[str]] = {names[0]: []}
    rest = names[1:]
    while len(rest) > 1:
        leaves = [name for name in names[: len(names) - len(rest)] if not nodes.get(name)]
        nodes[chance.choice(leaves)] = rest[:2]
        rest = rest[2:]
    text = "".join(f"{node}: {', '.join(children)};" for node, children in nodes.items())
    rows = read_hierarchy(text, "").rows("zh-hans")
    again = read_hierarchy(write_hierarchy(rows), "").rows("zh-hans")
    strip = [(row.code, row.parent, row.names) for row in rows]
    assert [(row.code, row.parent, row.names) for row in again] == strip


def test_an_edition_is_written_with_weights_where_there_are_some() -> None:
    rows = read_hierarchy(TEXT, "").rows("en")
    assert write_hierarchy(rows, {"C1": "0.6", "C2": "0.4"}) == "Index: use=0.6, price=0.4;\nuse: racks, PUE;\n"
    assert not beyond_limits(rows, "x")


def test_what_their_syntax_cannot_say_is_refused_with_every_reason() -> None:
    names = "code,parent,name\n0,,root\nA,0,a: b\nB,0,same\nC,0,same\nD,A,alone\n"
    with pytest.raises(Refused) as caught:
        write_hierarchy(list(tree(names).rows.values()))
    for part in ("the name of A is a number or holds", "A has a single child", "B and C have one name"):
        assert part in str(caught.value)


def test_their_limits_are_told() -> None:
    wide = "G: " + ", ".join(f"leaf {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(101)) + ";"
    rows = read_hierarchy(wide, "").rows("en")
    assert beyond_limits(rows, "x" * 6001) == [
        "characters: 6001, at most 6000",
        "indicators measured: 101, at most 100",
        "children of one node: 101, at most 20",
    ]


# --- a project ---

SURVEY = "code,parent,name\n0,,Index\n1,0,use\n2,0,price\n3,0,size\n11,1,racks\n12,1,PUE\n"


def project(*rows: dict[str, Any], text: str = "Index: use, price, size; use: PUE, racks;", **more: Any) -> bytes:
    head = {"project_sc": "abc", "project_name": "p", "project_hText": text, "project_author": "me"}
    return json.dumps({"pj": [head], "pwc": list(rows), **more}).encode()


def row(part: str = "E01", node: str = "Index", ab: str = "001", intense: str = "357") -> dict[str, Any]:
    return {"project_sc": "abc", "pwc_part": part, "pwc_node": node, "pwc_ab": ab, "pwc_intense": intense}


def read(content: bytes) -> Found:
    return read_project(content, "p.json", Asked(tree(SURVEY), People({"e01": "E01"})))


def test_the_published_example_gives_its_matrix() -> None:
    """(0, 0, 1), (3, 5, 7) → [[1, 3, 5], [1/3, 1, 1/7], [1/5, 7, 1]]."""
    ratios = [ratio_of(*said) for said in comparisons("001", "357")]
    assert ratios == [3, 5, 1 / 7]
    pairs = dict(zip([("x", "y"), ("x", "z"), ("y", "z")], ratios, strict=True))
    whole = ahp.matrix_from_pairs(["x", "y", "z"], pairs)
    expected = np.array([[1.0, 3.0, 5.0], [1 / 3, 1.0, 1 / 7], [1 / 5, 7.0, 1.0]])
    assert np.allclose(whole.values, expected, rtol=1e-15)
    assert comparisons("01", "11") == [("equal", 1), ("equal", 1)]


def test_a_project_becomes_the_matrices_of_its_participants() -> None:
    found = read(project(row(), row("Bob", "use", "0", "4")))
    first, second = found.matrices
    assert [(one.item_a, one.item_b, one.more_important, one.strength) for one in first.answers] == [
        ("1", "2", "a", 3),
        ("1", "3", "a", 5),
        ("2", "3", "b", 7),
    ]
    assert (first.label, first.code, second.label, second.code) == ("E01", "E01", "Bob", "")
    turned = second.answers[0]
    assert (turned.item_a, turned.item_b, turned.more_important, turned.strength) == ("11", "12", "b", 4)


def test_names_without_an_indicator_are_told_once() -> None:
    rows = [row("E01", ab="0", intense="2"), row("E02", ab="0", intense="2")]
    found = read(project(*rows, text="Index: use, prise;"))
    assert [problem.what for problem in found.problems] == ["no indicator of the survey is called “prise”"]
    assert not found.matrices


def test_matrices_of_alternatives_are_left_out_and_said() -> None:
    found = read(project(row(), row(node="racks"), row(node="PUE"), alt=[{"alt": "x"}]))
    assert (len(found.matrices), found.problems) == (1, ())
    assert found.notes == ("2 matrices compare alternatives, not indicators: they are left out.",)


@pytest.mark.parametrize(("ab", "intense"), [("00", "35"), ("0010", "3573"), ("002", "357"), ("001", "350"), ("", "")])
def test_digits_that_fit_no_matrix_are_refused(ab: str, intense: str) -> None:
    (problem,) = read(project(row(ab=ab, intense=intense))).problems
    assert "are not 3 digits 0 or 1 and as many from 1 to 9" in problem.what


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "the file is not whole JSON"),
        (b'{"pj": NaN}', "the file is not whole JSON"),
        (b"[" * 100_000, "the file is not whole JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the file is not whole JSON"),
        (b"[]", "the file is no project of AHP-OS"),
        (b'{"pj": []}', "the project has no hierarchy text"),
        (b'{"pj": [{"project_hText": "G: A, B;"}], "pwc": {}}', "the project has no comparisons"),
        (b"{\xff\xff}", "the file is not text"),
        (project(row(), text="G: A;"), "has fewer than two children"),
    ],
)
def test_what_is_no_project_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    assert any(sentence in line for line in said(lambda: read(content)))


def test_rows_of_the_wrong_kind_are_told_by_their_number() -> None:
    found = read(project(row(), 7, row(part=""), row(node="nowhere")))  # type: ignore[arg-type]
    assert [problem.row for problem in found.problems] == [2, 3, 4]


def test_characters_that_no_page_could_show_are_taken_out_of_labels() -> None:
    (matrix,) = read(project(row("Bob\x00\u202e \ud800Miller"))).matrices
    assert matrix.label == "Bob ?Miller"


def test_their_tree_is_ours() -> None:
    rows = read_hierarchy("Index: use, price, size; use: racks, PUE;", "").rows("en")
    assert [len(children) for children in Tree(rows).children.values() if children] == [3, 2]
