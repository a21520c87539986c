"""Uploads are parsed in a process that may not grow, run long or write; what ends it is a sentence to who uploaded."""

import io
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from docx import Document

from scoring.files_docx import check_template, places_in
from surveys.files import confined
from surveys.files.confined import keeper
from surveys.files.confined.plain import Bounds, plain
from surveys.files.csv_text import csv_records
from surveys.files.grids import read_grids
from surveys.files.problems import FileErrors
from surveys.files.records import UPLOAD
from surveys.files.tables import read_table
from surveys.files.workbook import sheet_titles
from tests.reliability import eaters
from tests.reliability.rows import record
from tests.support.files import workbook
from tests.support.hostile import GOOD, hostile

BOUNDS = Bounds(answer=10 << 20)
SHORT = Bounds(processor=1, clock=3, answer=10 << 20)
DATED = workbook([["name", date(2026, 1, 2), 0.5, "=1+1"], ["项", 7]])


def document(*lines: str) -> bytes:
    found, stream = Document(), io.BytesIO()
    for line in lines:
        found.add_paragraph(line)
    found.save(stream)
    return stream.getvalue()


READINGS: dict[str, Callable[[], object]] = {
    "workbook": lambda: read_table(workbook(GOOD), "f.xlsx"),
    "titles": lambda: sheet_titles(DATED, "f.xlsx", UPLOAD),
    "grids": lambda: read_grids(DATED, "f.xlsx", UPLOAD),
    "CSV": lambda: csv_records("代码,名称\n1,算力\n".encode("gb18030"), "f.csv", None, UPLOAD),
    "document": lambda: (check_template(document("{{图2}}"), "t.docx"), places_in(document("{{ 图2 }}"), "t.docx")),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[keeper.Keeper]:
    """One for all: what it survives is the point."""
    confined.start(BOUNDS)
    assert keeper._keeper is not None
    yield keeper._keeper
    confined.stop()


def direct(reading: Callable[[], object]) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "_keeper", None)
        return reading()


@pytest.mark.parametrize("what", READINGS)
def test_what_is_read_there_is_what_is_read_here(what: str, reader: keeper.Keeper) -> None:
    assert READINGS[what]() == direct(READINGS[what])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_sentences_come_back_in_the_language_of_the_page(language: str, reader: keeper.Keeper) -> None:
    content = next(content for what, _name, content in hostile() if what == "laughs")

    def refused() -> str:
        with pytest.raises(FileErrors) as caught:
            read_table(content, "f.xlsx")
        return str(caught.value)

    with translation.override(language):
        assert refused() == direct(refused)


@pytest.fixture(scope="module")
def short_reader(reader: keeper.Keeper) -> Iterator[keeper.Keeper]:
    """One that gives up soon, for what never ends; on a busy machine anything else has its time."""
    short = keeper.Keeper(SHORT)
    yield short
    short.stop()


@pytest.mark.parametrize("eater", ["processor", "clock"])
def test_a_file_without_an_end_is_a_sentence(
    eater: str, short_reader: keeper.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_keeper", short_reader)
    with translation.override("en"), pytest.raises(FileErrors, match="took more than 1 seconds"):
        getattr(eaters, eater)(b"", "bad.xlsx")


@pytest.mark.parametrize("eater", ["memory", "crash", "depth", "flood", "stranger"])
def test_a_file_that_breaks_its_reader_is_a_sentence_and_the_next_is_read(eater: str, reader: keeper.Keeper) -> None:
    with translation.override("en"), pytest.raises(FileErrors) as caught:
        getattr(eaters, eater)(b"", "bad.xlsx")
    (problem,) = caught.value.problems
    assert (problem.file, bool(problem.what), bool(problem.mend)) == ("bad.xlsx", True, True)
    assert "Traceback" not in str(problem)
    assert eaters.echo(b"good", "good.xlsx") == b"good"


def test_a_reader_that_was_killed_is_replaced(reader: keeper.Keeper) -> None:
    assert reader._child
    os.kill(reader._child.pid, signal.SIGKILL)
    reader._child.wait()
    assert eaters.echo(b"x", "f") == b"x"


def test_many_at_once_get_each_their_own(reader: keeper.Keeper) -> None:
    contents = [bytes([number]) * 100_000 for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda content: eaters.echo(content, "f"), contents)) == contents


def test_it_knows_no_secret_and_writes_nothing(reader: keeper.Keeper, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", "what nobody may know")
        confined.stop()
        confined.start(BOUNDS)
        found = eaters.about(b"x", str(tmp_path / "written"))
    assert "what nobody may know" not in str(found)
    assert "DATABASES" not in str(found["settings"])
    assert (found["wrote"], found["process"] == os.getpid()) == (False, False)
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").read_bytes()


@pytest.mark.parametrize("said", [os.system, Path("x"), pickle.loads, signal.SIGINT], ids=str)
def test_a_reader_can_say_nothing_that_acts(said: object) -> None:
    for message in (pickle.dumps(("read", said)), pickle.dumps(said)[:-3], b"", b"\x80garbage"):
        with pytest.raises(pickle.UnpicklingError):
            plain(message)


def test_a_system_without_limits_is_told_of_and_reads_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keeper, "_keeper", None)
    monkeypatch.setattr(keeper, "can_confine", lambda: False)
    confined.start()
    assert "cannot limit a process" in caplog.text
    assert len(read_table(workbook(GOOD), "f.xlsx").rows) == 3


def test_no_hostile_file_gets_far(reader: keeper.Keeper) -> None:
    """The known ones, at the step that could explode."""
    files = [(name, content) for _what, name, content in hostile() if len(content) <= UPLOAD.content]
    began, bad = time.monotonic(), 0
    for name, content in files:
        try:
            read_table(content, name)
        except FileErrors as errors:
            bad += any("Traceback" in str(problem) for problem in errors.problems)
    record("hostile files in the reader", len(files), bad, time.monotonic() - began)
    assert not bad
