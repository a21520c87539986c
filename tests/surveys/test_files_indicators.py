"""The indicator file: good trees that look odd, and everything that is no tree."""

import time
from pathlib import Path

import pytest

from surveys.files.indicators import read_indicators
from surveys.files.tables import read_table
from surveys.files.tree import Tree
from tests.support.files import english, said, table, tree, workbook  # noqa: F401

DEMO = Path(__file__).parents[2] / "demo"


def faults(text: str) -> list[str]:
    return said(lambda: read_indicators(table(text)))


def test_it_reads_the_demo() -> None:
    found = tree((DEMO / "computing" / "indicators.csv").read_text("utf-8-sig"))
    assert (found.root, len(found.codes), len(found.leaves), len(found.parents())) == ("0", 67, 53, 14)
    row = found.rows["1.1.1"]
    assert row.names == {"zh-hans": "在用算力规模", "en": "Computing power in use"}
    assert (row.unit, row.direction, row.aliases) == ("EFLOPS(FP32)", "benefit", ("在用算力",))


def test_it_keeps_texts_by_language_tag() -> None:
    text = "code,parent,Name,name_zh_hans,definition_fr\n0,,index,指数,un indice\n1,0,one,一,\n"
    root, leaf = read_indicators(table(text), "en")
    assert (root.names, root.definitions) == ({"en": "index", "zh-hans": "指数"}, {"fr": "un indice"})
    assert leaf.definitions == {}


def test_codes_stay_text_and_siblings_keep_the_order_of_the_file() -> None:
    found = tree("code,parent,name\n1.10,1,j\n1.2,1,b\n1,,r\n1.1,1,a\n")
    assert found.codes == ("1", "1.10", "1.2", "1.1")


def test_a_single_child_and_leaves_on_any_level_are_allowed() -> None:
    found = tree("code,parent,name\n0,,r\nA,0,a\nA1,A,only\nA11,A1,deep\nB,0,b\n")
    assert found.leaves == ("A11", "B")
    assert found.path("A11") == ["0", "A", "A1", "A11"]


def test_a_name_of_sixty_chinese_characters_is_allowed_and_gb18030_too() -> None:
    name = "算力中心" * 15
    content = f"code;parent;name;low\n0;;{name};\n1;0;㐂𠮷;1,5\n".encode("gb18030")
    root, leaf = read_indicators(read_table(content, "f.csv"))
    assert root.names["zh-hans"] == name
    assert (leaf.names["zh-hans"], leaf.scoring) == ("㐂𠮷", {"low": "1.5"})


def test_a_leaf_without_direction_is_a_benefit() -> None:
    assert [row.direction for row in read_indicators(table("code,parent,name\n0,,r\n1,0,a\n"))] == ["", "benefit"]


def test_it_reads_how_a_leaf_is_scored() -> None:
    text = (
        "code,parent,name,direction,low,high,cap,transform,target_low,target_high,aggregation,missing\n"
        "0,,r,,,,,,,,geometric,reweight:0.75\n1,0,a,TARGET,1,9.50,yes,ln,3,3,,Value: 2\n"
    )
    root, leaf = read_indicators(table(text))
    assert root.scoring == {"aggregation": "geometric", "missing": "reweight:0.75"}
    assert leaf.scoring == {
        "low": "1",
        "high": "9.50",
        "cap": "yes",
        "transform": "ln",
        "target_low": "3",
        "target_high": "3",
        "missing": "value:2",
    }


HEAD = "code,parent,name\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            HEAD + "0,,r\n1,9,a\n",
            "f.csv: row 3, column parent: the parent 9 of 1 is not in the file; add a row for it or correct the code",
        ),
        (
            HEAD + "0,,r\na,c,x\nb,a,y\nc,b,z\n",
            "f.csv: row 3, column parent: the parents go round in a circle: a → c → b → a; "
            "give one of them a parent outside the circle",
        ),
        (
            HEAD + "0,,r\n1.1,0,a\n1.1,0,b\n",
            "f.csv: row 4, column code: the code 1.1 stands in row 3 already; give each indicator a code of its own; "
            "a spreadsheet turns 1.10 into 1.1 unless the column is text",
        ),
        (
            HEAD + "0,,r\n1,,a\n",
            "f.csv: row 3, column parent: 1 has no parent, and neither has 0 in row 2; "
            "leave one parent blank only: that of the topmost node",
        ),
        (
            HEAD + "0,,r\n1,1,a\n",
            "f.csv: row 3, column parent: 1 is its own parent; write the code of the node above it",
        ),
        (HEAD + "0,,r\n,0,a\n", "f.csv: row 3, column code: the code is blank; fill it in"),
        (
            "code,parent,name,missing\n0,,r,\n1,0,a,zero\n",
            "f.csv: row 3, column missing: “zero” is not a value of missing; "
            "write one of: refuse, leave_out, reweight, mean, reweight:0.5, value:0",
        ),
        (HEAD + "0,,r\n1,0,\n", "f.csv: row 3, column name: the name is blank; fill it in"),
        (
            "code,name\n0,r\n",
            "f.csv: row 1: the column “parent” is missing; add it; the heading must be spelt like this",
        ),
        (
            "code,parent,name,dirction\n0,,r,\n",
            "f.csv: row 1, column dirction: the column “dirction” is not known here; did you mean “direction”?",
        ),
        ("code,parent,name,Code\n0,,r,x\n", "f.csv: row 1, column Code: the heading “code” comes twice"),
        (HEAD + f"{'x' * 41},,r\n", "row 2, column code: the text has 41 characters, at most 40 fit; shorten it"),
        (HEAD + "0,,r\n2024-01-02,0,a\n", "row 3, column code: “2024-01-02” is a date where a code should be"),
    ],
)
def test_it_says_what_keeps_rows_from_being_a_tree(text: str, sentence: str) -> None:
    assert any(sentence in found for found in faults(text))


