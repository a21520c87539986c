"""Everything that keeps rows from being a tree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from surveys.files.problems import Problem
from surveys.files.shape import Tree as Tree

if TYPE_CHECKING:
    from surveys.files.columns import Columns
    from surveys.files.indicators import IndicatorRow
    from surveys.files.tables import Table


def tree_problems(table: "Table", rows: "Sequence[IndicatorRow]", columns: "Columns") -> Iterator[Problem]:
    """Yield all that keeps the rows from being one tree, and names by which two leaves could be meant."""

    for row, column, what, mend in _faults(rows):
        place = columns.places.get(column)
        label = column if place is None else table.column(place, row.row)
        yield Problem(table.file, what, mend, row.row, label)


Fault = tuple["IndicatorRow", str, str, str]


def _faults(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    yield from _double_codes(rows)
    yield from _wrong_parents(rows)
    yield from _wrong_roots(rows)
    yield from _circles(rows)
    yield from _alias_collisions(rows)


def _double_codes(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    first: dict[str, IndicatorRow] = {}
    for row in rows:
        known = first.setdefault(row.code, row)
        if row.code and known is not row:
            what = _("the code %(code)s stands in row %(row)d already") % {"code": row.code, "row": known.row}
            mend = _(
                "give each indicator a code of its own; a spreadsheet turns 1.10 into 1.1 unless the column is text"
            )
            yield row, "code", what, mend


def _wrong_parents(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    codes = {row.code for row in rows}
    for row in rows:
        if row.parent and row.parent == row.code:
            what = _("%(code)s is its own parent") % {"code": row.code}
            yield row, "parent", what, _("write the code of the node above it")
        elif row.parent and row.parent not in codes:
            what = _("the parent %(parent)s of %(code)s is not in the file") % {"parent": row.parent, "code": row.code}
            yield row, "parent", what, _("add a row for it or correct the code")


def _wrong_roots(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    roots = [row for row in rows if not row.parent]
    if rows and not roots:
        yield rows[0], "parent", _("no row has a blank parent"), _("leave the parent of the topmost node blank")
    for row in roots[1:]:
        named = {"code": row.code, "root": roots[0].code, "row": roots[0].row}
        what = _("%(code)s has no parent, and neither has %(root)s in row %(row)d") % named
        yield row, "parent", what, _("leave one parent blank only: that of the topmost node")


def _circles(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    """Follow the parents upwards; each circle is told once, at its first row. A circle of one is told above."""
    by_code = {row.code: row for row in rows}
    done: set[str] = set()
    for row in rows:
        path: dict[str, None] = {}
        code = row.code
        while code in by_code and code not in done and code not in path:
            path[code] = None
            code = by_code[code].parent
        if code in path and by_code[code].parent != code:
            circle = list(path)[list(path).index(code) :]
            what = _("the parents go round in a circle: %(circle)s") % {"circle": " → ".join([*circle, code])}
            yield by_code[code], "parent", what, _("give one of them a parent outside the circle")
        done |= path.keys()


def _alias_collisions(rows: "Sequence[IndicatorRow]") -> Iterator[Fault]:
    """An alias finds a column of data, so it may mean one leaf only."""
    parents = {row.parent for row in rows}
    meant: defaultdict[str, set[str]] = defaultdict(set)
    leaves = [row for row in rows if row.code not in parents]
    for row in leaves:
        for text in {row.code, *row.names.values(), *row.aliases}:
            meant[text].add(row.code)
    for row in leaves:
        for alias, count in Counter(row.aliases).items():
            others = sorted(meant[alias] - {row.code})
            if others:
                what = _("the alias “%(alias)s” also means %(codes)s") % {"alias": alias, "codes": ", ".join(others)}
                yield row, "aliases", what, _("remove it from one of them")
            elif count > 1:
                yield row, "aliases", _("the alias “%(alias)s” comes twice") % {"alias": alias}, _("keep it once")
