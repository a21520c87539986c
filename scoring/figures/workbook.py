"""Figures as a workbook: the table of each on a sheet of its own, and a chart over it that can be edited.

Where spreadsheets have no such chart (tiles, grids, trees, strips), the cells themselves are shaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.specification import Bars, Dots, Figure, Grid, Outline, Scatter, Slope, Stacked, Tiles, Twins
from surveys.exports.docx import MADE, always_alike
from surveys.exports.workbook import LONGEST_TITLE, Sheet, workbook_bytes

HEAD = 5
"""Rows above the heading of a table: title, unit and count, sentence, source, stamps."""
CHART_WIDTH, ROW_HEIGHT = 22.0, 0.75  # centimetres
SECOND_AXES, SECOND_COLOUR = (20, 200), "009E73"


def figures_workbook(figures: Sequence[Figure], sources: Sequence[str]) -> bytes:
    """A sheet for each figure, in order. `sources` are the lines that stand under them."""
    titles = _sheet_titles(figures)
    sheets = [_sheet(*each) for each in zip(titles, figures, sources, strict=True)]

    def dress(book: Any) -> None:
        book.properties.created = book.properties.modified = MADE
        for page, figure in zip(book.worksheets, figures, strict=True):
            _dress(page, figure)

    return always_alike(workbook_bytes(sheets, dress))


def _sheet(title: str, figure: Figure, source: str) -> Sheet:
    caption = figure.caption
    said = [
        f"{caption.number} {caption.title}".strip(),
        f"{caption.unit} · n = {caption.count}" if caption.unit else f"n = {caption.count}",
        caption.sentence,
        " · ".join(part for part in (caption.note, source) if part),
        " · ".join(caption.stamps),
    ]
    rows = [*([text] for text in said), list(figure.table.heading), *figure.table.rows]
    widths = [26 if place else 14 for place in range(len(figure.table.heading))]
    return Sheet(title, rows, headings=frozenset({0, HEAD}), frozen=HEAD + 1, widths=widths)


def _sheet_titles(figures: Sequence[Figure]) -> list[str]:
    """What a spreadsheet takes as a title, each once."""
    found: list[str] = []
    for place, figure in enumerate(figures, start=1):
        name = "".join(letter for letter in figure.caption.title if letter not in "[]:*?/\\'")
        title = f"{figure.caption.number or place} {name}".strip()[:LONGEST_TITLE].strip()
        while title in found:
            title = f"{title[: LONGEST_TITLE - 4]} {place}"
        found.append(title)
    return found


def _dress(page: Any, figure: Figure) -> None:
    if not figure.table.rows:
        return
    make = CHARTS.get(type(figure.body))
    if make:
        chart = make(page, figure)
        chart.title = f"{figure.caption.number} {figure.caption.title}".strip()
        chart.width = CHART_WIDTH
        page.add_chart(chart, f"{_letter(len(figure.table.heading) + 2)}{HEAD + 1}")
    elif type(figure.body) in SHADED:
        _shade(page, figure)


def _bars(page: Any, figure: Figure) -> Any:
    label, value = _label_column(figure), _value_columns(figure)[0]
    chart = _bar_chart(page, figure, label, [value])
    chart.legend = None
    body = figure.body
    if isinstance(body, Bars) and any(bar.low is not None for bar in body.bars):
        _whiskers(chart, page, figure)
    return chart


def _stacked(page: Any, figure: Figure) -> Any:
    body = figure.body
    assert isinstance(body, Stacked)  # noqa: S101  the table of charts says so
    columns = [list(figure.table.heading).index(name) + 1 for name in body.names]
    chart = _bar_chart(page, figure, _label_column(figure), columns)
    chart.grouping, chart.overlap = "stacked", 100
    return chart


def _dots(page: Any, figure: Figure) -> Any:
    return _bar_chart(page, figure, _label_column(figure), _value_columns(figure))


def _slope(page: Any, figure: Figure) -> Any:
    """A line for each row, from the first rank to the second; first ranks at the top."""
    from openpyxl.chart import LineChart, Reference, Series

    first, second = _value_columns(figure)[:2]
    chart = LineChart()
    for row in range(HEAD + 2, HEAD + 2 + len(figure.table.rows)):
        values = Reference(page, min_col=first, max_col=second, min_row=row)
        series = Series(values, title=str(figure.table.rows[row - HEAD - 2][_label_column(figure) - 1]))
        series.smooth = False
        chart.series.append(series)
    chart.set_categories(Reference(page, min_col=first, max_col=second, min_row=HEAD + 1))
    chart.y_axis.scaling.orientation = "maxMin"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.height = 16
    return chart


def _scatter(page: Any, figure: Figure) -> Any:
    from openpyxl.chart import Reference, ScatterChart, Series

    x, y = _value_columns(figure)[:2]
    first, last = HEAD + 2, HEAD + 1 + len(figure.table.rows)
    chart = ScatterChart()
    chart.style, chart.legend = 13, None
    series = Series(
        Reference(page, min_col=y, min_row=first, max_row=last), Reference(page, min_col=x, min_row=first, max_row=last)
    )
    series.marker.symbol, series.graphicalProperties.line.noFill = "circle", True
    chart.series.append(series)
    body = figure.body
    assert isinstance(body, Scatter)  # noqa: S101  the table of charts says so
    chart.x_axis.title, chart.y_axis.title = body.x_name, body.y_name
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.height = 13
    return chart


def _twins(page: Any, figure: Figure) -> Any:
    """Two axes: the second measure has its own, at the top. Beside each bar an empty series keeps the other's place."""
    from openpyxl.chart.legend import LegendEntry

    label, columns = _label_column(figure), _value_columns(figure)[:2]
    empty = len(figure.table.heading) + 1
    chart = _bar_chart(page, figure, label, [columns[0], empty])
    second = _bar_chart(page, figure, label, [empty, columns[1]])
    for bars in (chart, second):
        bars.gapWidth, bars.overlap = 40, 0
    second.x_axis.axId, second.y_axis.axId = SECOND_AXES
    second.x_axis.crossAx, second.y_axis.crossAx = SECOND_AXES[::-1]
    second.x_axis.delete, second.y_axis.majorGridlines = True, None
    body = figure.body
    assert isinstance(body, Twins)  # noqa: S101  the table of charts says so
    chart.y_axis.title, second.y_axis.title = body.names
    chart.y_axis.crosses, second.y_axis.crosses = "max", "min"  # the rows run from top to bottom
    second.series[1].graphicalProperties.solidFill = SECOND_COLOUR
    chart += second
    chart.legend.position = "b"
    chart.legend.legendEntry = [LegendEntry(idx=place, delete=True) for place in (1, 2)]
    chart.height = max(8.0, ROW_HEIGHT * len(figure.table.rows) + 4)
    return chart


