"""The indicator file: a table becomes a checked tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from surveys.files.columns import Columns, columns_of
from surveys.files.numbers import DecimalSign, NumberError, decimal_sign, number_text
from surveys.files.problems import Findings
from surveys.files.tables import Row, Table, code_problems
from surveys.files.tree import Tree, tree_problems

NUMBERS = ("low", "high", "target_low", "target_high")
CHOICES = {
    "direction": ("benefit", "cost", "target"),
    "cap": ("no", "yes"),
    "transform": ("none", "ln"),
    "aggregation": ("arithmetic", "geometric", "harmonic"),
    "missing": ("refuse", "leave_out", "reweight", "mean"),
}
SCORING = ("low", "high", "cap", "transform", "target_low", "target_high", "aggregation", "missing")
MISSING = (*CHOICES["missing"], "reweight:0.5", "value:0")  # as examples: a coverage, a value of the file's own
LONGEST = {"code": 40, "name": 200, "unit": 60, "definition": 4000}


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator: a node of the tree. `scoring` holds the filled columns of `SCORING` as text, numbers as typed.

    A leaf without a direction is a benefit; a node with children has none.
    """

    row: int
    code: str
    parent: str
    names: Mapping[str, str]
    definitions: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    direction: str = ""
    aliases: tuple[str, ...] = ()
    scoring: Mapping[str, str] = field(default_factory=dict)


def read_indicators(table: Table, language: str = "zh-hans") -> list[IndicatorRow]:
    """Return the checked rows in the order of the file, or raise `FileErrors` with everything wrong.

    The columns `name` and `definition` are texts in `language`; `name_en` and the like carry their own tag.
    """
    findings = Findings(table.file)
    columns = columns_of(
        table,
        findings,
        required=("code", "parent", "name"),
        optional=("definition", "unit", "direction", "aliases", *SCORING),
        tagged=("name", "definition"),
    )
    findings.problems += code_problems(table, (columns.places["code"], columns.places["parent"]))
    rows = [_Reader(columns, findings, language, _sign(table, columns)).row(row) for row in table.rows]
    findings.problems += tree_problems(table, rows, columns)
    findings.refuse_any()
    tree = Tree(rows)
    rows = [_with_direction(row, tree) for row in rows]
    for row in rows:
        _check_place(row, tree, columns, findings)
    findings.refuse_any()
    return rows


def _sign(table: Table, columns: Columns) -> DecimalSign:
    texts = (columns.text(row, name) for row in table.rows for name in NUMBERS)
    return decimal_sign(texts, table.separator)


@dataclass
class _Reader:
    """Turns the cells of a row into an indicator and notes what is wrong in each."""

    columns: Columns
    findings: Findings
    language: str
    sign: DecimalSign

    def row(self, row: Row) -> IndicatorRow:
        names = self._texts(row, "name")
        code = self._short(row, "code")
        for name, said in (("code", code), ("name", names.get(self.language, ""))):
            if not said:
                self._note(row, name, _("the %(name)s is blank") % {"name": name}, _("fill it in"))
        return IndicatorRow(
            row=row.number,
            code=code,
            parent=self._short(row, "parent", "code"),
            names=names,
            definitions=self._texts(row, "definition"),
            unit=self._short(row, "unit"),
            direction=self._choice(row, "direction"),
            aliases=tuple(filter(None, (alias.strip() for alias in self.columns.text(row, "aliases").split("|")))),
            scoring={name: text for name in SCORING if (text := self._scoring(row, name))},
        )

    def _note(self, row: Row, column: str, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=row.number, column=self.columns.label(column, row))

    def _short(self, row: Row, name: str, kind: str = "") -> str:
        text, most = self.columns.text(row, name), LONGEST[kind or name.partition("_")[0]]
        if len(text) > most:
            what = _("the text has %(length)d characters, at most %(most)d fit") % {"length": len(text), "most": most}
            self._note(row, name, what, _("shorten it"))
        if name in ("code", "parent") and "\n" in text:
            self._note(row, name, _("the code has a line break"), _("write it on one line"))
        return text

    def _texts(self, row: Row, stem: str) -> dict[str, str]:
        tagged = self.columns.tagged(stem, self.language)
        return {tag: text for tag, name in tagged.items() if (text := self._short(row, name))}

    def _choice(self, row: Row, name: str) -> str:
        text = self.columns.text(row, name).casefold()
        if text and text not in CHOICES[name]:
            named = {"text": self.columns.text(row, name), "name": name}
            what = _("“%(text)s” is not a value of %(name)s") % named
            known = MISSING if name == "missing" else CHOICES[name]
            self._note(row, name, what, _("write one of: %(values)s") % {"values": ", ".join(known)})
            return ""
        return text

    def _scoring(self, row: Row, name: str) -> str:
        text = self.columns.text(row, name)
        if name in NUMBERS:
            return self._number(row, name, text)
        if name == "missing" and ":" in text:
            return self._missing(row, text)
        return self._choice(row, name)

    def _number(self, row: Row, name: str, text: str) -> str:
        if not text:
            return ""
        try:
            return number_text(text, self.sign)
        except NumberError as error:
            self._note(row, name, error.what, error.mend)
            return ""

    def _missing(self, row: Row, text: str) -> str:
        """Read `value:X`, the value that stands for what is missing, or `reweight:X`, the coverage that suffices."""
        kind, _colon, number = (part.strip() for part in text.partition(":"))
        if kind.casefold() not in ("value", "reweight"):
            what = _("“%(text)s” is not a value of %(name)s") % {"text": text, "name": "missing"}
            self._note(row, "missing", what, _("write one of: %(values)s") % {"values": ", ".join(MISSING)})
            return ""
        found = self._number(row, "missing", number or "?")
        if found and kind.casefold() == "reweight" and not 0 <= float(found) <= 1:
            what = _("the coverage %(text)s is not between 0 and 1") % {"text": number}
            self._note(row, "missing", what, _("write the share that must be present, as reweight:0.5"))
        return f"{kind.casefold()}:{found}" if found else ""


