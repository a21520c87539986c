"""Small files for tests, and what is said of them."""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook

from surveys.files.indicators import read_indicators
from surveys.files.problems import FileErrors
from surveys.files.tables import Table, read_table
from surveys.files.tree import Tree

TREE = """code,parent,name,direction,aliases
0,,index,,
A,0,use,,
A1,A,racks,benefit,racks in use
A2,A,PUE,cost,
B,0,price,cost,tariff
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in the language they are written in."""
    with translation.override("en"):
        yield


def table(text: str, file: str = "f.csv") -> Table:
    return read_table(text.encode(), file)


def tree(text: str = TREE) -> Tree:
    return Tree(read_indicators(table(text)))


def said(step: Callable[[], object]) -> list[str]:
    """Run a step that must refuse its file, and return its sentences."""
    with pytest.raises(FileErrors) as caught:
        step()
    return [str(problem) for problem in caught.value.problems]


def workbook(rows: Sequence[Any], *, formats: dict[str, str] | None = None, title: str = "Sheet") -> bytes:
    """Bytes of an XLSX file with these rows on its only sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
