"""Checked rows as a tree. No Django: whoever recomputes scores elsewhere needs it too."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveys.files.indicators import IndicatorRow


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
