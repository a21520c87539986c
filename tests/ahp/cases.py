"""Worked cases: figures from the literature, recomputed to double precision by independent algorithms.

Fractions stand as text, null is a missing answer; ``expected`` was computed with 40 digits and rounded once.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PUBLISHED = Path(__file__).parent / "published"

Rows = list[list[float | None]]


def cases(*kinds: str) -> list[Any]:
    """One parameter per case of these kinds."""
    found = [case for kind in kinds for case in json.loads((PUBLISHED / f"{kind}.json").read_text("utf-8"))]
    return [pytest.param(case, id=case["id"]) for case in found]


def numbers(rows: list[list[str | None]]) -> Rows:
    """Fractions to numbers."""
    return [[None if cell is None else float(Fraction(cell)) for cell in row] for row in rows]


def close(found: Any, expected: Any, tolerance: float = 1e-12) -> bool:
    """Equal to an absolute tolerance, everywhere."""
    return bool(np.abs(np.asarray(found, dtype=float) - np.asarray(expected, dtype=float)).max() <= tolerance)
