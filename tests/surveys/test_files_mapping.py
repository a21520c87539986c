"""Indicator tables with other people's headings: what is guessed, made, said and refused."""

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from surveys.exports.systems import edition_csv, edition_xlsx, template_xlsx
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.headings import guessed, is_ours
from surveys.files.indicators import IndicatorRow, read_indicators
from surveys.files.mapping import Mapped, mapped
from surveys.files.problems import FileErrors
from surveys.files.tables import read_table
from surveys.models import Edition, Indicator
from surveys.selectors.tracing import traced
from surveys.selectors.trees import Tree, indicator_rows, tree_of
from surveys.services.systems import edition_import
from tests.surveys import factories as make

pytestmark = pytest.mark.usefixtures("english")

MERGED = """一级指标,二级指标,三级指标,计量单位,指标属性,备注
算力,规模,在用算力,EFLOPS,正向,
,,在建算力,EFLOPS,正向,x
,质效,PUE,,逆向,
存力,规模,总容量,EB,正向,
"""
REPEATED = """一级指标,二级指标,三级指标,计量单位,指标属性,备注
算力,规模,在用算力,EFLOPS,正向,
算力,规模,在建算力,EFLOPS,正向,x
算力,质效,PUE,,逆向,
存力,规模,总容量,EB,正向,
"""
TREE = [
    ("0", "", "综合"), ("1", "0", "算力"), ("1.1", "1", "规模"), ("1.1.1", "1.1", "在用算力"),
    ("1.1.2", "1.1", "在建算力"), ("1.2", "1", "质效"), ("1.2.1", "1.2", "PUE"), ("2", "0", "存力"),
    ("2.1", "2", "规模"), ("2.1.1", "2.1", "总容量"),
]  # fmt: skip


def made(text: str, roles: list[str] | None = None) -> Mapped:
    table = read_table(text.encode(), "f.csv")
    return mapped(table, roles or guessed(table.header), top="综合")


def rows(text: str, roles: list[str] | None = None) -> list[IndicatorRow]:
    return read_indicators(made(text, roles).table)


def shape(found: list[IndicatorRow]) -> list[tuple[str, str, str]]:
    return [(row.code, row.parent, row.names["zh-hans"]) for row in found]


def faults(text: str, roles: list[str] | None = None) -> list[str]:
    with pytest.raises(FileErrors) as caught:
        rows(text, roles)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("text", [MERGED, REPEATED])
def test_levels_side_by_side_become_a_tree(text: str) -> None:
    found = rows(text)
    assert shape(found) == TREE
    assert [(row.unit, row.direction) for row in found if row.code == "1.2.1"] == [("", "cost")]
    notes = made(text).notes
    assert "no topmost node" in notes[0]
    assert notes[1].startswith("9 codes were made")


def test_one_first_level_is_the_topmost_node() -> None:
    assert shape(rows("一级指标,二级指标\n综合,甲\n,乙\n")) == [("0", "", "综合"), ("1", "0", "甲"), ("2", "0", "乙")]


def test_codes_with_points_say_what_hangs_where() -> None:
    found = rows("指标编码,指标名称,单位\n1,算力,\n1.1,规模,\n1.1.1,在用算力,EFLOPS\n2,存力,EB\n")
    assert shape(found) == [
        ("0", "", "综合"), ("1", "0", "算力"), ("1.1", "1", "规模"), ("1.1.1", "1.1", "在用算力"), ("2", "0", "存力"),
    ]  # fmt: skip


def test_a_parent_may_be_named() -> None:
    text = "指标编码,上级指标,指标名称\nR,,综合\nA,综合,算力\nB,R,存力\n"
    assert shape(rows(text)) == [("R", "", "综合"), ("A", "R", "算力"), ("B", "R", "存力")]
    assert "given by its name" in made(text).notes[0]


def test_headings_are_guessed_once_each() -> None:
    assert guessed(["编码", "指标名称", "名称", "英文名称", "定义", "别名", "序号"]) == [
        "code", "name", "", "name_en", "definition", "aliases", "",
    ]  # fmt: skip
    assert guessed(["Level 1", "第2级指标", "Unit"]) == ["level1", "level2", "unit"]


def test_our_own_headings_are_not_asked_about() -> None:
    assert is_ours(read_table(b"code,parent,name,name_en\n0,,a,b\n", "f.csv"))
    assert not is_ours(read_table(b"code,parent,name,nmae_en\n0,,a,b\n", "f.csv"))


def test_every_fault_is_told_at_once_by_its_cell() -> None:
    said = faults("一级指标,二级指标,方向\n,甲,正向\n乙,丙,向上\n,丁,\n,丁,\n,,正向\n")
    assert said[0].startswith("f.csv: row 2, column 一级指标: the level above the name is blank")
    assert "row 5, column 二级指标: “丁” comes twice" in said[1]
    assert "row 6" in said[2]
    said = faults("一级指标,二级指标,方向\n乙,丙,向上\n,丁,歪\n")
    assert ["column 方向" in one for one in said] == [True, True]


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        (["", "", ""], "no column holds the names"),
        (["name", "name", ""], "two columns are said to be name"),
        (["name", "parent", ""], "there are parents but no codes"),
    ],
)
def test_a_choice_that_makes_no_tree_is_refused(roles: list[str], sentence: str) -> None:
    assert sentence in faults("a,b,c\n1,2,3\n", roles)[0]


