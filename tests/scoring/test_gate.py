"""The import gate: everything wrong at once; what is odd is asked; nothing is guessed."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from scoring.demo.year_before import year_before
from scoring.derived import recompute
from scoring.gate.derivations import FormulaError, formulas_in
from scoring.gate.questions import Earlier
from scoring.gate.reading import Passed, Setting, tables_of, through_the_gate
from scoring.gate.sentences import told
from scoring.gate.units import KnownUnit
from scoring.oddities import Jump, jumps, jumps_since
from surveys.files.numbers import NumberError, number_text
from surveys.files.tree import Tree
from tests.support.files import english, said, saved, tree, workbook  # noqa: F401

DEMO = Path(__file__).parents[2] / "demo" / "computing"
INDICATORS = """code,parent,name,unit,aliases,low,high
0,,index,,,,
A,0,racks,个,,,
B,0,rate（省间）,%,,,
C,0,storage,EB,,,
D,0,per rack,EB/个,,,
"""
DATA = "town,A,B,C,D\np,10,50,20,2\nq,12,60,24,2\nr,14,70,28,2\ns,9,40,18,2\nt,8,45,16,2\nu,15,80,31.5,2.1\n"
PLACES = [
    KnownUnit("110000", "北京市", {"zh-hans": "北京市", "en": "Beijing"}, ["京"]),
    KnownUnit("150000", "内蒙古自治区", {"zh-hans": "内蒙古自治区", "en": "Inner Mongolia"}, ["内蒙古"]),
    KnownUnit("310000", "上海市", {"zh-hans": "上海市", "en": "Shanghai"}, []),
]


@pytest.fixture(scope="module")
def small() -> Tree:
    return tree(INDICATORS)


def passed(text: str, of: Tree, formulas: str = "", file: str = "f.csv", **more: object) -> Passed:
    content = text.encode() if isinstance(text, str) else text
    return through_the_gate(*tables_of(content, file), Setting(of, formulas=formulas_in(formulas), **more))  # type: ignore[arg-type]


def asked(text: str, of: Tree, formulas: str = "") -> list[tuple[str, str, str]]:
    return [(each.kind, each.code, each.unit) for each in passed(text, of, formulas).asked]


def places(rows: str, head: str = "省份,A,B,C,D") -> str:
    return f"{head}\n{rows}"


# --- odd numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scoring.oddities", "scoring.derived", "scoring.matching", "scoring.gate.measures",
                                  "scoring.gate.derivations", "scoring.gate.sentences"])  # fmt: skip
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


@pytest.mark.parametrize("file", ["provinces_2023_synthetic.csv", "cities_2023_synthetic.csv"])
def test_the_demo_raises_no_false_alarm_in_either_year(file: str) -> None:
    """Beijing and Tibet lie decades apart and are right; a year of growth is no jump."""
    system = tree((DEMO / "indicators.csv").read_text("utf-8-sig"))
    before = passed(year_before(DEMO / file).decode(), system).data
    units = dict(zip(before.units, before.texts, strict=True))
    earlier = Earlier(before.columns, units, {unit: unit for unit in before.units})
    now = passed((DEMO / file).read_text("utf-8-sig"), system, earlier=earlier)
    assert now.asked == []


@pytest.mark.parametrize("power", [2, 3, 4, 8, -4])
def test_a_cell_that_slipped_by_a_power_of_ten_stands_apart(power: int) -> None:
    values = np.exp(np.random.default_rng(7).normal(3, 0.4, (31, 4)))
    values[5, 2] *= 10.0**power
    (found,) = jumps(values)
    assert (found.unit, found.leaf) == (5, 2) and abs(found.power - power) <= 1


def test_two_wrong_cells_do_not_hide_each_other_and_a_small_unit_is_no_mistake() -> None:
    values = np.exp(np.random.default_rng(7).normal(3, 0.4, (31, 8)))
    values[4, 0] *= 1e4
    values[9, 0] *= 1e4
    values[30] /= 1e3
    assert [(found.unit, found.leaf) for found in jumps(values)] == [(4, 0), (9, 0)]


def test_against_the_last_version_even_tenfold_errors_are_found_and_growth_is_not() -> None:
    before = np.exp(np.random.default_rng(3).normal(3, 2, (30, 2)))
    now = before * np.random.default_rng(4).uniform(0.9, 1.5, before.shape)
    assert jumps_since(before, now) == ([], {})
    now[7, 1] *= 10
    assert jumps_since(before, now)[0] == [Jump(7, 1, 1)]
    now[:, 0] *= 1e4
    assert jumps_since(before, now) == ([Jump(7, 1, 1)], {0: 4})


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["-", "--", "—", "/"], "stands where a number should be"),
        (["N/A", "缺失", "暂无", "null"], "says that there is no value"),
        (["无", "没有"], "may mean none at all, or no value"),
        (["…", "..."], "less than half of the last digit"),
        (["3万", "1.2亿", "5k"], "has a word for its size"),
        (["1,234.5", "１，２３４"], "thousands separator"),
        (["约10", ">5", "10余", "3-5", "10~20"], "a range or about a number"),
        (["12%", "３‰"], "has a percent sign"),
    ],
)
def test_each_kind_of_no_number_has_its_own_sentence(texts: list[str], sentence: str) -> None:
    for text in texts:
        with pytest.raises(NumberError, match=sentence):
            number_text(text)
    assert number_text("１２．５") == "12.5"


def test_everything_wrong_is_told_at_once(small: Tree) -> None:
    content = "town,A（万个）,B,C,D\np,1,—,5,abc\np,2,2,7,1\nq,3万,3,8,inf\n"
    found = said(lambda: passed(content, small, "D = C / nowhere"))
    whole = "\n".join(found)
    for part in (
        *("万个", "row 2, column B: “—”", "“abc” is not a number", "stands in row 2 already"),
        *("has a word for its size", "“inf” is not a finite number", "names “nowhere”"),
    ):
        assert part in whole
    assert [row for row in map(row_of, found) if row] == sorted(row for row in map(row_of, found) if row)


def row_of(sentence: str) -> int:
    return int(sentence.split("row ")[1].split(",")[0].split(":")[0]) if "row " in sentence else 0


def test_shares_are_asked_about_and_none_is_changed(small: Tree) -> None:
    assert asked(DATA.replace("p,10,50", "p,10,150"), small) == [("share", "B", "p")]
    fractions = "town,A,B,C,D\np,1,0.5,3,4\nq,2,0.75,4,5\n"
    assert asked(fractions, small) == [("share_scale", "B", "")]
    assert passed(fractions, small).data.texts[0][1] == "0.5"
    loss = fractions.replace("0.5", "0.05").replace("0.75", "0.002")
    assert asked(loss, small) == []


def test_copies_and_constant_columns_are_asked_about() -> None:
    system = tree("code,parent,name,low,high\n0,,r,,\n" + "".join(f"{c},0,{c},0,99\n" for c in "ABCDE"))
    rows = "".join(f"{unit},{n},{n},7,{n * 3},{n + 5}\n" for n, unit in enumerate("pqrst", 1)) + "u,2,2,7,6,7\n"
    found = passed("u,A,B,C,D,E\n" + rows, system).asked
    assert [(each.kind, each.code, each.unit) for each in found] == [
        ("constant", "C", ""), ("same_columns", "B", ""), ("same_units", "", "u"),
    ]  # fmt: skip
    assert told(found[2], {}).what == "every value is that of q"


# --- units of measure and sources -------------------------------------------------------------------------------------


def test_a_unit_of_measure_in_the_heading_is_held_against_the_indicator(small: Tree) -> None:
    head = "town,racks（个）,rate（省间）（％）,storage（ＥＢ）,D\n"
    fine = DATA.replace("town,A,B,C,D\n", head)
    assert passed(fine, small).asked == []
    assert passed(fine, small).sources["C"] == {"unit": "ＥＢ"}
    (question,) = passed(fine.replace("（ＥＢ）", "(PB)"), small).asked
    assert told(question, {"C": "storage"}).what == "the file says PB, the indicator is measured in EB"
    (refusal,) = said(lambda: passed(fine.replace("（个）", "（万个）"), small))
    assert "the column is in 万个, the indicator A in 个: nothing is converted unseen" in refusal


def test_rows_about_the_columns_are_read_and_no_units(small: Tree) -> None:
    about = "单位,个,%,EB,\n来源,年鉴,,,\n口径,折合标准机架,,,\n"
    found = passed(DATA.replace("D\n", f"D\n{about}", 1), small)
    assert found.data.units == tuple("pqrstu")
    assert found.sources["A"] == {"unit": "个", "source": "年鉴", "method": "折合标准机架"}
    assert found.data.rows[0] == 5


# --- units ------------------------------------------------------------------------------------------------------------


def test_units_match_by_code_name_and_other_name(small: Tree) -> None:
    text = places("110000,1,2,3,4\n内蒙古,2,3,4,6\nShanghai,3,4,5,7\n")
    found = passed(text, small, known=PLACES)
    assert found.data.units == ("北京市", "内蒙古自治区", "上海市")
    assert found.data.codes == ("110000", "150000", "310000")
    (note,) = found.findings
    assert note.detail["names"] == [["内蒙古", "内蒙古自治区"], ["Shanghai", "上海市"]] and not note.asks


def test_unknown_doubled_and_slipped_units_are_refused_and_missing_ones_asked(small: Tree) -> None:
    text = places("北京,1,2,3,4,110000\n内蒙古,2,3,4,6,150000\n150000,3,4,5,7,310000\n", "省份,A,B,C,D,code")
    found = said(lambda: passed(text, small, known=PLACES))
    assert any("“北京” is not in the list of units; did you mean “北京市”?" in each for each in found)
    assert any("“150000” is 内蒙古自治区, which stands in row 3 already as “内蒙古”" in each for each in found)
    assert any("the code 310000 is not that of 内蒙古自治区, which is 150000" in each for each in found)
    (question,) = passed(places("京,1,2,3,4\n内蒙古,2,3,4,6\n"), small, known=PLACES).asked
    assert told(question, {}).what == "1 unit of the list is not in the file: 上海市"


# --- derived ----------------------------------------------------------------------------------------------------------


def test_what_follows_from_other_columns_is_computed_again(small: Tree) -> None:
    found = passed(DATA.replace("t,8,45,16,2", "t,8,45,16,3"), small, "per rack = storage / racks")
    (question,) = found.asked
    assert told(question, {"D": "per rack"}).where == "row 6 · t · D per rack"
    assert (question.value, question.detail["computed"]) == ("3", "2")
    (note,) = [each for each in found.findings if each.kind == "recomputed"]
    assert (note.detail["cells"], note.detail["differ"], note.detail["base"]) == (6, 1, {})


def test_a_helper_column_is_not_scored_and_is_kept_for_the_check(small: Tree) -> None:
    lines = DATA.splitlines()
    text = "\n".join([lines[0] + ",机架（万个）", *(f"{line},{n}" for n, line in enumerate(lines[1:], 1))])
    assert any("is no indicator" in each for each in said(lambda: passed(text, small)))
    found = passed(text, small, "D = C / 机架 × 0.5")
    assert found.data.columns == ("A", "B", "C", "D")
    (note,) = [each for each in found.findings if each.kind == "recomputed"]
    assert note.detail["base"] == {"机架": ["1", "2", "3", "4", "5", "6"]}


def test_the_demo_follows_its_formulas() -> None:
    """存算均衡 directly; 单机架存力 through the racks that 出口带宽 and 单机架带宽 imply: no column holds them."""
    system = tree((DEMO / "indicators.csv").read_text("utf-8-sig"))
    formulas = (DEMO / "provinces_2023_synthetic.formulas.txt").read_text("utf-8")
    notes = passed((DEMO / "provinces_2023_synthetic.csv").read_text("utf-8-sig"), system, formulas).findings
    assert [(each.kind, each.code, each.detail["cells"], each.detail["differ"]) for each in notes] == [
        ("recomputed", "2.1.2", 31, 0), ("recomputed", "2.2.2", 31, 0),
    ]  # fmt: skip


def test_rounding_is_no_difference_and_nothing_divides_by_zero() -> None:
    found = recompute([0.3, 0.3, 5.0], [([1.0, 1.0, 1.0], 1), ([3.0, 2.0, 0.0], -1)], last_digit=[0.1, 0.1, 1.0])
    assert found.differs.tolist() == [False, True, False]
    assert np.isnan(found.computed[2])


@pytest.mark.parametrize("line", ["a / b", "c = ", "c = a / ", "c = a = b", "= a"])
def test_what_is_no_formula_is_named(line: str) -> None:
    with pytest.raises(FormulaError, match="is no formula"):
        formulas_in(line)


def test_addresses_of_a_workbook_are_named() -> None:
    rows = [[unit, n, n + 1, n * 7 % 10 + 1] for n, unit in enumerate("pqrstu", 1)]
    content = workbook([["town", "A1", "A2", "B"], *rows, ["v", 90000, 5, 6]])
    (question,) = passed(content, tree(), file="f.xlsx").asked  # type: ignore[arg-type]
    assert (question.kind, question.place, question.value) == ("jump", "A1 (B8)", "90000")


def test_a_unit_that_gets_its_code_with_the_new_version_is_the_same_unit(small: Tree) -> None:
    rows = {"北京市": ("1", "2", "3", "4"), "上海市": ("3", "4", "5", "7"), "内蒙古自治区": ("20", "3", "4", "6")}
    earlier = Earlier("ABCD", rows, {name: name for name in rows})
    text = places("110000,1,2,3,4\n内蒙古,2,3,4,6\n310000,3,4,5,7\n")
    asked_now = passed(text, small, known=PLACES, earlier=earlier).asked
    assert [(each.kind, each.unit, each.value) for each in asked_now] == [("jump_since", "内蒙古自治区", "2")]


def test_measures_that_contradict_each_other_are_all_looked_at(small: Tree) -> None:
    (refusal,) = said(lambda: passed(DATA.replace("A,B,C,D\n", "A（个）,B,C,D\n单位,万个,,,\n"), small))
    assert refusal.startswith("f.csv: row 2, column A（个）: the column is in 万个")


def test_both_sheets_of_a_workbook_are_told_at_once(small: Tree) -> None:
    book = Workbook()
    for row in [["town", "A", "B", "C", "D"], ["p", 1, 2, 3, 4], ["q", "=1+1", 3, 4, 5]]:
        book.active.append(row)
    sheet = book.create_sheet("Sources")
    for row in [["code", "unit of measure", "source"], ["A", "万个", "=WEBSERVICE(1)"], ["Z", "", "Yearbook"]]:
        sheet.append(row)
    found = said(lambda: passed(saved(book), small, file="f.xlsx"))  # type: ignore[arg-type]
    assert len(found) == 2 and found[0].startswith("f.xlsx: row 3, column B3: the cell holds a formula")
    assert found[1].startswith("f.xlsx: sheet “Sources”, row 2, column C2: the cell holds a formula")
    book.active["B3"], sheet["C2"] = 2, "Yearbook"
    found = said(lambda: passed(saved(book), small, file="f.xlsx"))  # type: ignore[arg-type]
    assert [each.split(":")[1].strip() for each in found] == [
        "sheet “Sources”, row 2, column unit of measure (B2)", "sheet “Sources”, row 3, column code (A3)",
    ]  # fmt: skip
