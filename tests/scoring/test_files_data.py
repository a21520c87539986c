"""Data files: matched by code, name or alias; every cell that is no number is named."""

import time
from pathlib import Path

import numpy as np
import pytest

from scoring.files import DataTable, read_data
from surveys.files.tables import read_table
from tests.support.files import TREE, english, said, table, tree, workbook  # noqa: F401

DEMO = Path(__file__).parents[2] / "demo" / "computing"


def read(text: str, indicators: str = TREE) -> DataTable:
    return read_data(table(text), tree(indicators))


def faults(text: str, indicators: str = TREE) -> list[str]:
    return said(lambda: read(text, indicators))


def with_missing(rule: str, code: str = "A1") -> str:
    """The tree with a rule for missing values on one node."""
    lines = [line + (f",{rule}" if line.startswith(f"{code},") else ",") for line in TREE.strip().splitlines()[1:]]
    return "code,parent,name,direction,aliases,missing\n" + "\n".join(lines) + "\n"


# --- good input that looks odd ----------------------------------------------------------------------------------------


def test_columns_match_by_code_then_name_then_alias_in_any_order() -> None:
    found = read("town,tariff,PUE,A1,Region\nx,1.50,2,3,north\ny,2,3,4,south\n")
    assert found.columns == ("A1", "A2", "B")
    assert found.texts == (("3", "2", "1.50"), ("4", "3", "2"))
    assert found.values.tolist() == [[3, 2, 1.5], [4, 3, 2]]
    assert found.attributes == {"region": ("north", "south")}
    assert (found.node, found.units, found.rows) == ("0", ("x", "y"), (2, 3))


def test_data_belong_to_the_highest_node_all_of_whose_leaves_are_present() -> None:
    assert read("u,racks,PUE\nx,1,2\ny,3,4\n").node == "A"
    assert read("u,B\nx,1\ny,3\n").node == "B"
    chain = "code,parent,name\n0,,r\nA,0,a\nA1,A,only\nB,0,b\n"
    assert read("u,A1\nx,1\ny,2\n", chain).node == "A"


def test_codes_like_1_10_and_names_of_sixty_characters_and_gb18030_and_decimal_commas() -> None:
    name = "算力中心" * 15
    system = tree(f"code,parent,name\n1,,r\n1.1,1,{name}\n1.10,1,b\n")
    found = read_data(read_table(f"省;{name};1.10\n甲;1,5;２\n乙;-0,25;3\n".encode("gb18030"), "f"), system)
    assert found.columns == ("1.1", "1.10")
    assert found.values.tolist() == [[1.5, 2], [-0.25, 3]]
    assert found.texts[0] == ("1.5", "2")


def test_numeric_unit_codes_of_a_workbook_are_text() -> None:
    content = workbook([["adcode", "A1", "A2", "B"], [110000, 1, 2, 3], [120000, 2, 3, 4.5]])
    found = read_data(read_table(content, "f.xlsx"), tree())
    assert (found.units, found.texts[1]) == (("110000", "120000"), ("2", "3", "4.5"))


def test_a_blank_is_kept_as_missing_where_a_rule_says_what_then() -> None:
    found = read("u,A1,A2,B\nx,,1,1\ny,2,2,2\nz,3,3,3\n", with_missing("mean"))
    assert np.isnan(found.values[0, 0])
    assert found.texts[0] == ("", "1", "1")
    assert read("u,A1,A2,B\nx,,1,1\ny,2,2,2\nz,3,3,3\n", with_missing("reweight", "0")).texts[0][0] == ""


