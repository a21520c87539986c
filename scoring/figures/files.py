"""A figure as a file: SVG, PNG, a workbook with a chart that can be edited, or its table alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scoring.figures.builders import source_line
from scoring.figures.pixels import DPI, png_of
from scoring.figures.specification import Figure
from scoring.figures.svg import draw, drawn
from scoring.figures.workbook import figures_workbook
from scoring.stamped import stamped_csv
from surveys.files.writing import csv_bytes

TYPES: Mapping[str, str] = {
    "svg": "image/svg+xml; charset=utf-8",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def kinds_of(figure: Figure) -> list[str]:
    """The files that it can be: a table alone has no drawing."""
    return list(TYPES) if drawn(figure) else ["xlsx", "csv"]


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """`kind` is one of `TYPES`."""
    return WRITERS[kind](figure)


def paper_svg(figure: Figure) -> str:
    """The drawing with everything that must stand around it."""
    return draw(figure, theme="paper", source=source_line(figure.caption))


def png_bytes(figure: Figure, *, dpi: int = DPI) -> bytes:
    """The same drawing as pixels."""
    return png_of(paper_svg(figure), dpi=dpi)


def workbook_of(figures: Sequence[Figure]) -> bytes:
    """A sheet for each figure: its table, and a chart over it."""
    return figures_workbook(figures, [source_line(figure.caption) for figure in figures])


def table_bytes(figure: Figure) -> bytes:
    """The numbers, unrounded; the stamps stand in every row."""
    stamps = " / ".join(figure.caption.stamps)
    heading = [str(cell) for cell in figure.table.heading]
    if not stamps:
        return csv_bytes(heading, figure.table.rows)
    return stamped_csv(heading, figure.table.rows, stamps)


WRITERS: Mapping[str, Callable[[Figure], bytes]] = {
    "svg": lambda figure: paper_svg(figure).encode(),
    "png": png_bytes,
    "xlsx": lambda figure: workbook_of([figure]),
    "csv": table_bytes,
}
