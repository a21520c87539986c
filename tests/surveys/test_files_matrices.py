"""Square matrices from any sheet: found, named, read cell by cell, never guessed in silence."""

import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from surveys.files.grids import GridCell
from surveys.files.matrices import Asked, Found, People, read_matrices
from surveys.files.matrices.cells import nearest, read_cell, step_text
from surveys.files.matrices.found import from_payload, judgment_rows, to_payload
from surveys.files.problems import FileErrors
from surveys.scale import ratio_of
from tests.support.files import english, said, saved, tree, workbook  # noqa: F401
from tests.support.hostile import repacked

TREE = """code,parent,name,name_en,aliases
0,,指数,Index,
A,0,算力规模,Scale,
B,0,成本,Cost,
C,0,网络,Network,
A1,A,机架,Racks,racks in use
A2,A,存力,Storage,
A3,A,PUE,PUE,
C1,C,时延,Latency,
C2,C,带宽,Bandwidth,
"""
PANEL = People({"e01": "E01", "张三": "E01", "e02": "E02", "李四": "E02"})
TOP = [["", "算力规模", "成本", "网络"], ["算力规模", 1, 3, 5], ["成本", "1/3", 1, "1/7"], ["网络", 0.2, 7, 1]]
SCALE = [["", "Racks", "Storage", "PUE"], ["Racks", 1, 2, None], ["Storage", None, 1, 9], ["PUE", None, None, 1]]