@pytest.mark.parametrize(
    ("column", "root", "leaf", "sentence"),
    [
        (
            "direction",
            "cost",
            "",
            "row 2, column direction: 0 has children, so it has no direction; leave the cell blank",
        ),
        (
            "direction",
            "",
            "up",
            "row 3, column direction: “up” is not a value of direction; write one of: benefit, cost, target",
        ),
        (
            "direction",
            "",
            "target",
            "1 has the direction target but no whole target; fill in target_low and target_high",
        ),
        ("target_low", "", "4", "1 has a target but not the direction target; write target as the direction"),
        (
            "aggregation",
            "mean",
            "",
            "“mean” is not a value of aggregation; write one of: arithmetic, geometric, harmonic",
        ),
        (
            "aggregation",
            "",
            "geometric",
            "row 3, column aggregation: 1 has no children to aggregate; leave the cell blank",
        ),
        ("transform", "", "log", "“log” is not a value of transform; write one of: none, ln"),
        ("cap", "", "1", "“1” is not a value of cap; write one of: no, yes"),
        ("missing", "", "skip", "“skip” is not a value of missing; write one of: refuse, leave_out, reweight, mean"),
        ("missing", "", "value:x", "row 3, column missing: “x” stands where a number should be"),
        ("missing", "reweight:2", "", "the coverage 2 is not between 0 and 1; write the share that must be present"),
        ("low", "", "12%", "row 3, column low: “12%” has a percent sign"),
        ("low", "5", "", "row 2, column low: 0 has children, so it has no low; leave the cell blank"),
    ],
)
def test_it_checks_how_an_indicator_is_scored(column: str, root: str, leaf: str, sentence: str) -> None:
    assert any(sentence in found for found in faults(f"code,parent,name,{column}\n0,,r,{root}\n1,0,a,{leaf}\n"))


def test_bounds_and_targets_stand_in_order() -> None:
    text = "code,parent,name,direction,low,high,target_low,target_high,transform\n0,,r,,,,,,\n"
    assert "high: low is not below high; correct one of the two" in faults(text + "1,0,a,cost,5,5,,,\n")[0]
    assert "target_low: low is not below target_low" in faults(text + "1,0,a,target,5,9,5,7,\n")[0]
    assert "low: low is not above 0, so it has no logarithm" in faults(text + "1,0,a,benefit,0,5,,,ln\n")[0]


def test_an_alias_means_one_leaf() -> None:
    text = "code,parent,name,aliases\n0,,r,\n1,0,a,x|2|y|y\n2,0,b,x\n"
    assert faults(text) == [
        "f.csv: row 3, column aliases: the alias “x” also means 2; remove it from one of them",
        "f.csv: row 3, column aliases: the alias “2” also means 2; remove it from one of them",
        "f.csv: row 3, column aliases: the alias “y” comes twice; keep it once",
        "f.csv: row 4, column aliases: the alias “x” also means 1; remove it from one of them",
    ]


def test_it_says_everything_at_once() -> None:
    found = faults("code,parent,name,direction,notes\n0,,,,\n1,9,a,up,\n1,0,b,,\n2,2,c,,\n")
    assert len(found) == 6


def test_a_workbook_names_its_cells() -> None:
    content = workbook([["code", "parent", "name"], ["0", None, "r"], [1.1, 9, "a"]], formats={"A3": "0.00"})
    assert said(lambda: read_indicators(read_table(content, "f.xlsx"))) == [
        "f.xlsx: row 3, column code (A3): the cell shows 1.10 but holds the number 1.1; "
        "format the column as text and type the code again",
        "f.xlsx: row 3, column parent (B3): the parent 9 of 1.1 is not in the file; "
        "add a row for it or correct the code",
    ]


def test_five_thousand_rows_are_quick_in_a_line_and_in_a_heap() -> None:
    start = time.process_time()
    for parents in (range(4999), [0] * 4999, [i // 3 for i in range(4999)]):
        rows = "".join(f"n{i},n{parent},name\n" for i, parent in enumerate(parents, 1))
        assert len(Tree(read_indicators(table(HEAD + "n0,,root\n" + rows))).codes) == 5000
    circle = "".join(f"n{i},n{(i + 1) % 4999},name\n" for i in range(4999))
    assert "in a circle" in faults(HEAD + "root,,r\n" + circle)[0]
    assert time.process_time() - start < 10
