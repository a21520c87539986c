"""An indicator table with other people's headings: which column is what, guessed and then said, and the tree it makes.

The levels of the tree may stand side by side (一级指标 | 二级指标 | 三级指标, cells merged or repeated). What is made
here and was not in the file (codes from the order, a topmost node) is said in `notes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.files.headings import LEVELS, direction_of
from surveys.files.problems import Findings
from surveys.files.tables import Row, Table

TOP = "0"


@dataclass(frozen=True)
class MappedTable(Table):
    """The table under our headings; a fault is still told by the cell of the file it comes from."""

    labels: Mapping[tuple[int | None, int], str] = field(default_factory=dict)

    def column(self, index: int, row: int | None = None) -> str:
        return self.labels.get((row, index)) or self.labels.get((None, index)) or self.header[index]


@dataclass(frozen=True)
class Mapped:
    table: MappedTable
    notes: list[str]


def mapped(table: Table, roles: Sequence[str], *, top: str) -> Mapped:
    """The table under our headings. `top` names the topmost node where the file has none. Raises FileErrors."""
    findings = Findings(table.file)
    places = _places(table, roles, findings)
    levels = [places[role] for role in LEVELS if role in places]
    if "name" in places and (levels or "code" not in places):
        levels.append(places["name"])
    work = _Work(table, places, levels, top, findings)
    if levels:
        work.by_levels()
    else:
        work.by_codes()
    findings.refuse_any()
    return Mapped(work.table(), work.notes)


def _places(table: Table, roles: Sequence[str], findings: Findings) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, role in enumerate(roles):
        if role and role in places:
            what = _("two columns are said to be %(role)s") % {"role": role}
            findings.add(what, _("choose one of them"), row=table.heading, column=table.column(place))
        elif role:
            places[role] = place
    if "name" not in places and not any(role in places for role in LEVELS):
        findings.add(_("no column holds the names"), _("say which column is the name, or which are the levels"))
    elif "parent" in places and "code" not in places:
        findings.add(
            _("there are parents but no codes"), _("say which column is the code, or use the columns of levels")
        )
    findings.refuse_any()
    return places


@dataclass
class _Node:
    """One node to be: its code, its parent's, and the row of the file that tells the rest."""

    row: Row
    name: str
    name_place: int
    parent: tuple[str, ...] = ()
    told: bool = False
    code: str = ""