def book(*sheets: tuple[str, Any]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
    return saved(made)


def read(content: bytes, file: str = "f.xlsx") -> Found:
    return read_matrices(content, file, Asked(tree(TREE), PANEL))


def answers(found: Found, place: int = 0) -> dict[tuple[str, str], tuple[str, int]]:
    return {(one.item_a, one.item_b): (one.more_important, one.strength) for one in found.matrices[place].answers}


def test_the_matrix_of_the_literature_comes_back() -> None:
    """[[1, 3, 5], [1/3, 1, 1/7], [1/5, 7, 1]]: both triangles, as fractions, decimals and whole numbers."""
    found = read(book(("张三", TOP)))
    assert answers(found) == {("A", "B"): ("a", 3), ("A", "C"): ("a", 5), ("B", "C"): ("b", 7)}
    assert (found.matrices[0].node, found.matrices[0].code, found.matrices[0].pairs) == ("0", "E01", 3)
    assert not found.problems
    assert not found.matrices[0].snaps


def test_a_sheet_for_each_expert_with_several_matrices() -> None:
    found = read(book(("张三", [["指数"], *TOP, [], ["算力规模"], *SCALE]), ("李四", TOP)))
    assert [(one.code, one.node, len(one.answers)) for one in found.matrices] == [
        ("E01", "0", 3),
        ("E01", "A", 2),
        ("E02", "0", 3),
    ]


def test_a_sheet_for_each_node_with_several_experts() -> None:
    rows = [["E01"], *TOP, [], ["专家:李四"], *TOP, [], ["王五"], *TOP]
    found = read(book(("指数", rows)))
    assert [(one.label, one.code) for one in found.matrices] == [("E01", "E01"), ("专家:李四", "E02"), ("王五", "")]


def test_names_are_met_whatever_their_width_case_spaces_or_language() -> None:
    rows = [["", "ｒａｃｋｓ  In Use", "A2"], ["Racks in use", 1, 4], ["A2", None, 1]]
    with pytest.raises(FileErrors):  # the row and the column must agree with each other
        read(book(("E01", [["", "Racks", "A2"], ["Storage", 1, 4], ["A2", None, 1]])))
    assert answers(read(book(("E01", rows)))) == {("A1", "A2"): ("a", 4)}


def test_items_in_another_order_are_turned_to_tree_order() -> None:
    found = read(book(("E01", [["", "PUE", "Racks"], ["PUE", 1, 6], ["Racks", None, 1]])))
    assert answers(found) == {("A1", "A3"): ("b", 6)}


def test_blank_cells_and_one_triangle_are_fine() -> None:
    lower = [["", "C1", "C2"], ["C1", None, None], ["C2", 5, None]]
    assert answers(read(book(("E01", lower)))) == {("C1", "C2"): ("b", 5)}
    blank = [["", "C1", "C2"], ["C1", 1, None], ["C2", None, 1]]
    assert answers(read(book(("E01", blank)))) == {}


def test_the_layout_with_formulas_direct_values_and_priorities() -> None:
    """Formulas below, without a stored result where no spreadsheet has opened the file; further columns and rows."""
    rows: list[list[Any]] = [
        ["Scale", "Racks", "Storage", "PUE", "Direct values", "Priorities"],
        ["Racks", 1, 3, None, None, 0.5],
        ["Storage", "=1/C2", 1, 5, None, 0.3],
        ["PUE", "=1/D2", "=1/D3", 1, None, 0.2],
        ["Inconsistency", 0.04],
    ]
    found = read(book(("E02", rows)))
    assert answers(found) == {("A1", "A2"): ("a", 3), ("A2", "A3"): ("a", 5)}
    assert (found.matrices[0].node, found.matrices[0].code) == ("A", "E02")


def test_formulas_count_with_the_values_that_a_spreadsheet_stored() -> None:
    """As a file is that a spreadsheet has computed and saved; =1/0 below a blank cell is no answer and no fault."""
    rows = [["", "A1", "A2", "A3"], ["A1", 1, 3, None], ["A2", "=1/C2", 1, "=Other!A1"], ["A3", "=1/D2", "=1/D3", 1]]
    stored = {
        b"<f>1/C2</f><v />": b"<f>1/C2</f><v>0.333333333333333</v>",
        b"<f>Other!A1</f><v />": b"<f>Other!A1</f><v>7</v>",
        b"<f>1/D3</f><v />": b"<f>1/D3</f><v>0.142857142857143</v>",
        b'<c r="B4"><f>1/D2</f><v /></c>': b'<c r="B4" t="e"><f>1/D2</f><v>#DIV/0!</v></c>',
    }

    def computed(name: str, part: bytes) -> bytes:
        for old, new in stored.items() if name == "xl/worksheets/sheet1.xml" else ():
            assert old in part, part
            part = part.replace(old, new)
        return part

    found = read(repacked(book(("E01", rows)), computed))
    assert not found.problems
    assert answers(found) == {("A1", "A2"): ("a", 3), ("A2", "A3"): ("a", 7)}
    assert not found.matrices[0].snaps


def test_a_pair_of_formulas_without_results_is_refused() -> None:
    rows = [["", "C1", "C2"], ["C1", 1, "=Other!A1"], ["C2", "=1/C2", 1]]
    assert "the formula has no stored result" in str(read(book(("E01", rows))).problems[0])


def test_contradicting_triangles_are_named_with_both_cells() -> None:
    rows = [["", "C1", "C2"], ["C1", 1, 3], ["C2", "1/5", 1]]
    (problem,) = read(book(("E01", rows))).problems
    assert problem.place == "sheet “E01”, row 2, column C2"
    assert problem.advice == "3 here and 1/5 in B3 contradict each other; write 1/3 in B3, or correct this cell"


def test_every_cell_that_is_taken_for_a_step_is_listed() -> None:
    rows = [["", "A1", "A2", "A3"], ["A1", 1, 0.33, ".17"], ["A2", 3.0303, 1, "0,125"], ["A3", None, None, 1]]
    (matrix,) = read(book(("E01", rows))).matrices
    assert [(snap.cell, snap.typed, snap.taken) for snap in matrix.snaps] == [
        ("C2", "0.33", "1/3"),
        ("B3", "3.0303", "3"),
        ("D2", ".17", "1/6"),
    ]


@pytest.mark.parametrize("strength", range(1, 10))
@pytest.mark.parametrize("more", ["a", "b"])
def test_two_decimals_find_every_step_and_no_other(more: str, strength: int) -> None:
    ratio = ratio_of(more, strength)
    step = ("equal" if strength == 1 else more, strength)
    for written in (ratio, round(ratio, 2), round(ratio, 3), float(f"{ratio:.15g}")):
        found = nearest(written)
        assert found
        assert found[0] == step
    assert nearest(1 / round(1 / ratio, 2)) in ((step, True), (step, False))


@pytest.mark.parametrize("ratio", [0.0, -3.0, 0.3, 0.1, 2.5, 10.0, 1.1, 1e300, 1e-300])
def test_what_is_near_no_step_is_refused(ratio: float) -> None:
    assert nearest(ratio) is None
    assert read_cell(GridCell(ratio)).fault


@pytest.mark.parametrize(
    ("value", "number_format", "step"),
    [
        (3, "General", "3"),
        ("１／３", "", "1/3"),
        ("½", "", "1/2"),
        ("3:1", "", "3"),
        (0.2, "0%", "1/5"),
        ("50%", "", "1/2"),
        (5.0, '_(* #,##0.00_);_(* "-"??_)', "5"),
        ("3.0", "", "3"),
    ],
)
def test_a_step_is_read_however_it_is_written(value: Any, number_format: str, step: str) -> None:
    read = read_cell(GridCell(value, number_format))
    assert read.said
    assert step_text(read.said) == step
    assert not read.snapped


@pytest.mark.parametrize(
    "value",
    [datetime.datetime(2026, 1, 3), datetime.datetime(2026, 3, 1), 43103, "1月3日", "3-Jan", "Jan-03", "2026/1/3"],
)
def test_a_fraction_that_became_a_date_is_asked_about(value: Any) -> None:
    read = read_cell(GridCell(value))
    assert read.date
    assert read.said == ("b", 3)


@pytest.mark.parametrize("value", [datetime.datetime(2026, 4, 17), 43200, "4月17日", datetime.time(1, 3), True, "many"])
def test_other_dates_times_and_words_are_refused(value: Any) -> None:
    assert read_cell(GridCell(value)).fault


def test_a_date_beside_a_number_that_agrees_needs_no_question() -> None:
    day = datetime.datetime(2026, 1, 3)
    (sure,) = read(book(("E01", [["", "C1", "C2"], ["C1", 1, day], ["C2", 3, 1]]))).matrices
    assert (len(sure.answers), len(sure.dates)) == (1, 0)
    (asked,) = read(book(("E01", [["", "C1", "C2"], ["C1", 1, day], ["C2", None, 1]]))).matrices
    assert (len(asked.answers), len(asked.dates), asked.typed) == (0, 1, ("2026-01-03",))


def test_unknown_names_are_told_with_a_near_one() -> None:
    rows = [["", "Racks", "Storege"], ["Racks", 1, 2], ["Storege", None, 1]]
    (problem,) = read(book(("E01", rows))).problems
    assert problem.advice == "no indicator of the survey is called “Storege”; did you mean “storage”?"
    strange = read(book(("E01", [["", "Racks", "C1"], ["Racks", 1, 2], ["C1", None, 1]])))
    assert "not the children of one node" in strange.problems[0].what


def test_many_strange_matrices_are_told_one_by_one() -> None:
    rows = [line for number in range(60) for line in ([], ["", f"x{number}", "Racks"], [f"x{number}", 1], ["Racks"])]
    found = read(book(("E01", rows)))
    assert len(found.problems) == 60
    assert found.problems[-1].advice.endswith("write its name or code")


def test_a_name_misspelt_on_one_side_does_not_cut_the_matrix_short() -> None:
    rows = [["", "A1", "A2", "PUE"], ["A1", 1, 2, 3], ["A2", None, 1, 4], ["PEU", None, None, 1]]
    (problem,) = read(book(("E01", rows))).problems
    assert problem.what == "“PUE” in D1 and “PEU” in A4 should be the same item"


def test_the_diagonal_is_one() -> None:
    (problem,) = read(book(("E01", [["", "C1", "C2"], ["C1", 2, 3], ["C2", None, "—"]]))).problems
    assert problem.what == "an item against itself is 1, not 2"


def test_the_rest_of_a_file_is_read_where_one_matrix_is_wrong() -> None:
    bad = [["", "C1", "C2"], ["C1", 1, 77], ["C2", None, 1]]
    found = read(book(("E01", TOP), ("E02", bad)))
    assert len(found.matrices) == len(found.problems) == 1


def test_a_file_without_any_matrix_says_how_one_looks() -> None:
    (sentence,) = said(lambda: read(workbook([["a", "b"], [1, 2]])))
    assert "no square matrix was found; the names of the items must stand in the first row" in sentence


def test_a_csv_file_may_hold_a_matrix() -> None:
    found = read(b"E01,C1,C2\nC1,1,1/3\nC2,3,1\n", "E02.csv")
    assert (found.matrices[0].code, answers(found)) == ("E01", {("C1", "C2"): ("b", 3)})


def test_numeric_codes_are_names_where_they_are_codes() -> None:
    numbered = tree("code,parent,name\n1,,root\n11,1,one\n12,1,two\n")
    content = workbook([[None, 11, 12], [11, 1, 5], [12, 0.2, 1]], title="E01")
    (matrix,) = read_matrices(content, "f.xlsx", Asked(numbered, PANEL)).matrices
    assert (matrix.answers[0].item_a, matrix.answers[0].strength) == ("11", 5)


def test_what_travels_through_the_page_comes_back_the_same() -> None:
    found = read(book(("张三", [*TOP, [], ["Scale"], *SCALE]), ("王五", [["", "C1", "C2"], ["C1", 1, 43103], ["C2"]])))
    assert from_payload(to_payload(found)) == found


def test_one_pair_answered_twice_is_refused_with_both_places() -> None:
    found = read(book(("张三", TOP), ("E01", TOP)))
    with pytest.raises(FileErrors) as caught:
        judgment_rows(found, dict.fromkeys(found.labels, "E01"), dates=False)
    assert len(caught.value.problems) == 3
    assert "at sheet “张三”, C2 and at sheet “E01”, C2" in caught.value.problems[0].what
    assert len(judgment_rows(found, {"张三": "E01", "E01": ""}, dates=False)) == 3
