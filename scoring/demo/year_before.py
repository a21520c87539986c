"""The synthetic data of the year before, made from those of the demo by a seeded rule: growth, and some chance."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from surveys.files.writing import csv_bytes

SEED, GROWTH, CHANCE = 2022, 0.12, 0.16
KEPT = ("province", "region", "group", "type")


def year_before(file: Path) -> bytes:
    """The same units and columns; numbers a little smaller in the mean, and moved by chance. Whole stays whole."""
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    generator = np.random.default_rng(SEED)
    heading, body = rows[0], rows[1:]
    texts = [place == 0 or name in KEPT for place, name in enumerate(heading)]
    most = [0.0 if text else max(float(row[place]) for row in body) for place, text in enumerate(texts)]
    share = [not text and 1 < largest <= 100 for text, largest in zip(texts, most, strict=True)]
    return csv_bytes(
        heading,
        [
            [cell if texts[at] else _earlier(cell, generator, share=share[at]) for at, cell in enumerate(row)]
            for row in body
        ],
    )


def _earlier(cell: str, generator: np.random.Generator, *, share: bool) -> float | int:
    value = float(cell) * float(np.exp(generator.normal(0.0 if share else -GROWTH, CHANCE / 2 if share else CHANCE)))
    value = min(value, 100.0) if share else value
    return round(value) if float(cell).is_integer() and abs(float(cell)) >= 1 else round(value, 4)
