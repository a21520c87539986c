"""A tree of rows: its order, its leaves, and everything that keeps rows from being one."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from surveys.files.problems import Problem

if TYPE_CHECKING:
    from surveys.files.columns import Columns
    from surveys.files.indicators import IndicatorRow
    from surveys.files.tables import Table


class Tree:
    """Checked rows as a tree. `codes` is tree order: depth first, siblings as in the file."""

    def __init__(self, rows: "Sequence[IndicatorRow]") -> None:
        self.rows = {row.code: row for row in rows}
        self.children: dict[str, list[str]] = {row.code: [] for row in rows}
        for row in rows:
            if row.parent:
                self.children[row.parent].append(row.code)
        self.root = next(row.code for row in rows if not row.parent)
        self.codes = tuple(self.below(self.root))
        self.leaves = tuple(code for code in self.codes if not self.children[code])
        self.place = {code: place for place, code in enumerate(self.codes)}

    def below(self, code: str) -> Iterator[str]:
        """Yield the node and all below it, depth first."""
        stack = [code]
        while stack:
            code = stack.pop()
            yield code
            stack += reversed(self.children[code])

    def leaves_below(self, code: str) -> list[str]:
        return [below for below in self.below(code) if not self.children[below]]

    def path(self, code: str) -> list[str]:
        """Return the codes from the root to the node."""
        path = [code]
        while parent := self.rows[path[-1]].parent:
            path.append(parent)
        return path[::-1]

    def parents(self) -> list[str]:
        """Return the nodes with children, in tree order."""
        return [code for code in self.codes if self.children[code]]


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
