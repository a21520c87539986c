"""A questionnaire that was filled in outside: the expert's own workbook, or a table of judgments, becomes answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from django.utils.translation import gettext as _

from surveys import sheet
from surveys.files.columns import Columns
from surveys.files.judgments import COLUMNS as PLAIN_COLUMNS
from surveys.files.judgments import JudgmentRow, read_judgments
from surveys.files.problems import FileErrors, Findings, Problem
from surveys.files.records import UPLOAD, Limits
from surveys.files.tables import Row, Table, checked_table, read_table
from surveys.files.tree import Tree
from surveys.files.workbook import is_workbook, sheet_titles, workbook_records

MOST_SHEETS = 8  # that are searched for the stamp


@dataclass(frozen=True)
class Asked:
    """Whose answers a file must hold, and about what. `tells`: it may be said whose file another one is."""

    survey: str
    expert: str
    tree: Tree
    missing_allowed: bool
    tells: bool = False


@dataclass(frozen=True)
class AnswerRow:
    """One answer. `item_a` stands before `item_b` in tree order; `swapped` says that the row had b on the left, and
    is None where the file has no sides.
    """

    row: int
    item_a: str
    item_b: str
    more_important: str
    strength: int | None
    swapped: bool | None = None


def read_answers(content: bytes, file: str, asked: Asked, limits: Limits = UPLOAD) -> list[AnswerRow]:
    """Return the answers in the order of the file, or raise `FileErrors` with everything that must be mended.

    A row left blank is no answer and no fault.
    """
    titles = sheet_titles(content, file, limits) if is_workbook(content) else []
    known = sheet.names_by_word(sheet.QUESTIONS)
    title = next((title for title in titles if sheet.key_of(title) in known), None)
    owner = _stamp_in(content, file, titles, limits)
    if owner is None and title is None:
        return _plain(read_table(content, file, limits=limits), asked)
    _check_owner(owner, asked, file)
    if title is None:
        what = _("the sheet “%(name)s” is missing") % {"name": sheet.QUESTIONS["questions"]}
        raise FileErrors([Problem(file, what, _download_again())])
    try:
        return _Sheet(*checked_table(content, file, sheet=title, limits=limits), asked).answers()
    except FileErrors as errors:
        raise FileErrors(replace(problem, sheet=title) for problem in errors.problems) from errors


def _download_again() -> str:
    return _("download the workbook again and fill in that one")


def _stamp_in(content: bytes, file: str, titles: Sequence[str], limits: Limits) -> tuple[str, str] | None:
    """Whose workbook it is: the stamp stands on the first sheet, unless somebody has moved the sheets."""
    for title in titles[:MOST_SHEETS]:
        for _number, cells in workbook_records(content, file, title, limits).rows:
            found = next(filter(None, map(sheet.stamped, cells)), None)
            if found:
                return found
    return None


def _check_owner(owner: tuple[str, str] | None, asked: Asked, file: str) -> None:
    if owner is None:
        raise FileErrors([Problem(file, _("the workbook no longer says whose it is"), _download_again())])
    survey, expert = owner
    if owner == (asked.survey, asked.expert):
        return
    if survey != asked.survey:
        what = _("this is the workbook of another survey")
    elif asked.tells:
        what = _("this is the workbook of %(expert)s, not of %(asked)s") % {"expert": expert, "asked": asked.expert}
    else:
        what = _("this is the workbook of another expert")
    mend = _("upload it on that expert's page") if asked.tells else _("choose the one that you downloaded here")
    raise FileErrors([Problem(file, what, mend)])


# --- the expert's own workbook ---


@dataclass
class _Sheet:
    """The sheet of comparisons: turns its rows into answers and notes what must be mended in each."""

    table: Table
    findings: Findings
    asked: Asked
    seen: dict[str, int] = field(default_factory=dict)

    def answers(self) -> list[AnswerRow]:
        self.columns = self._columns()
        tree = self.asked.tree
        self.pairs = {
            sheet.pair_id(parent, a, b): (a, b)
            for parent, children in tree.children.items()
            for a, b in combinations(children, 2)
        }
        self.sides, self.levels = sheet.names_by_word(sheet.SIDES), sheet.strengths_by_word()
        self.noted = {problem.row for problem in self.findings.problems}  # no second word about the same cell
        rows = [answer for row in self.table.rows if (answer := self._row(row))]
        self.findings.refuse_any()
        return rows

    def _columns(self) -> Columns:
        """Found by their headings in any language, wherever they stand."""
        known, places = sheet.names_by_word(sheet.COLUMNS), dict[str, int]()
        for place, heading in enumerate(self.table.header):
            name = known.get(sheet.key_of(heading))
            if name:
                places.setdefault(name, place)
            elif heading:
                what = _("the column “%(name)s” is not known here") % {"name": heading}
                mend, column = _("remove the column or correct its heading"), self.table.column(place)
                self.findings.add(what, mend, row=self.table.heading, column=column)
        missing = [name for name in sheet.COLUMNS if name not in places and name != "section"]
        for name in missing:
            what = _("the column “%(name)s” is missing") % {"name": sheet.COLUMNS[name]}
            self.findings.add(what, _download_again(), row=self.table.heading)
        if missing:
            self.findings.refuse_any()
        return Columns(self.table, places)

    def _note(self, row: Row, column: str, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=row.number, column=self.columns.label(column, row))

    def _row(self, row: Row) -> AnswerRow | None:
        pair, which, much = (self.columns.text(row, name) for name in ("pair", "which", "much"))
        if not self._is_pair(row, pair) or row.number in self.noted or not (which or much):
            return None
        swapped = self._is_swapped(row, pair)
        answer = self._answer(row, which, much)
        if swapped is None or answer is None:
            return None
        side, strength = answer
        a, b = self.pairs[pair]
        first, second = ("b", "a") if swapped else ("a", "b")
        said = {"left": first, "right": second}.get(side, side)
        return AnswerRow(row.number, a, b, said, strength, swapped)

    def _is_pair(self, row: Row, pair: str) -> bool:
        if not pair:
            self._note(row, "pair", _("the row has lost the code of its pair"), _download_again())
            return False
        if pair not in self.pairs:
            what = _("“%(pair)s” is not a pair of this survey") % {"pair": pair}
            self._note(row, "pair", what, _download_again())
            return False
        first = self.seen.setdefault(pair, row.number)
        if first != row.number:
            what = _("the pair %(pair)s stands in row %(row)d already") % {"pair": pair, "row": first}
            self._note(row, "pair", what, _("keep one row for each pair"))
            return False
        return True

    def _is_swapped(self, row: Row, pair: str) -> bool | None:
        """Which item stands on the left: the names decide, for somebody may have exchanged them."""
        a, b = (self._keys(code) for code in self.pairs[pair])
        left, right = (sheet.key_of(self.columns.text(row, name)) for name in ("left", "right"))
        ways = [swapped for swapped, (one, two) in ((False, (a, b)), (True, (b, a))) if left in one and right in two]
        if len(ways) == 1:
            return ways[0]
        named = {"pair": pair, "a": self._name(pair, 0), "b": self._name(pair, 1)}
        what = _("the pair %(pair)s compares “%(a)s” and “%(b)s”, but the row names other items") % named
        self._note(row, "left", what, _download_again())
        return None

    def _keys(self, code: str) -> set[str]:
        return sheet.item_keys(self.asked.tree.rows[code].names, code)

    def _name(self, pair: str, place: int) -> str:
        rows = [self.asked.tree.rows[code] for code in self.pairs[pair]]
        return sheet.item_label(rows[place].names, rows[place].code, rows[1 - place].names)

    def _answer(self, row: Row, which: str, much: str) -> tuple[str, int | None] | None:
        side = self.sides.get(sheet.key_of(which)) if which else None
        if not which:
            what, mend = (
                _("the row says how much, but not which"),
                _("choose which is more important, or clear the row"),
            )
            self._note(row, "which", what, mend)
            return None
        if side is None or (side == "cannot_judge" and not self.asked.missing_allowed):
            what = _("“%(text)s” is not one of the answers") % {"text": which}
            self._note(row, "which", what, _("choose one of: %(words)s") % {"words": ", ".join(self._words())})
            return None
        fault, strength = self._strength(side, much)
        if fault:
            self._note(row, "much", *fault)
            return None
        return side, strength

    def _words(self) -> Iterator[str]:
        for name, word in sheet.SIDES.items():
            if name != "cannot_judge" or self.asked.missing_allowed:
                yield str(word)

    def _strength(self, side: str, much: str) -> tuple[tuple[str, str] | None, int | None]:
        level = sheet.strength_in(much, self.levels) if much else None
        if side == "cannot_judge" and not much:
            return None, None
        if side == "equal" and (not much or level == 1):
            return None, 1
        if side in ("equal", "cannot_judge"):
            what = _("“%(which)s” and “%(much)s” do not go together") % {"which": sheet.SIDES[side], "much": much}
            return (what, _("clear this cell, or choose which is more important")), None
        if not much:
            mend = _("choose how much, from 2 to 9, or clear the row")
            return (_("the row says which, but not how much"), mend), None
        if level is None:
            what = _("the strength “%(text)s” is not a whole number from 2 to 9") % {"text": much}
            return (what, _("write one of 2, 3, 4, 5, 6, 7, 8, 9")), None
        if level == 1:
            mend = _("write equal, or a strength from 2 to 9")
            return (_("strength 1 says that neither is more important"), mend), None
        return None, level


# --- a table of judgments ---


def _plain(table: Table, asked: Asked) -> list[AnswerRow]:
    headings = {heading.casefold() for heading in table.header}
    if not headings.intersection(PLAIN_COLUMNS):
        what = _("this is neither the workbook of the questionnaire nor a table of judgments")
        raise FileErrors([Problem(table.file, what, _download_again())])
    rows = read_judgments(table, asked.tree)
    findings = Findings(table.file, list(_strangers(table, rows, asked)))
    findings.refuse_any()
    return [AnswerRow(row.row, row.item_a, row.item_b, row.more_important, row.strength) for row in rows]


def _strangers(table: Table, rows: Sequence[JudgmentRow], asked: Asked) -> Iterator[Problem]:
    """Rows of other experts, each told at its first one, and answers that the survey does not allow."""
    told = {asked.expert}
    for row in rows:
        if row.expert not in told:
            told.add(row.expert)
            what = _("the row is of the expert %(expert)s") % {"expert": row.expert}
            mend = _("leave only the rows of %(expert)s") % {"expert": asked.expert}
            yield Problem(table.file, what, mend, row.row, "expert")
        if row.more_important == "cannot_judge" and not asked.missing_allowed:
            what = _("this survey asks for an answer to every pair")
            mend = _("choose the one that comes closest, or leave the row out")
            yield Problem(table.file, what, mend, row.row, "more_important")
