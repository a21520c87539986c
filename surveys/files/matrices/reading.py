"""A file with square matrices becomes answers of experts at nodes, with everything that was taken for something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import PurePath

from django.utils.translation import gettext as _

from surveys.files.grids import address, read_grids
from surveys.files.matrices.blocks import Block, find_blocks
from surveys.files.matrices.cells import Reading, is_diagonal, read_cell, step_text, turned
from surveys.files.matrices.found import Answer, Asked, Found, Matrix, Snap, oriented
from surveys.files.matrices.names import Names
from surveys.files.problems import FileErrors, Problem
from surveys.files.records import UPLOAD, Limits

MOST_MATRICES = 5_000


class NoMatrix(FileErrors):
    """The file can be read, but holds no matrix."""


def read_matrices(content: bytes, file: str, asked: Asked, limits: Limits = UPLOAD) -> Found:
    """Return every matrix of every sheet. Raises `NoMatrix` where there is none at all."""
    names = Names(asked)
    blocks = [block for grid in read_grids(content, file, limits) for block in find_blocks(grid, names.keys)]
    if not blocks:
        what = _("no square matrix was found")
        mend = _("the names of the items must stand in the first row and, in the same order, in the first column")
        raise NoMatrix([Problem(file, what, mend)])
    if len(blocks) > MOST_MATRICES:
        what = _("there are more than %(most)d matrices") % {"most": MOST_MATRICES}
        raise FileErrors([Problem(file, what, _("split the file"))])
    return _found(file, names, blocks)


def _found(file: str, names: Names, blocks: list[Block]) -> Found:
    nodes = [names.node_of(block.names, (*block.titles, block.grid.title)) for block in blocks]
    often = Counter((block.grid.title, node[0]) for block, node in zip(blocks, nodes, strict=True) if node)
    matrices: list[Matrix] = []
    problems: list[Problem] = []
    for block, node in zip(blocks, nodes, strict=True):
        if node is None:
            problems += _unmatched(file, names, block)
            continue
        several = often[block.grid.title, node[0]] > 1
        label, code = names.label_of(block, node[0], several=several, stem=PurePath(file).stem)
        reader = _Reader(file, block, names, node[0], node[1])
        matrix = reader.matrix(label, code)
        problems += reader.problems
        if not reader.problems:
            matrices.append(matrix)
    return Found(file, tuple(matrices), tuple(problems))


def _unmatched(file: str, names: Names, block: Block) -> Iterator[Problem]:
    """Say which names no indicator has; or that the names belong to no one node."""
    place = {"row": block.row, "column": address(block.row, block.column), "sheet": block.grid.title}
    strangers = names.strangers(block.names)
    for name, near in strangers:
        what = _("no indicator of the survey is called “%(name)s”") % {"name": name[:60]}
        mend = _("did you mean “%(near)s”?") % {"near": near} if near else _("write its name or code")
        yield Problem(file, what, mend, **place)  # type: ignore[arg-type]
    if not strangers:
        what = _("these items are not the children of one node: %(names)s") % {"names": ", ".join(block.names)[:200]}
        mend = _("compare children of one node only, and name the node above the matrix")
        yield Problem(file, what, mend, **place)  # type: ignore[arg-type]


@dataclass
class _Reader:
    """Reads the cells of one block and notes what is wrong in each."""

    file: str
    block: Block
    names: Names
    node: str
    codes: list[str]
    problems: list[Problem] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    snaps: list[Snap] = field(default_factory=list)
    dates: list[tuple[Answer, str]] = field(default_factory=list)

    def matrix(self, label: str, code: str) -> Matrix:
        self._check_edge()
        for i in range(len(self.codes)):
            if not is_diagonal(self.block.cell(i, i)):
                what = _("an item against itself is 1, not %(text)s") % {"text": self._text(i, i)}
                self._note(i, i, what, _("write 1, or leave the cell blank"))
        for i, j in combinations(range(len(self.codes)), 2):
            self._pair(i, j)
        sheet = self.block.grid.title
        return Matrix(
            place=_("sheet “%(sheet)s”") % {"sheet": sheet} if sheet else "",
            label=label,
            code=code,
            node=self.node,
            items=len(self.names.tree.children[self.node]),
            answers=tuple(self.answers),
            snaps=tuple(self.snaps),
            dates=tuple(answer for answer, _typed in self.dates),
            typed=tuple(typed for _answer, typed in self.dates),
        )

    def _check_edge(self) -> None:
        """A name misspelt in the row or in the column would cut the matrix short without a word."""
        if self.block.frayed and len(self.codes) < len(self.names.tree.children[self.node]):
            across, down = self.block.frayed
            texts = {"one": self.block.grid.text(*across), "two": self.block.grid.text(*down)}
            places = {"across": address(*across), "down": address(*down)}
            what = _("“%(one)s” in %(across)s and “%(two)s” in %(down)s should be the same item") % (texts | places)
            mend = _("write the items in the same order and spelling along the row and down the column")
            self.problems.append(Problem(self.file, what, mend, across[0], places["across"], self.block.grid.title))

    def _text(self, i: int, j: int) -> str:
        return self.block.grid.text(*self.block.place(i, j))[:40]

    def _note(self, i: int, j: int, what: str, mend: str) -> None:
        row, column = self.block.place(i, j)
        self.problems.append(Problem(self.file, what, mend, row, address(row, column), self.block.grid.title))

    def _pair(self, i: int, j: int) -> None:
        upper, lower = read_cell(self.block.cell(i, j)), read_cell(self.block.cell(j, i))
        for (one, other), reading in (((i, j), upper), ((j, i), lower)):
            if reading.fault:
                self._note(one, other, *reading.fault)
        if upper.fault or lower.fault:
            return
        if upper.said and lower.said and upper.said != turned(lower.said):
            self._disagree(i, j, upper, lower)
            return
        if upper.empty_formula and lower.empty_formula:
            what = _("the formula has no stored result")
            self._note(i, j, what, _("open the file in a spreadsheet, let it compute, and save it"))
            return
        self._take(i, j, upper, lower)

    def _disagree(self, i: int, j: int, upper: Reading, lower: Reading) -> None:
        named = {
            "one": upper.typed,
            "other": lower.typed,
            "cell": address(*self.block.place(j, i)),
            "reciprocal": step_text(turned(upper.said)) if upper.said else "",
        }
        what = _("%(one)s here and %(other)s in %(cell)s contradict each other") % named
        self._note(i, j, what, _("write %(reciprocal)s in %(cell)s, or correct this cell") % named)

    def _take(self, i: int, j: int, upper: Reading, lower: Reading) -> None:
        """Either triangle is enough. Where one holds a date and the other a number that agrees, nothing is asked."""
        sides = [((i, j), upper), ((j, i), lower)]
        said = [(place, reading) for place, reading in sides if reading.said]
        sure = [(place, reading) for place, reading in said if not reading.date]
        for place, reading in sure:
            if reading.snapped and reading.said:
                cell = address(*self.block.place(*place))
                self.snaps.append(Snap(cell, reading.typed[:40], step_text(reading.said)))
        if not said:
            return
        (one, other), reading = (sure or said)[0]
        cell = address(*self.block.place(one, other))
        assert reading.said  # noqa: S101  only those are listed
        answer = oriented(self.names.tree, self.codes[one], self.codes[other], reading.said, cell)
        if sure:
            self.answers.append(answer)
        else:
            self.dates.append((answer, reading.typed))
