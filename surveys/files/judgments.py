"""The judgment file: a table becomes checked answers, each pair the way round that the tree has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.files.columns import Columns, columns_of
from surveys.files.numbers import ORDINARY
from surveys.files.problems import Findings, Problem
from surveys.files.tables import Row, Table, code_problems
from surveys.files.tree import Tree

COLUMNS = ("expert", "parent", "item_a", "item_b", "more_important", "strength")
ANSWERS = ("a", "b", "equal", "cannot_judge")
STRENGTHS = {str(strength): strength for strength in range(1, 10)}
LONGEST_EXPERT = 40
PANEL = "panel"  # the expert of the group's own rows in reports


@dataclass(frozen=True)
class JudgmentRow:
    """One answer. `item_a` stands before `item_b` in tree order; `strength` is None where the expert cannot judge."""

    row: int
    expert: str
    parent: str
    item_a: str
    item_b: str
    more_important: str
    strength: int | None


def read_judgments(table: Table, tree: Tree) -> list[JudgmentRow]:
    """Return the answers in the order of the file, or raise `FileErrors` with everything wrong.

    No row means not answered, which is no fault.
    """
    findings = Findings(table.file)
    columns = columns_of(table, findings, required=COLUMNS)
    places = [columns.places[name] for name in ("expert", "parent", "item_a", "item_b")]
    findings.problems += code_problems(table, places)
    reader = _Reader(columns, findings, tree)
    rows = [answer for row in table.rows if (answer := reader.row(row))]
    findings.problems += _double_pairs(table.file, rows)
    findings.refuse_any()
    return rows


@dataclass
class _Reader:
    """Turns the cells of a row into an answer and notes what is wrong in each."""

    columns: Columns
    findings: Findings
    tree: Tree

    def row(self, row: Row) -> JudgmentRow | None:
        before = len(self.findings.problems)
        expert, parent, a, b, said, strength = (self.columns.text(row, name) for name in COLUMNS)
        self._check_expert(row, expert)
        self._check_items(row, parent, a, b)
        answer, number = self._answer(row, said, strength)
        if len(self.findings.problems) > before:
            return None
        if self.tree.place[a] > self.tree.place[b]:
            a, b, answer = b, a, {"a": "b", "b": "a"}.get(answer, answer)
        return JudgmentRow(row.number, expert, parent, a, b, answer, number)

    def _note(self, row: Row, column: str, what: str, mend: str) -> None:
        self.findings.add(what, mend, row=row.number, column=self.columns.label(column, row))

    def _check_expert(self, row: Row, expert: str) -> None:
        if not expert:
            self._note(row, "expert", _("the expert is blank"), _("write the expert's code"))
        elif len(expert) > LONGEST_EXPERT:
            what = _("the expert's code has more than %(most)d characters") % {"most": LONGEST_EXPERT}
            self._note(row, "expert", what, _("shorten it"))
        elif expert == PANEL:
            what = _("the code %(code)s means the whole panel") % {"code": expert}
            self._note(row, "expert", what, _("give the expert another code"))

    def _check_items(self, row: Row, parent: str, a: str, b: str) -> None:
        if not self._is_known(row, "parent", parent):
            self._is_known(row, "item_a", a)
            self._is_known(row, "item_b", b)
            return
        for column, item in (("item_a", a), ("item_b", b)):
            if self._is_known(row, column, item) and self.tree.rows[item].parent != parent:
                named = {"item": item, "parent": parent, "real": self.tree.rows[item].parent or "–"}
                what = _("%(item)s is not a child of %(parent)s but of %(real)s") % named
                self._note(row, column, what, _("compare children of one node only"))
        if a and a == b:
            what = _("%(item)s is compared with itself") % {"item": a}
            self._note(row, "item_b", what, _("write the code of the other item"))

    def _is_known(self, row: Row, column: str, code: str) -> bool:
        if code in self.tree.rows:
            return True
        what = _("the code %(code)s is not in the indicator file") % {"code": code} if code else _("the code is blank")
        self._note(row, column, what, _("write a code of the indicator file"))
        return False

    def _answer(self, row: Row, said: str, strength: str) -> tuple[str, int | None]:
        answer = said.casefold()
        if answer not in ANSWERS:
            what = _("“%(text)s” is not an answer") % {"text": said} if said else _("the answer is blank")
            mend = _("write a, b, equal or cannot_judge; leave the row out where nothing was answered")
            self._note(row, "more_important", what, mend)
            return "", None
        number = STRENGTHS.get(strength.translate(ORDINARY))
        fault = _strength_fault(answer, strength, number)
        if fault:
            self._note(row, "strength", *fault)
        return answer, number


def _strength_fault(answer: str, text: str, number: int | None) -> tuple[str, str] | None:
    if answer == "cannot_judge":
        mend = _("leave the strength blank, or write the answer it belongs to")
        return (_("cannot_judge has the strength %(text)s") % {"text": text}, mend) if text else None
    if answer == "equal":
        what = _("equal has the strength %(text)s, not 1") % {"text": text or "–"}
        return (what, _("write 1, or a or b if one is more important")) if number != 1 else None
    if number == 1:
        return _("strength 1 says that neither is more important"), _("write equal, or a strength from 2 to 9")
    if number is None:
        what = _("the strength “%(text)s” is not a whole number from 2 to 9") % {"text": text}
        return what, _("write one of 2, 3, 4, 5, 6, 7, 8, 9")
    return None


def _double_pairs(file: str, rows: Sequence[JudgmentRow]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        known = first.setdefault((row.expert, row.item_a, row.item_b), row.row)
        if known != row.row:
            named = {"expert": row.expert, "a": row.item_a, "b": row.item_b, "row": known}
            what = _("expert %(expert)s has judged %(a)s and %(b)s in row %(row)d already") % named
            yield Problem(file, what, _("keep one row for a pair, whichever way round"), row.row)
