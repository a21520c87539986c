"""How the workbook of a questionnaire looks, what its cells offer, and what they let through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys import sheet
from surveys.files.writing import Cell

PAIR, WHICH, MUCH = "A", "E", "F"
PAPER_A4 = "9"
HEAD, FREE, HALF = "E3F0EC", "FFF8E1", "F6C177"
INK, ACCENT = "858B86", "0D6658"

Rows = list[list[Cell]]


@dataclass
class Guide:
    """The first sheet, and in which of its rows the words stand that the cells offer."""

    rows: Rows
    headings: set[int] = field(default_factory=lambda: {0})
    sides: tuple[int, int] = (1, 1)
    levels: tuple[int, int] = (1, 1)

    def part(self, heading: str, lines: Sequence[str]) -> None:
        self.headings.add(len(self.rows) + 1)
        self.rows += [[], [heading]]
        self.rows += [[None, line] for line in lines]

    def newest(self, count: int) -> tuple[int, int]:
        """The first and the last of the newest rows, as a spreadsheet counts them."""
        return len(self.rows) - count + 1, len(self.rows)


def dress(book: Any, guide: Guide, code: str) -> None:
    from openpyxl.styles import Alignment, Font

    first, questions, items = book.worksheets
    wrapped = Alignment(wrap_text=True, vertical="center")
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                cell.alignment = wrapped
        _print_setup(page, code)
        _protect(page)
    first["A1"].font = Font(bold=True, size=16)
    first["A1"].alignment = Alignment(vertical="center")
    first.column_dimensions["C"].hidden = True
    for page in (questions, items):
        _head(page)
        page.print_title_rows = "1:1"
    _answer_columns(questions)
    if questions.max_row > 1:
        _offer(questions, first, guide)
        _mark_half_rows(questions)
    book.active = book.worksheets.index(questions)
    for page in book.worksheets:
        page.sheet_view.tabSelected = page is questions


def _print_setup(page: Any, code: str) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = PAPER_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddHeader.right.text = code.replace("&", "&&")
    page.oddFooter.center.text = "&P / &N"


def _protect(page: Any) -> None:
    """No password: it keeps the hand from slipping, not from doing. Widths, heights and filters stay free."""
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = page.protection.autoFilter = False


def _head(page: Any) -> None:
    from openpyxl.styles import Border, PatternFill, Side

    for cell in page[1]:
        cell.fill = PatternFill("solid", fgColor=HEAD)
        cell.border = Border(bottom=Side("medium", color=ACCENT))
    page.auto_filter.ref = page.dimensions


def _answer_columns(page: Any) -> None:
    """Only these two may be written to. A line above each new section."""
    from openpyxl.styles import Border, PatternFill, Protection, Side

    page.column_dimensions[PAIR].hidden = True
    fill, free = PatternFill("solid", fgColor=FREE), Protection(locked=False)
    thin, thick = Side("hair", color=INK), Side("medium", color=INK)
    within, start = Border(bottom=thin), Border(top=thick, bottom=thin)
    before = None
    for row in page.iter_rows(min_row=2):
        node = str(row[0].value).split("|")[0], row[1].value
        for cell in row:
            cell.border = start if before and node != before else within
        for cell in row[4:6]:
            cell.fill, cell.protection = fill, free
        before = node


def _offer(page: Any, first: Any, guide: Guide) -> None:
    """Lists in the cells. A strength may also be typed as a digit, so that its list offers and does not refuse."""
    from openpyxl.utils import quote_sheetname
    from openpyxl.worksheet.datavalidation import DataValidation

    for column, (top, bottom), strict in ((WHICH, guide.sides, True), (MUCH, guide.levels, False)):
        words = f"{quote_sheetname(first.title)}!$B${top}:$B${bottom}"
        offered = DataValidation("list", words, allow_blank=True, showErrorMessage=strict)
        offered.errorTitle, offered.error = _("Please choose from the list"), _("Please choose from the list")
        offered.add(f"{column}2:{column}{page.max_row}")
        page.add_data_validation(offered)


def _mark_half_rows(page: Any) -> None:
    """Also a strength beside “equally important”, and what is no strength at all."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    which, much = f"${WHICH}2", f"${MUCH}2"
    sided, unsided = (_any_of(which, names) for names in (("left", "right"), ("equal", "cannot_judge")))
    half = [
        f'AND({sided},{much}="")',
        f'AND({which}="",{much}<>"")',
        f'AND({unsided},{much}<>"")',
        f'AND({much}<>"",ISERROR(FIND(LEFT({much},1),"23456789２３４５６７８９")))',
    ]
    rule = FormulaRule([f"OR({','.join(half)})"], fill=PatternFill("solid", bgColor=HALF))
    page.conditional_formatting.add(f"{WHICH}2:{MUCH}{page.max_row}", rule)


def _any_of(cell: str, names: tuple[str, str]) -> str:
    return f"OR({','.join(f'{cell}={_quoted(name)}' for name in names)})"


def _quoted(name: str) -> str:
    """As a formula writes a text."""
    word = str(sheet.SIDES[name]).replace('"', '""')
    return f'"{word}"'
