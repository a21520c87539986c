"""A project of AHP-OS as JSON: the hierarchy, and each participant's comparisons as two rows of digits.

`ab` says for each pair of the upper triangle, row by row, which item is more important (0 the first, 1 the second);
`intense` says how much: (0, 0, 1) and (3, 5, 7) are [[1, 3, 5], [1/3, 1, 1/7], [1/5, 7, 1]].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.files.ahp_os import Hierarchy, decoded, read_hierarchy
from surveys.files.matrices.cells import Said
from surveys.files.matrices.found import Answer, Asked, Found, Matrix, oriented
from surveys.files.matrices.names import Names
from surveys.files.problems import FileErrors, Problem
from surveys.files.tables import UNSEEN

MOST_ROWS = 20_000
JSON_STARTS = (b"{", b"[")


def is_json(content: bytes) -> bool:
    return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(JSON_STARTS)


def comparisons(ab: str, intense: str) -> list[Said]:
    """The pairs of the upper triangle, row by row: which is more important, and how much. Raises ValueError.

    >>> comparisons("001", "357")
    [('a', 3), ('a', 5), ('b', 7)]
    """
    if len(ab) != len(intense) or set(ab) - set("01") or set(intense) - set("123456789"):
        raise ValueError(ab)
    return [
        ("equal", 1) if digit == "1" else ("b" if side == "1" else "a", int(digit))
        for side, digit in zip(ab, intense, strict=True)
    ]


def read_project(content: bytes, file: str, asked: Asked) -> Found:
    """Return the matrices of all participants. Raises `FileErrors` where the file is no project of theirs."""
    project = _json(content, file)
    heads = project.get("pj")
    head = heads[0] if isinstance(heads, list) and heads else heads
    text = _text(head, "hText") if isinstance(head, dict) else ""
    if not text:
        _refuse(file, _("the project has no hierarchy text (pj, project_hText)"))
    hierarchy = read_hierarchy(text, file)
    rows = project.get("pwc")
    if not isinstance(rows, list) or not rows:
        _refuse(file, _("the project has no comparisons (pwc)"))
    if len(rows) > MOST_ROWS:
        _refuse(file, _("there are more than %(rows)d rows") % {"rows": MOST_ROWS})
    reader = _Reader(file, hierarchy, Names(asked))
    for number, row in enumerate(rows, start=1):
        reader.row(number, row)
    return Found(file, tuple(reader.matrices), tuple(reader.problems), tuple(reader.notes()))


def _json(content: bytes, file: str) -> Mapping[str, Any]:
    def refuse_constant(name: str) -> NoReturn:
        raise ValueError(name)

    try:
        project = json.loads(decoded(content, file), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, FileErrors):
            raise
        _refuse(file, _("the file is not whole JSON"))
    if not isinstance(project, dict) or "pj" not in project:
        _refuse(file, _("the file is no project of AHP-OS: it has no “pj”"))
    return project


def _refuse(file: str, what: str) -> NoReturn:
    raise FileErrors([Problem(file, what, _("export the project once more and choose that file"))])


def _text(row: Mapping[str, Any], name: str) -> str:
    """A field of a row, with the name of its table before it or without. JSON may hold halves of characters."""
    for key in (f"project_{name}", f"pwc_{name}", name):
        value = row.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value).encode("utf-8", "replace").decode("utf-8")
            return text if name == "hText" else " ".join(UNSEEN.sub("", text).split())
    return ""


@dataclass
class _Reader:
    """Turns rows of comparisons into matrices; what fits no node of the survey is told once."""

    file: str
    hierarchy: Hierarchy
    names: Names
    matrices: list[Matrix] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)
    of_alternatives: int = 0

    def row(self, number: int, row: object) -> None:
        if not isinstance(row, dict):
            self._note(number, _("the row is no object"), _("export the project once more"))
            return
        node, label = _text(row, "node"), _text(row, "part")[:120]
        children = self.hierarchy.children.get(node)
        if children is None:
            self._no_node(number, node)
        elif not label:
            self._note(number, _("the row names no participant"), _("export the project once more"))
        elif (place := self._node(number, node, children)) is not None:
            self._matrix(number, row, label, children, place)

    def _no_node(self, number: int, node: str) -> None:
        """With alternatives, AHP-OS compares these below each leaf: that is no judgment about the tree."""
        if any(node in children for children in self.hierarchy.children.values()):
            self.of_alternatives += 1
        else:
            what = _("the hierarchy has no node “%(name)s”") % {"name": node[:60]}
            self._note(number, what, _("export the project once more"))

    def _node(self, number: int, node: str, children: Sequence[str]) -> tuple[str, list[str]] | None:
        found = self.names.node_of(children, (node,))
        if found is None and node not in self.strange:
            self.strange.add(node)
            for what, mend in self._unmatched(node, children):
                self._note(number, what, mend)
        return found

    def _unmatched(self, node: str, children: Sequence[str]) -> Iterator[tuple[str, str]]:
        strangers = self.names.strangers(children)
        for name, near in strangers:
            mend = _("did you mean “%(near)s”?") % {"near": near} if near else _("give an indicator this alias")
            yield _("no indicator of the survey is called “%(name)s”") % {"name": name[:60]}, mend
        if not strangers:
            what = _("the children of “%(name)s” are not the children of one node of the survey") % {"name": node[:60]}
            yield what, _("choose the survey on the edition that has the same tree")

    def _matrix(
        self, number: int, row: Mapping[str, Any], label: str, children: Sequence[str], place: tuple[str, list[str]]
    ) -> None:
        node, codes = place
        pairs = list(combinations(range(len(children)), 2))
        try:
            said = comparisons(_text(row, "ab"), _text(row, "intense"))
        except ValueError:
            said = []
        if len(said) != len(pairs):
            named = {"name": label[:60], "count": len(pairs)}
            what = _("the comparisons of “%(name)s” are not %(count)d digits 0 or 1 and as many from 1 to 9") % named
            self._note(number, what, _("export the project once more"))
            return
        answers: list[Answer] = []
        for (i, j), one in zip(pairs, said, strict=True):
            cell = f"{children[i]} – {children[j]}"
            answers.append(oriented(self.names.tree, codes[i], codes[j], one, cell))
        where = _("row %(row)d of pwc") % {"row": number}
        items = len(self.names.tree.children[node])
        self.matrices.append(Matrix(where, label, self.names.known(label), node, items, tuple(answers)))

    def notes(self) -> Iterator[str]:
        if self.of_alternatives:
            yield ngettext(
                "%(count)d matrix compares alternatives, not indicators: it is left out.",
                "%(count)d matrices compare alternatives, not indicators: they are left out.",
                self.of_alternatives,
            ) % {"count": self.of_alternatives}

    def _note(self, number: int, what: str, mend: str) -> None:
        self.problems.append(Problem(self.file, what, mend, number, "pwc"))
