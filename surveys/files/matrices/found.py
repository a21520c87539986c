"""What was found in a file of matrices, on its way to the person who says what is meant, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys.files.judgments import LONGEST_EXPERT, JudgmentRow
from surveys.files.matrices.cells import Said, turned
from surveys.files.problems import FileErrors, Problem
from surveys.files.tree import Tree


@dataclass(frozen=True)
class People:
    """The panel as a file may name it: the key of each code and name → the expert's code."""

    by_key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a survey asks: its tree, and who is on its panel."""

    tree: Tree
    people: People = People()


@dataclass(frozen=True)
class Answer:
    """One pair, item_a before item_b in tree order, and the cell it comes from."""

    item_a: str
    item_b: str
    more_important: str
    strength: int
    cell: str


@dataclass(frozen=True)
class Snap:
    """A cell that holds something near a step: what is typed, and what it is taken for."""

    cell: str
    typed: str
    taken: str


@dataclass(frozen=True)
class Matrix:
    """One expert's matrix of one node. `label` is what the file calls the expert, `code` who that is on the panel.

    `dates` are answers that hang on whether a date was meant as a fraction; `typed` says how each is shown in the file.
    """

    place: str
    label: str
    code: str
    node: str
    items: int
    answers: tuple[Answer, ...] = ()
    snaps: tuple[Snap, ...] = ()
    dates: tuple[Answer, ...] = ()
    typed: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        """How many the node has."""
        return self.items * (self.items - 1) // 2


@dataclass(frozen=True)
class Found:
    """All matrices of a file that can be read, and everything that is wrong with the others."""

    file: str
    matrices: tuple[Matrix, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> list[str]:
        """Whom the file names, in its order."""
        return list(dict.fromkeys(matrix.label for matrix in self.matrices))


def judgment_rows(found: Found, experts: Mapping[str, str], *, dates: bool) -> list[JudgmentRow]:
    """The answers as rows of a judgment file. Experts without a code are left out; `dates`: a date is a fraction.

    Raises `FileErrors` where two cells answer one pair of one expert.
    """
    rows: list[JudgmentRow] = []
    first: dict[tuple[str, str, str], str] = {}
    problems = []
    for matrix in found.matrices:
        expert = experts.get(matrix.label, "")
        for answer in matrix.answers + (matrix.dates if dates else ()) if expert else ():
            place = f"{matrix.place}, {answer.cell}".strip(", ")
            known = first.setdefault((expert, answer.item_a, answer.item_b), place)
            if known != place:
                named = {"expert": expert, "a": answer.item_a, "b": answer.item_b, "one": known, "two": place}
                what = _("expert %(expert)s answers %(a)s – %(b)s twice: at %(one)s and at %(two)s") % named
                problems.append(Problem(found.file, what, _("leave one of them out, or choose another expert")))
            said = (answer.more_important, answer.strength)
            rows.append(JudgmentRow(len(rows) + 1, expert, matrix.node, answer.item_a, answer.item_b, *said))
    if problems:
        raise FileErrors(problems)
    return rows


def oriented(tree: Tree, one: str, other: str, said: Said, cell: str) -> Answer:
    """An answer about `one` against `other`, turned so that the items stand in tree order."""
    if tree.place[one] > tree.place[other]:
        one, other, said = other, one, turned(said)
    return Answer(one, other, said[0], said[1], cell)


def fits_code(label: str) -> bool:
    """Say whether a label may itself be an expert's code: short, without spaces, and with a digit, as E07."""
    return len(label) <= LONGEST_EXPERT and label.isascii() and label.isalnum() and any(map(str.isdigit, label))


# --- through the page ---


def to_payload(found: Found) -> dict[str, Any]:
    return {
        "file": found.file,
        "notes": list(found.notes),
        "matrices": [
            [
                *(matrix.place, matrix.label, matrix.code, matrix.node, matrix.items),
                [list(vars(answer).values()) for answer in matrix.answers],
                [list(vars(snap).values()) for snap in matrix.snaps],
                [list(vars(answer).values()) for answer in matrix.dates],
                list(matrix.typed),
            ]
            for matrix in found.matrices
        ],
    }


def from_payload(payload: Mapping[str, Any]) -> Found:
    return Found(payload["file"], tuple(map(_matrix, payload["matrices"])), notes=tuple(payload["notes"]))


def _matrix(values: Sequence[Any]) -> Matrix:
    place, label, code, node, items, answers, snaps, dates, typed = values
    return Matrix(
        place,
        label,
        code,
        node,
        items,
        tuple(Answer(*answer) for answer in answers),
        tuple(Snap(*snap) for snap in snaps),
        tuple(Answer(*answer) for answer in dates),
        tuple(typed),
    )
