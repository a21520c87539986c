"""Rows of the reliability tests: what was tried, how much of it was bad, with which seed.

`record` is called by a test; every row stands at the end of the run, also when all passed and under xdist.
QUANHENG_SEED sets the seed of a run (each run has its own otherwise, and says it); QUANHENG_SOAK=1 asks for the long
form.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Iterable
from typing import Any

import pytest

SEED_NAME = "QUANHENG_SEED"
PROPERTY = "reliability row"
# Whoever is first in a run sets it; the processes of xdist inherit it.
SEED = int(os.environ.setdefault(SEED_NAME, str(secrets.randbelow(2**32))))
SOAK = os.environ.get("QUANHENG_SOAK") == "1"

_waiting: list[dict[str, Any]] = []
_rows: list[dict[str, Any]] = []


def size(short: int, long: int) -> int:
    """How often: the short form of `make test`, or the long one of `make soak`."""
    return long if SOAK else short


def record(name: str, tried: int, bad: int, seconds: float, seed: int = SEED, note: str = "") -> None:
    """Keep one row for the end of the run. Call it before the assertion, so that a bad row is seen too."""
    row = {"name": name, "tried": tried, "bad": bad, "seconds": round(seconds, 1), "seed": seed, "note": note}
    _waiting.append(row)


def together(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that many tests fill, as one.

    >>> one = {"name": "doors", "tried": 12, "bad": 0, "seconds": 0.5, "seed": 7, "note": "sqlite"}
    >>> [row["tried"] for row in together([one, one, {**one, "note": "postgresql"}])]
    [24, 12]
    """
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    for row in rows:
        same = found.setdefault((row["name"], row["seed"], row["note"]), {**row, "tried": 0, "bad": 0, "seconds": 0.0})
        same["tried"] += row["tried"]
        same["bad"] += row["bad"]
        same["seconds"] = round(same["seconds"] + row["seconds"], 1)
    return list(found.values())


def line(row: dict[str, Any]) -> str:
    """One row as text.

    >>> line({"name": "twins", "tried": 500, "bad": 0, "seconds": 2.1, "seed": 7, "note": "SQLite"})
    'twins: tried 500, bad 0, 2.1 s, seed 7 (SQLite)'
    """
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['name']}: tried {row['tried']}, bad {row['bad']}, {row['seconds']} s, seed {row['seed']}{note}"


# --- what pytest calls: rows travel with the reports, from the processes of xdist to the one that prints ---


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    report.user_properties.extend((PROPERTY, row) for row in _waiting)  # of this phase alone
    _waiting.clear()
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, row in report.user_properties:
        if name == PROPERTY and isinstance(row, dict):
            _rows.append(row)


def pytest_report_header() -> str:
    return f"reliability: {SEED_NAME}={SEED}" + (", long form" if SOAK else "")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _rows:
        terminalreporter.section("reliability")
        for row in together(_rows):
            terminalreporter.write_line(line(row))