class _Work:
    """One table on its way to rows under our headings."""

    def __init__(self, table: Table, places: dict[str, int], levels: list[int], top: str, findings: Findings) -> None:
        self.source, self.places, self.levels, self.top, self.findings = table, places, levels, top, findings
        self.notes: list[str] = []
        self.nodes: list[tuple[_Node, str]] = []  # with the code of the parent
        skipped = ("code", "parent", "name", *LEVELS)
        self.rest = [role for role in places if role not in skipped]

    # --- the levels side by side ---

    def by_levels(self) -> None:
        found: dict[tuple[str, ...], _Node] = {}
        path: list[str] = []
        for row in self.source.rows:
            path = self._path(row, path)
            for depth in range(1, len(path) + 1):
                key = tuple(path[:depth])
                node = found.setdefault(key, _Node(row, key[-1], self.levels[depth - 1], key[:-1]))
                if depth == len(path):
                    self._tell(node, row)
        self.findings.refuse_any()
        self._coded(found)

    def _path(self, row: Row, path: list[str]) -> list[str]:
        """The names from the top down to this row's own; a blank cell is what stands above it."""
        texts = [row.cells[place] for place in self.levels]
        depth = max((at for at, text in enumerate(texts) if text), default=-1)
        if depth < 0:
            self._note(row, self.levels[0], _("no level is filled in"), _("write a name, or remove the row"))
            return path
        for at in range(depth + 1):
            if texts[at] and (len(path) <= at or path[at] != texts[at] or at == depth):
                path = [*path[:at], texts[at]]
            elif not texts[at] and len(path) <= at:
                self._note(row, self.levels[at], _("the level above the name is blank"), _("fill it in"))
                return path
        return path

    def _tell(self, node: _Node, row: Row) -> None:
        if node.told:
            what = _("“%(name)s” comes twice under the same node") % {"name": node.name}
            self._note(row, node.name_place, what, _("remove one of the rows, or correct the name"))
        node.row, node.told = row, True

    def _coded(self, found: Mapping[tuple[str, ...], _Node]) -> None:
        """Codes from the file where it has some, else from the order: 1, 1.1, 1.1.1."""
        tops = [key for key in found if len(key) == 1]
        single = len(tops) == 1
        if not single:
            self._add_top()
        counts: dict[tuple[str, ...], int] = {}
        made = 0
        for key in _depth_first(found):
            node = found[key]
            counts[key[:-1]] = counts.get(key[:-1], 0) + 1
            above = found[key[:-1]].code if key[:-1] else ""
            stem = "" if above in ("", TOP) else f"{above}."
            own = self._cell(node.row, "code") if node.told else ""
            node.code = own or (TOP if single and len(key) == 1 else f"{stem}{counts[key[:-1]]}")
            made += not own
            self.nodes.append((node, above or ("" if single else TOP)))
        if made:
            self.notes.append(_("%(count)d codes were made from the order of the rows.") % {"count": made})

    # --- a code in each row ---

    def by_codes(self) -> None:
        rows = self.source.rows
        codes = {self._cell(row, "code") for row in rows}
        names: dict[str, list[str]] = {}
        for row in rows:
            names.setdefault(self._cell(row, "name"), []).append(self._cell(row, "code"))
        parents = [self._parent(row, codes, names) for row in rows]
        tops = [at for at, parent in enumerate(parents) if not parent]
        if len(tops) > 1 and "parent" not in self.places and TOP in codes:
            parents = [
                parent or ("" if self._cell(row, "code") == TOP else TOP)
                for row, parent in zip(rows, parents, strict=True)
            ]
        elif len(tops) > 1 and TOP not in codes:
            self._add_top()
            parents = [parent or TOP for parent in parents]
        if "parent" not in self.places:
            self.notes.append(_("What hangs under what was read from the points in the codes: 1.2.3 under 1.2."))
        for row, parent in zip(rows, parents, strict=True):
            node = _Node(row, self._cell(row, "name"), self.places["name"], told=True, code=self._cell(row, "code"))
            self.nodes.append((node, parent))

    def _parent(self, row: Row, codes: set[str], names: Mapping[str, list[str]]) -> str:
        if "parent" not in self.places:
            return self._cell(row, "code").rpartition(".")[0]
        said = self._cell(row, "parent")
        if said and said not in codes and len(names.get(said, [])) == 1:
            sentence = _("Where a parent was given by its name, its code was put.")
            if sentence not in self.notes:
                self.notes.append(sentence)
            return names[said][0]
        return said

    # --- both ---

    def _add_top(self) -> None:
        row = Row(self.source.heading, ("",) * len(self.source.header))
        self.nodes.append((_Node(row, self.top, -1, code=TOP), ""))
        named = {"name": self.top, "code": TOP}
        self.notes.append(_("The file has no topmost node: “%(name)s” was put there, with the code %(code)s.") % named)

    def table(self) -> MappedTable:
        header = ("code", "parent", "name", *self.rest)
        rows = tuple(Row(node.row.number, self._cells(node, parent)) for node, parent in self.nodes)
        own = [
            self.places.get("code", -1),
            self.places.get("parent", -1),
            -1,
            *(self.places[role] for role in self.rest),
        ]
        labels: dict[tuple[int | None, int], str] = {}
        for node, _parent in self.nodes:
            for at, place in enumerate([*own[:2], node.name_place, *own[3:]]):
                if place >= 0:
                    labels[node.row.number, at] = self.source.column(place, node.row.number)
        shown = {
            (row, at): text
            for (row, place), text in self.source.shown.items()
            for at, other in enumerate(own)
            if other == place
        }
        return MappedTable(
            self.source.file, header, rows, self.source.separator, shown, self.source.heading, labels=labels
        )

    def _cells(self, node: _Node, parent: str) -> tuple[str, ...]:
        told = [self._rest(node, role) for role in self.rest]
        return (node.code, parent, node.name, *told)

    def _rest(self, node: _Node, role: str) -> str:
        if not node.told:
            return ""
        text = self._cell(node.row, role)
        return direction_of(text) if role == "direction" else text

    def _cell(self, row: Row, role: str) -> str:
        place = self.places.get(role)
        return "" if place is None else row.cells[place]

    def _note(self, row: Row, place: int, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=row.number, column=self.source.column(place, row.number))


def _depth_first(found: Mapping[tuple[str, ...], _Node]) -> list[tuple[str, ...]]:
    """Tree order, siblings as they came first."""
    place = {key: at for at, key in enumerate(found)}
    return sorted(found, key=lambda key: [place[key[: depth + 1]] for depth in range(len(key))])
