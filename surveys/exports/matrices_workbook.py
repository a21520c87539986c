"""The empty matrices of a survey as a workbook: a sheet to be copied for each expert, which the import reads back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.grids import address
from surveys.files.writing import Cell
from surveys.models import Indicator, Survey
from surveys.selectors.structure import Structure, structure_of
from surveys.sheet import key_of
from surveys.texts import text_in

EXPERT = "E01"  # what the first sheet is called, to be overwritten


def matrices_xlsx(survey: Survey) -> bytes:
    """The upper triangles are blank, the lower ones follow by formula; how to fill it in stands on the last sheet."""
    structure = structure_of(survey.edition)
    rows: list[list[Cell]] = []
    corners = []
    for node in structure.nodes:
        rows.append([text_in(node.name) or node.code])
        corners.append((len(rows) + 1, len(structure.items_of(node.pk))))
        rows += _block(structure, node)
        rows.append([])

    def dress(book: Any) -> None:
        """Formulas are ours alone, so they are written after the texts."""
        page = book.worksheets[0]
        for row, size in corners:
            for i, j in _lower(size):
                mirror = address(row + 1 + j, 2 + i)
                page.cell(row + 1 + i, 2 + j).value = f'=IF(ISNUMBER({mirror}),1/{mirror},"")'

    headings = frozenset(row - 1 for corner, _size in corners for row in (corner - 1, corner))
    return workbook_bytes([Sheet(EXPERT, rows, headings), Sheet(_("How to fill it in"), _help())], dress)


def _block(structure: Structure, node: Indicator) -> Iterator[list[Cell]]:
    names = _names(structure.items_of(node.pk))
    yield ["", *names]
    for place, name in enumerate(names):
        yield [name, *(1 if place == column else None for column in range(len(names)))]


def _names(items: list[Indicator]) -> list[str]:
    """The names in the reader's language; the codes where two items would be called the same."""
    names = [text_in(item.name) or item.code for item in items]
    alike = len({key_of(name) for name in names}) < len(names)
    return [item.code for item in items] if alike else names


def _lower(size: int) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(size) for j in range(i))


def _help() -> list[list[Cell]]:
    return [
        [_("Copy the first sheet for each expert, and give each copy the expert's code or name.")],
        [_("Fill in the cells above the diagonal: how many times the row's item is as important as the column's.")],
        [_("Write 1 to 9, or 1/2 to 1/9 where the column's item is more important. Leave blank what is not answered.")],
        [_("Format the cells as text before you type 1/3: a spreadsheet takes it for a date otherwise.")],
    ]