def _bar_chart(page: Any, figure: Figure, label: int, columns: Sequence[int]) -> Any:
    from openpyxl.chart import BarChart, Reference

    last = HEAD + 1 + len(figure.table.rows)
    chart = BarChart()
    chart.type, chart.gapWidth = "bar", 60
    for column in columns:
        chart.add_data(Reference(page, min_col=column, min_row=HEAD + 1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(page, min_col=label, min_row=HEAD + 2, max_row=last))
    chart.x_axis.scaling.orientation = "maxMin"  # the first row on top
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.height = max(6.0, ROW_HEIGHT * len(figure.table.rows) + 2.5)
    return chart


def _whiskers(chart: Any, page: Any, figure: Figure) -> None:
    """Error bars need distances from the value: they stand in two further columns."""
    from openpyxl.chart.data_source import NumDataSource, NumRef
    from openpyxl.chart.error_bar import ErrorBars

    body = figure.body
    assert isinstance(body, Bars)  # noqa: S101  the caller looked
    column = len(figure.table.heading) + 1
    for offset, name in enumerate((_("below the value"), _("above the value"))):
        page.cell(HEAD + 1, column + offset, name)
        for row, bar in enumerate(body.bars, start=HEAD + 2):
            ends = (
                bar.value - bar.low if bar.low is not None else 0,
                bar.high - bar.value if bar.high is not None else 0,
            )
            page.cell(row, column + offset, ends[offset])
    last = HEAD + 1 + len(body.bars)
    title = page.title.replace("'", "''")
    minus, plus = (
        NumDataSource(numRef=NumRef(f=f"'{title}'!${_letter(c)}${HEAD + 2}:${_letter(c)}${last}"))
        for c in (column, column + 1)
    )
    chart.series[0].errBars = ErrorBars(errBarType="both", errValType="cust", plus=plus, minus=minus)


def _shade(page: Any, figure: Figure) -> None:
    from openpyxl.formatting.rule import ColorScaleRule

    first, last = HEAD + 2, HEAD + 1 + len(figure.table.rows)
    columns = _value_columns(figure)
    spans = columns if isinstance(figure.body, Grid) else columns[-1:]
    place = f"{_letter(spans[0])}{first}:{_letter(spans[-1])}{last}"
    rule = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="2F6F9F")
    if isinstance(figure.body, Grid) and figure.body.signed:
        rule = ColorScaleRule(
            start_type="num", start_value=-1, start_color="A8480F", mid_type="num", mid_value=0, mid_color="FFFFFF",
            end_type="num", end_value=1, end_color="2F6F9F",
        )  # fmt: skip
    page.conditional_formatting.add(place, rule)


def _label_column(figure: Figure) -> int:
    """The first column of texts, from 1: it names the rows."""
    first = figure.table.rows[0]
    return next((place for place, cell in enumerate(first, start=1) if isinstance(cell, str)), 1)


def _value_columns(figure: Figure) -> list[int]:
    """The columns of numbers behind the one that names the rows."""
    label = _label_column(figure)
    columns = range(label + 1, len(figure.table.heading) + 1)
    return [c for c in columns if any(isinstance(row[c - 1], int | float) for row in figure.table.rows)]


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    letter: str = get_column_letter(column)
    return letter


CHARTS: Mapping[type, Callable[[Any, Figure], Any]] = {
    Bars: _bars, Stacked: _stacked, Dots: _dots, Slope: _slope, Scatter: _scatter, Twins: _twins,
}  # fmt: skip
SHADED = (Tiles, Grid, Outline)