def _with_direction(row: IndicatorRow, tree: Tree) -> IndicatorRow:
    if row.direction or tree.children[row.code]:
        return row
    return replace(row, direction="benefit")


def _check_place(row: IndicatorRow, tree: Tree, columns: Columns, findings: Findings) -> None:
    """Refuse what says nothing where it stands: a direction of a node, an aggregation of a leaf, a half target."""
    for name, what, mend in rule_faults(row, leaf=not tree.children[row.code]):
        place = next(table_row for table_row in columns.table.rows if table_row.number == row.row)
        findings.add(what, mend, row=row.row, column=columns.label(name, place))


def rule_faults(row: IndicatorRow, *, leaf: bool) -> Iterator[tuple[str, str, str]]:
    """What of a row's rules of scoring cannot be: the column, what is wrong, how to mend it."""
    return _wrong_in_leaf(row) if leaf else _misplaced(row)


def _misplaced(row: IndicatorRow) -> Iterator[tuple[str, str, str]]:
    mend = _("leave the cell blank: it belongs to the indicators that are measured")
    if row.direction:
        yield "direction", _("%(code)s has children, so it has no direction") % {"code": row.code}, mend
    for name in ("low", "high", "cap", "transform", "target_low", "target_high"):
        text = row.scoring.get(name)
        if text and text != CHOICES.get(name, ("",))[0]:
            yield name, _("%(code)s has children, so it has no %(name)s") % {"code": row.code, "name": name}, mend


def _wrong_in_leaf(row: IndicatorRow) -> Iterator[tuple[str, str, str]]:
    scoring = row.scoring
    if scoring.get("aggregation", "arithmetic") != "arithmetic":
        what = _("%(code)s has no children to aggregate") % {"code": row.code}
        yield "aggregation", what, _("leave the cell blank")
    targets = [name for name in ("target_low", "target_high") if name in scoring]
    if row.direction == "target" and len(targets) < 2:
        what = _("%(code)s has the direction target but no whole target") % {"code": row.code}
        yield "direction", what, _("fill in target_low and target_high, the same number in both for a single value")
    if row.direction != "target" and targets:
        what = _("%(code)s has a target but not the direction target") % {"code": row.code}
        yield targets[0], what, _("write target as the direction, or leave the target blank")
    yield from _wrong_numbers(scoring)


def _wrong_numbers(scoring: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Bounds stand in this order: low < target_low <= target_high < high. Under ln all are above 0."""
    given = [(name, float(scoring[name])) for name in ("low", "target_low", "target_high", "high") if name in scoring]
    for (name, value), (next_name, next_value) in pairwise(given):
        may_be_equal = name == "target_low" and next_name == "target_high"
        if value > next_value or (value == next_value and not may_be_equal):
            what = _("%(name)s is not below %(next)s") % {"name": name, "next": next_name}
            yield next_name, what, _("correct one of the two")
    for name, value in given:
        if scoring.get("transform") == "ln" and value <= 0:
            what = _("%(name)s is not above 0, so it has no logarithm") % {"name": name}
            yield name, what, _("correct it, or write none as the transform")