def test_it_reads_the_demo_quickly() -> None:
    system = tree((DEMO / "indicators.csv").read_text("utf-8-sig"))
    start = time.process_time()
    shapes = []
    for name in ("provinces_2023_synthetic.csv", "cities_2023_synthetic.csv"):
        found = read_data(read_table((DEMO / name).read_bytes(), name), system)
        shapes.append((found.node, found.values.shape))
    assert shapes == [("0", (31, 53)), ("1", (302, 11))]
    assert found.attributes["province"][0] == "河北省"
    assert time.process_time() - start < 2


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("", "the cell is blank; fill in a number, or declare a rule for missing values"),
        ("-", "“-” stands where a number should be; write 0 if it is zero"),
        ("many", "“many” is not a number; write digits, with a point as the decimal sign"),
        ("12%", "“12%” has a percent sign; write the number alone, as 12.5, and put % in the unit of the indicator"),
        ('"1,234"', "“1,234” has a thousands separator or a decimal comma; write the digits without separators"),
        ("inf", "“inf” is not a finite number; write an ordinary number"),
        ("nan", "“nan” is not a finite number"),
        ("1e400", "“1e400” is too large to compute with"),
    ],
)
def test_a_cell_that_is_no_number_is_named(cell: str, sentence: str) -> None:
    (found,) = faults(f"u,A1,PUE,B\nx,1,2,3\ny,2,{cell},4\n")
    assert found.startswith(f"f.csv: row 3, column PUE: {sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "u,A1,A2,B,C\nx,1,2,3,4\ny,2,3,4,5\n",
            "f.csv: row 1, column C: the column “C” is no indicator of this system; "
            "remove the column, or add its heading to the aliases of the indicator",
        ),
        (
            "u,A1,A2,prise\nx,1,2,3\ny,2,3,4\n",
            "row 1, column prise: the column “prise” is no indicator of this system; did you mean “price”?",
        ),
        (
            "u,A1,racks,A2,B\nx,1,2,3,4\ny,2,3,4,5\n",
            "f.csv: row 1, column racks: the column “racks” is A1, and so is “A1”; keep one of these columns",
        ),
        ("u,A1,A2,B,B\nx,1,2,3,4\ny,2,3,4,5\n", "row 1, column B: the heading “B” comes 2 times; keep one of these"),
        (
            "u,A1,B\nx,1,2\ny,2,3\n",
            "f.csv: row 1: the column for A2 PUE is missing, which 0 needs; add the column",
        ),
        ("u,A,A1,A2,B\nx,1,2,3,4\ny,2,3,4,5\n", "row 1, column A: the column “A” is a node with children; remove it"),
        ("u,region\nx,1\n", "f.csv: row 1: no column holds an indicator; give the columns the codes or names"),
        (
            "u,A1,A2,B\nx,1,2,3\nx,2,3,4\n",
            "f.csv: row 3, column u: the unit x stands in row 2 already; keep one row for each unit",
        ),
        (
            "u,A1,A2,B\n,1,2,3\ny,2,3,4\n",
            "f.csv: row 2, column u: the unit is blank; write its name, or remove the row",
        ),
        (
            "u,A1,A2,B\nx,1,2,7\ny,2,3,7.0\n",
            "f.csv: column B: all units have the value 7.0, so the column tells none apart; "
            "correct the column, or give B both low and high in the indicator file",
        ),
    ],
)
def test_it_says_what_is_wrong_with_the_columns_and_units(text: str, sentence: str) -> None:
    assert any(sentence in found for found in faults(text))


def test_a_heading_that_may_mean_two_leaves_is_refused() -> None:
    twins = "code,parent,name\n0,,r\nA,0,cost\nB,0,cost\n"
    assert (
        "the heading “cost” may mean A, B; write the code of the one that is meant"
        in faults("u,cost,B\nx,1,2\ny,2,3\n", twins)[0]
    )
    region = "code,parent,name\n0,,r\nA,0,region\n"
    assert "may mean region, A" in faults("u,region\nx,1\n", region)[0]


def test_a_column_of_blanks_is_missing_even_under_a_mean() -> None:
    found = faults("u,A1,A2,B\nx,,1,1\ny,,2,2\n", with_missing("mean"))
    assert found[0] == (
        "f.csv: row 2, column A1: x has no value for A1; fill in a number, or declare a rule for missing values"
    )


def test_a_value_without_logarithm_is_named() -> None:
    logs = "code,parent,name,transform\n0,,r,\nA,0,a,ln\n"
    (found,) = faults("u,A\nx,0\ny,2\n", logs)
    assert found == (
        "f.csv: row 2, column A: x has 0.0, which has no logarithm; "
        "correct the value, or write none as the transform of A"
    )


def test_a_percentage_of_a_workbook_is_not_taken_for_its_fraction() -> None:
    content = workbook([["u", "A1", "A2", "B"], ["x", 0.125, 2, 3], ["y", 2, 3, 4]], formats={"B2": "0.0%"})
    (found,) = said(lambda: read_data(read_table(content, "f.xlsx"), tree()))
    assert found.startswith("f.xlsx: row 2, column A1 (B2): “12.5%” has a percent sign")


def test_it_says_everything_at_once() -> None:
    assert len(faults("u,A1,A2,B,C\n,1,-,5\nx,x,2,5\nx,1,2,5\n".replace("5\n", "5,1\n"))) == 6
