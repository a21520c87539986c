"""The workbook to fill in: units down, indicators across, and a sheet on where each column comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scoring.gate.measures import SHEETS
from scoring.models import UnitList
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.models import Edition, Indicator
from surveys.selectors.trees import Tree
from surveys.texts import text_in

EXAMPLE_ROWS = 3


def template_xlsx(edition: Edition, tree: Tree, node: Indicator, unit_list: UnitList | None) -> bytes:
    """The gate reads it back as it is; blank cells are missing values."""
    inside = {each.pk for each in tree.below(node)}
    leaves = [leaf for leaf in tree.leaves if leaf.pk in inside]
    headings = _headings(leaves, edition.system.language)
    sheets = [
        Sheet(_("Data"), _data(leaves, headings, unit_list, edition.system.language), frozen=2),
        Sheet(_sheet_name(), _columns(leaves, edition.system.language), frozen=1),
    ]
    return workbook_bytes(sheets, finish=lambda book: _explain(book, leaves, headings))


def _sheet_name() -> str:
    return SHEETS[0] if (get_language() or "").startswith("zh") else SHEETS[1]


def _headings(leaves: Sequence[Indicator], language: str) -> list[str]:
    """Names, as people read them; the code where a name comes twice."""
    names = [text_in(leaf.name, language) for leaf in leaves]
    often = Counter(names)
    return [name if often[name] == 1 else leaf.code for name, leaf in zip(names, leaves, strict=True)]


def _data(
    leaves: Sequence[Indicator], headings: Sequence[str], unit_list: UnitList | None, language: str
) -> list[Sequence[Cell]]:
    measures = [leaf.unit for leaf in leaves]
    blank: list[Cell] = [None] * len(leaves)
    if unit_list is None:
        rows: list[Sequence[Cell]] = [[_("Unit"), *headings], [_("unit of measure"), *measures]]
        return [*rows, *([_("unit %(number)d") % {"number": place}, *blank] for place in range(1, EXAMPLE_ROWS + 1))]
    units = unit_list.units.order_by("position").values_list("code", "name", "region")
    head: list[Sequence[Cell]] = [[_("Unit"), "code", "region", *headings], [_("unit of measure"), "", "", *measures]]
    return [
        *head,
        *([text_in(name, language), code, text_in(region, language), *blank] for code, name, region in units),
    ]


def _columns(leaves: Sequence[Indicator], language: str) -> list[Sequence[Cell]]:
    """What is known stands there; source, year and method are to be filled in."""
    heading: list[Cell] = [
        _("code"), _("name"), _("unit of measure"), _("direction"), _("definition"), _("source"), _("year"),
        _("how it is measured"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = [
        [leaf.code, text_in(leaf.name, language), leaf.unit, str(leaf.get_direction_display()),
         text_in(leaf.definition, language), "", "", ""]
        for leaf in leaves
    ]  # fmt: skip
    return [heading, *rows]


def _explain(book: Any, leaves: Sequence[Indicator], headings: Sequence[str]) -> None:
    """A comment on each heading says what belongs below it."""
    from openpyxl.comments import Comment

    page = book.worksheets[0]
    offset = page.max_column - len(headings) + 1
    for place, leaf in enumerate(leaves):
        lines = [f"{leaf.code} {leaf}", leaf.unit, str(leaf.get_direction_display()), text_in(leaf.definition)]
        page.cell(1, offset + place).comment = Comment("\n".join(line for line in lines if line), "")
    page.freeze_panes = page.cell(3, offset)
    for row in page.iter_rows(min_row=1, max_col=offset - 1):
        for cell in row:
            cell.number_format = "@"  # codes stay texts when somebody types them
