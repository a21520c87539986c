"""Tables become bytes that a spreadsheet opens safely."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None

# A spreadsheet computes a text that begins so, whoever wrote it.
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """Return the text so that a spreadsheet shows it and does not compute it.

    >>> safe_text("=1+1"), safe_text("PUE")
    ("'=1+1", 'PUE')
    """
    return f"'{text}" if text.startswith(COMPUTED) else text


def cell_text(cell: Cell) -> str:
    """Return a cell as CSV text: numbers by `repr`, so that they read back the same; texts made safe; None blank."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    return repr(float(cell)) if isinstance(cell, float) else str(int(cell))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file in UTF-8 with BOM, which spreadsheets need to recognise Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_text(name) for name in header])
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
