"""The hierarchy text of AHP-OS, read: `Goal: A, B; A: a1=0.3, a2=0.7;`

A statement names a node and its children. The first one is the goal, the only node that is nobody's child. A child may
carry its local weight; the text of a project that was answered does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from surveys.files.indicators import IndicatorRow
from surveys.files.numbers import NumberError, number_text
from surveys.files.problems import FileErrors, Findings
from surveys.files.tables import UNSEEN

LONGEST_TEXT = 100_000
LONGEST_NAME = 60
SUM_TOLERANCE = 0.001  # weights are written with few decimals
GOAL = "G"


@dataclass(frozen=True)
class Hierarchy:
    """A checked text: nodes in tree order with their children, and the local weights that it states, as typed."""

    goal: str
    children: Mapping[str, Sequence[str]]
    weights: Mapping[str, str]
    lines: Mapping[str, int]

    def codes(self) -> dict[str, str]:
        """Names → codes made from the order, in tree order: G, C1, C1.1, C1.2, C2."""
        codes: dict[str, str] = {}
        stack = [(self.goal, GOAL)]
        while stack:
            node, code = stack.pop()
            codes[node] = code
            below = "C" if node == self.goal else f"{code}."
            children = list(enumerate(self.children.get(node, ()), start=1))
            stack += [(child, f"{below}{place}") for place, child in reversed(children)]
        return codes

    def rows(self, language: str) -> list[IndicatorRow]:
        """As the checked rows of an indicator file; what is measured counts as a benefit until somebody says other."""
        codes = self.codes()
        parents = {child: node for node, children in self.children.items() for child in children}
        return [
            IndicatorRow(
                row=self.lines[name],
                code=code,
                parent=codes[parents[name]] if name in parents else "",
                names={language: name},
                direction="" if name in self.children else "benefit",
            )
            for name, code in codes.items()
        ]


@dataclass(frozen=True)
class _Name:
    """A name where it stands: line and column, both from 1."""

    text: str
    line: int
    column: int
    weight: str = ""


def read_hierarchy(text: str, file: str) -> Hierarchy:
    """Return the checked hierarchy, or raise `FileErrors` with everything wrong."""
    findings = Findings(file)
    if len(text) > LONGEST_TEXT:
        findings.add(_("the text has more than %(count)d characters") % {"count": LONGEST_TEXT}, _("split it"))
        findings.refuse_any()
    reader = _Reader(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), findings)
    reader.read()
    findings.refuse_any()
    reader.check_tree()
    findings.refuse_any()
    return reader.hierarchy()


@dataclass
class _Reader:
    """Splits the text into statements and notes what is wrong in each, with its line and column."""

    text: str
    findings: Findings
    branches: list[tuple[_Name, list[_Name]]] = field(default_factory=list)

    def read(self) -> None:
        start = 0
        for end in (found.start() for found in re.finditer(";", self.text)):
            self._statement(start, end)
            start = end + 1
        rest = self.text[start:]
        if rest.strip():
            mend = _("end every statement with a semicolon")
            if any(sign in rest for sign in "：；，"):
                mend = _("write the signs : ; , in half width")
            self._note(start + len(rest) - len(rest.lstrip()), _("the text does not end with a semicolon"), mend)
        elif not self.branches and not self.findings.problems:
            self._note(0, _("the text is empty"), _("write “Goal: A, B;”"))

    def _statement(self, start: int, end: int) -> None:
        said = self.text[start:end]
        if not said.strip():
            self._note(start, _("there is nothing before this semicolon"), _("delete it"))
            return
        if said.count(":") != 1:
            what = _("a statement has one colon, this one has %(count)d") % {"count": said.count(":")}
            mend = _("write “Node: child, child;” and end it with a semicolon")
            self._note(start + len(said) - len(said.lstrip()), what, mend)
            return
        colon = start + said.index(":")
        node = self._name(start, colon)
        if node.weight:
            self._note(start, _("the node has a weight"), _("write it where the node is named as a child"))
        children = [self._name(*part) for part in self._parts(colon + 1, end)]
        if len(children) < 2:
            what = _("“%(name)s” has fewer than two children") % {"name": node.text}
            self._note_at(node, what, _("name two at least, or leave the statement out"))
        self._check_weights(node, children)
        self.branches.append((node, children))

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for part in self.text[start:end].split(","):
            yield start, start + len(part)
            start += len(part) + 1

    def _name(self, start: int, end: int) -> _Name:
        raw = self.text[start:end]
        begin = start + len(raw) - len(raw.lstrip())
        spelt, equals, weight = raw.partition("=")
        line, column = self._place(begin)
        name = _Name(" ".join(spelt.split()), line, column, self._weight(begin, weight) if equals else "")
        self._check_name(name)
        return name

    def _check_name(self, name: _Name) -> None:
        if not name.text:
            self._note_at(name, _("a name is missing"), _("write it, or delete the comma"))
        elif len(name.text) > LONGEST_NAME:
            what = _("the name has %(length)d characters, at most %(most)d fit") % {
                "length": len(name.text),
                "most": LONGEST_NAME,
            }
            self._note_at(name, what, _("shorten it"))
        elif re.fullmatch(r"[\d.,\s]+", name.text):
            self._note_at(name, _("“%(name)s” is a number, not a name") % {"name": name.text}, _("write a name"))
        if re.search("[~<>]", name.text) or UNSEEN.search(name.text):
            what = _("“%(name)s” holds a sign that cannot stand in a name") % {"name": UNSEEN.sub("�", name.text)}
            self._note_at(name, what, _("leave out ~, <, > and unseen characters"))

    def _weight(self, at: int, text: str) -> str:
        try:
            number = number_text(text.strip())
        except NumberError as error:
            self._note(at, error.what, error.mend)
            return ""
        if not 0 <= float(number) <= 1:
            what = _("the weight %(text)s is not between 0 and 1") % {"text": number}
            self._note(at, what, _("write the local weight as a share, as 0.25"))
        return number

    def _check_weights(self, node: _Name, children: Sequence[_Name]) -> None:
        weights = [float(child.weight) for child in children if child.weight]
        named = {"name": node.text, "sum": f"{sum(weights):.4f}"}
        if weights and len(weights) < len(children):
            what = _("some children of “%(name)s” have a weight and some have none") % named
            self._note_at(node, what, _("give every child its weight, or none"))
        elif weights and abs(sum(weights) - 1) > SUM_TOLERANCE:
            what = _("the weights of the children of “%(name)s” add up to %(sum)s, not to 1") % named
            self._note_at(node, what, _("correct them, or leave them out"))

    def check_tree(self) -> None:
        """Every name once as a child, every node once, one root, and all of it hanging together."""
        nodes: dict[str, _Name] = {}
        for node, _children in self.branches:
            self._once(nodes, node, _("“%(name)s” has its children in line %(line)d already"))
        children: dict[str, _Name] = {}
        for child in (child for _node, several in self.branches for child in several):
            self._once(children, child, _("the name “%(name)s” stands in line %(line)d already"))
        goal = self.branches[0][0]
        if goal.text in children:
            what = _("the goal “%(name)s” is itself a child") % {"name": goal.text}
            self._note_at(children[goal.text], what, _("write the statement of the goal first"))
        for name, node in nodes.items():
            if name != goal.text and name not in children:
                what = _("“%(name)s” is nobody's child") % {"name": name}
                mend = _("name it as a child of another node; upper and lower case differ")
                self._note_at(node, what, mend)
        if not self.findings.problems:
            self._check_reached(nodes, goal)

    def _check_reached(self, nodes: Mapping[str, _Name], goal: _Name) -> None:
        below = {node.text: [child.text for child in children] for node, children in self.branches}
        reached, stack = set[str](), [goal.text]
        while stack:
            name = stack.pop()
            if name not in reached:
                reached.add(name)
                stack += below.get(name, [])
        for name, node in nodes.items():
            if name not in reached:
                what = _("“%(name)s” does not hang below the goal") % {"name": name}
                self._note_at(node, what, _("its nodes name each other in a circle: name one of them above"))

    def _once(self, seen: dict[str, _Name], name: _Name, sentence: str) -> None:
        first = seen.setdefault(name.text, name)
        if first is not name:
            what = sentence % {"name": name.text, "line": first.line}
            self._note_at(name, what, _("give each indicator a name of its own"))

    def hierarchy(self) -> Hierarchy:
        goal = self.branches[0][0]
        names = [goal, *(child for _node, children in self.branches for child in children)]
        return Hierarchy(
            goal.text,
            {node.text: [child.text for child in children] for node, children in self.branches},
            {name.text: name.weight for name in names if name.weight},
            {name.text: name.line for name in names},
        )

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, at)
        return line, at - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        """Looked up and not counted anew: a text may have a hundred thousand faults."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def _note(self, at: int, what: str, mend: str) -> None:
        line, column = self._place(at)
        self.findings.add(what, mend, row=line, column=str(column))

    def _note_at(self, name: _Name, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=name.line, column=str(name.column))


def decoded(content: bytes, file: str) -> str:
    """The text of an uploaded file."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    findings = Findings(file)
    findings.add(_("the file is not text"), _("save the hierarchy as a text file in UTF-8"))
    raise FileErrors(findings.problems)
