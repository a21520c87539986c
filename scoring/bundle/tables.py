"""The readable tables of a run's bundle: its data and its scores, as the documents say them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surveys.bundle.findings import Files
from surveys.bundle.recomputing import Document
from surveys.files.writing import Cell, csv_bytes

SCORES = ("unit", "code", "score", "rank")


def run_tables(export: Document) -> Files:
    """File name → CSV."""
    data = export["data"]
    attributes = sorted({name for unit in data["units"] for name in unit["attributes"]})
    rows = (
        [unit["name"], *(unit["attributes"].get(name, "") for name in attributes), *map(_number, unit["values"])]
        for unit in data["units"]
    )
    return {
        "data.csv": csv_bytes(["unit", *attributes, *data["columns"]], rows),
        "scores.csv": csv_bytes(SCORES, _scores(export["document"])),
    }


def _scores(document: Document) -> Iterator[Sequence[Cell]]:
    for code, texts in document["scores"].items():
        for unit, text, rank in zip(document["units"], texts, document["ranks"][code], strict=True):
            yield [unit, code, _number(text), rank]


def _number(text: str | None) -> float | None:
    return float(text) if text else None