def test_cells_of_a_workbook_are_named_by_their_address() -> None:
    content = workbook_bytes([Sheet("s", [["备注", "一级指标", "二级指标", "方向"], ["", "甲", "乙", "向上"]])])
    table = read_table(content, "f.xlsx")
    with pytest.raises(FileErrors) as caught:
        read_indicators(mapped(table, guessed(table.header), top="x").table)
    assert "方向 (D2)" in str(caught.value.problems[0])


@pytest.mark.django_db
@pytest.mark.parametrize("write", [edition_csv, edition_xlsx])
def test_an_edition_that_is_taken_out_reads_back_the_same(write: Callable[[Edition, Tree], bytes]) -> None:
    long = "名" * 60
    said = IndicatorRow(
        2, "1.10", "0", {"zh-hans": long, "en": "Tenth"}, {"zh-hans": "口径, \"引\"\n次行"}, "%", "target", ("x", "y"),
        {"target_low": "1.50", "target_high": "2", "cap": "yes"},
    )  # fmt: skip
    first = [IndicatorRow(1, "0", "", {"zh-hans": "顶"}), said, IndicatorRow(3, "1.1", "0", {"zh-hans": "=1+1"})]
    edition = edition_import(name={"zh-hans": "体系"}, label="1", rows=first, user=make.user())
    content = write(edition, tree_of(edition))
    found = read_indicators(read_table(content, "f"))
    stored = indicator_rows(tree_of(edition))
    assert [(row.code, row.parent, dict(row.definitions), row.unit, row.aliases) for row in found] == [
        (row.code, row.parent, dict(row.definitions), row.unit, row.aliases) for row in stored
    ]
    assert (dict(found[1].names), dict(found[1].scoring)) == (dict(said.names), dict(said.scoring))
    assert found[2].names["zh-hans"].lstrip("'") == "=1+1"


def test_the_empty_table_is_a_file_that_can_be_read() -> None:
    found = read_indicators(read_table(template_xlsx(), "t.xlsx"))
    assert [row.code for row in found] == ["0", "1", "1.1", "1.2", "2"]


@pytest.mark.django_db
def test_no_text_of_an_edition_is_ever_computed() -> None:
    hostile = [IndicatorRow(1, "0", "", {"zh-hans": "@SUM(A1)", "en": "+1"}, {"zh-hans": "=cmd|'/c calc'!A0"}, "-1")]
    edition = edition_import(name={"zh-hans": "=1"}, label="=1", rows=hostile, user=make.user())
    book = load_workbook(io.BytesIO(edition_xlsx(edition, tree_of(edition))))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert b",=" not in edition_csv(edition, tree_of(edition))


# --- against the newest edition ---


@pytest.mark.django_db
def test_what_a_file_changes_is_traced() -> None:
    before = [
        IndicatorRow(1, "0", "", {"zh-hans": "顶"}),
        IndicatorRow(2, "1", "0", {"zh-hans": "存储均衡"}),
        IndicatorRow(3, "2", "0", {"zh-hans": "上架率"}),
        IndicatorRow(4, "3", "0", {"zh-hans": "自然条件"}),
        IndicatorRow(5, "4", "0", {"zh-hans": "人才"}),
    ]
    edition = edition_import(name={"zh-hans": "体系"}, label="1", rows=before, user=make.user())
    now = [
        IndicatorRow(1, "0", "", {"zh-hans": "顶"}),
        IndicatorRow(2, "1", "0", {"zh-hans": "存算均衡"}),  # like it, under the same code
        IndicatorRow(3, "3", "0", {"zh-hans": "上架率"}),  # under another code
        IndicatorRow(4, "5", "0", {"zh-hans": "气候"}, aliases=("自然条件",)),  # by its alias
        IndicatorRow(5, "4", "0", {"zh-hans": "电价"}),  # nothing alike but the code
    ]
    tracing = traced(now, tree_of(edition))
    assert tracing.sure == {"0": "0", "3": "2"}
    assert [(each.code, each.old_code, each.likely) for each in tracing.renamed] == [
        ("1", "1", True), ("5", "3", True), ("4", "4", False),
    ]  # fmt: skip
    assert tracing.gone == []
    assert tracing.was(["1", "5"]) == {"0": "0", "3": "2", "1": "1", "5": "3", "4": Indicator.NEW}
    made = edition_import(name={}, label="2", rows=now, user=None, system=edition.system, was=tracing.was(["5"]))
    assert dict(made.indicators.values_list("code", "was")) == {
        "0": "", "1": Indicator.NEW, "3": "2", "5": "3", "4": Indicator.NEW,
    }  # fmt: skip
