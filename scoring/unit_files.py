"""The file of a list of units: a table becomes checked rows; and the list as a table again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.files.columns import Columns, columns_of
from surveys.files.problems import FileErrors, Findings, Problem
from surveys.files.tables import Row, Table, code_problems

LONGEST = {"code": 40, "name": 200, "region": 100, "type": 100, "parent": 200}
LARGEST_TILE = 99
MOST_ALIASES = 20


@dataclass(frozen=True)
class UnitRow:
    """One unit of a file. Texts are by language; `parent` is the code of the unit it lies in, of this list or another.

    `tile` is row and column in a tile grid, empty where the unit is not drawn.
    """

    row: int
    code: str
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    tile: tuple[int, int] | tuple[()] = ()


def read_units(table: Table, language: str, others: Mapping[str, str]) -> list[UnitRow]:
    """Return the checked rows in the order of the file, or raise `FileErrors` with everything wrong.

    `others` are what units of other lists are called (code, name or another name → code), for the column `parent`; its
    cells come back as codes. The columns name, region and type are texts in `language`; name_en says its own.
    """
    findings = Findings(table.file)
    columns = columns_of(
        table, findings, required=("code", "name"),
        optional=("aliases", "region", "type", "parent", "tile_row", "tile_column"), tagged=("name", "region", "type"),
    )  # fmt: skip
    places = [columns.places[name] for name in ("code", "parent") if name in columns.places]
    findings.problems += code_problems(table, places)
    reader = _Reader(columns, findings, language)
    rows = [reader.row(row) for row in table.rows]
    if not rows:
        raise FileErrors([*findings.problems, _no_rows(table)])
    _check_double(rows, columns, findings)
    rows = [reader.placed(row, rows, others) for row in rows]
    _check_circles(rows, columns, findings)
    findings.refuse_any()
    return rows


@dataclass
class _Reader:
    columns: Columns
    findings: Findings
    language: str

    def row(self, row: Row) -> UnitRow:
        code, names = self._short(row, "code"), self._texts(row, "name")
        for column, said in (("code", code), ("name", names.get(self.language, ""))):
            if not said:
                self._note(row.number, column, _("the %(name)s is blank") % {"name": column}, _("fill it in"))
        return UnitRow(
            row.number, code, names, self._aliases(row), self._texts(row, "region"), self._texts(row, "type"),
            self._short(row, "parent"), self._tile(row),
        )  # fmt: skip

    def placed(self, row: UnitRow, rows: Sequence[UnitRow], others: Mapping[str, str]) -> UnitRow:
        """The same with the code of its parent, which the file may have named."""
        if not row.parent:
            return row
        called = {**others, **{name: each.code for each in rows for name in each.names.values()}}
        called |= {each.code: each.code for each in rows}
        found = called.get(row.parent, "")
        if not found:
            what = _("there is no unit “%(text)s” in this file or in another list") % {"text": row.parent}
            self._note(row.row, "parent", what, _("bring the list of the larger units first, or correct the cell"))
        return UnitRow(row.row, row.code, row.names, row.aliases, row.regions, row.kinds, found, row.tile)

    def _note(self, number: int, column: str, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=number, column=self.columns.label(column))

    def _short(self, row: Row, name: str) -> str:
        text, most = self.columns.text(row, name), LONGEST[name.partition("_")[0]]
        if len(text) > most:
            what = _("the text has %(length)d characters, at most %(most)d fit") % {"length": len(text), "most": most}
            self._note(row.number, name, what, _("shorten it"))
        return text

    def _texts(self, row: Row, stem: str) -> dict[str, str]:
        tagged = self.columns.tagged(stem, self.language)
        return {tag: text for tag, name in tagged.items() if (text := self._short(row, name))}

    def _aliases(self, row: Row) -> tuple[str, ...]:
        found = aliases_in(self.columns.text(row, "aliases"))
        if len(found) > MOST_ALIASES or any(len(alias) > LONGEST["name"] for alias in found):
            what = _("at most %(most)d other names of %(length)d characters fit") % {
                "most": MOST_ALIASES, "length": LONGEST["name"],
            }  # fmt: skip
            self._note(row.number, "aliases", what, _("shorten it"))
        return found

    def _tile(self, row: Row) -> tuple[int, int] | tuple[()]:
        texts = [self.columns.text(row, name) for name in ("tile_row", "tile_column")]
        if not any(texts):
            return ()
        if not all(text.isascii() and text.isdigit() and int(text[:9]) <= LARGEST_TILE for text in texts):
            what = _("a place in the tile grid is a row and a column from 0 to %(most)d") % {"most": LARGEST_TILE}
            self._note(row.number, "tile_row", what, _("fill in both, or neither"))
            return ()
        return int(texts[0]), int(texts[1])


def aliases_in(text: str) -> tuple[str, ...]:
    """Other names, each once, as they are written in one cell.

    >>> aliases_in("内蒙古 | 蒙| 内蒙古")
    ('内蒙古', '蒙')
    """
    return tuple(dict.fromkeys(filter(None, (alias.strip() for alias in text.split("|")))))


def _no_rows(table: Table) -> Problem:
    return Problem(table.file, _("there is no unit in the file"), _("write a row for each unit below the heading"))


def _check_double(rows: Sequence[UnitRow], columns: Columns, findings: Findings) -> None:
    codes: dict[str, int] = {}
    tiles: dict[tuple[int, ...], int] = {}
    for row in rows:
        if row.code and row.code in codes:
            named = {"code": row.code, "row": codes[row.code]}
            what = _("the code %(code)s stands in row %(row)d already") % named
            findings.add(what, _("give every unit a code of its own"), row=row.row, column=columns.label("code"))
        if row.tile and row.tile in tiles:
            what = _("this place in the tile grid is taken by row %(row)d") % {"row": tiles[row.tile]}
            findings.add(what, _("give every tile a place of its own"), row=row.row, column=columns.label("tile_row"))
        codes.setdefault(row.code, row.row)
        tiles.setdefault(row.tile, row.row)


def _check_circles(rows: Sequence[UnitRow], columns: Columns, findings: Findings) -> None:
    """A unit that lies, over others or not, in itself."""
    above = {row.code: row.parent for row in rows}
    for row in rows:
        if row.code in _chain(row.parent, above):
            what = _("%(code)s would lie in itself") % {"code": row.code}
            findings.add(what, _("name the larger unit"), row=row.row, column=columns.label("parent"))


def _chain(code: str, above: Mapping[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while code and code not in seen:
        yield code
        seen.add(code)
        code = above.get(code, "")
