"""What two sets of figures say differently: to mend a text, one must know which sentences no longer hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.specification import Cell, Figure

Said = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One figure: its sentence before and now (blank where there was none), and what is different in words."""

    label: str
    title: str
    what: str
    before: str
    now: str


def said_by(figures: Sequence[Figure]) -> list[Said]:
    """What every figure says, as it is stored with a set."""
    return [
        {
            "key": figure.key, "number": figure.caption.number, "title": figure.caption.title,
            "sentence": figure.caption.sentence, "source": figure.caption.source, "year": figure.caption.year,
            "names": [_named(row) for row in figure.table.rows],
            "rows": [[_printed(cell, figure.table.decimals) for cell in row] for row in figure.table.rows],
        }
        for figure in figures
    ]  # fmt: skip


def changes(before: Sequence[Said], now: Sequence[Said]) -> list[Change]:
    """Figure by figure, those that say the same left out; numbers are compared as they are printed."""
    old, new = ({said["key"]: said for said in each} for each in (before, now))
    found = [_change(old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    return [change for change in found if change is not None]


def _change(old: Said | None, new: Said | None) -> Change | None:
    either: Said = new or old or {}
    label, title = either["number"], either["title"]
    if old is None or new is None:
        what = _("was not there before") if old is None else _("no longer there")
        return Change(label, title, what, old["sentence"] if old else "", new["sentence"] if new else "")
    parts = []
    if old["names"] != new["names"]:
        parts.append(_("another order"))
    if old["rows"] != new["rows"]:
        parts.append(_("other numbers"))
    if (old["source"], old["year"]) != (new["source"], new["year"]):
        parts.append(_("another source or year"))
    if old["sentence"] != new["sentence"] and not parts:
        parts.append(_("another sentence"))
    return Change(label, title, ", ".join(parts), old["sentence"], new["sentence"]) if parts else None


def _named(row: Sequence[Cell]) -> str:
    """The first text of a row: what it is about."""
    return str(next((cell for cell in row if isinstance(cell, str)), ""))


def _printed(cell: Cell, decimals: int) -> str:
    return f"{cell:.{decimals}f}" if isinstance(cell, float) else str(cell)
