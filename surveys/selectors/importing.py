"""What a file of judgments would change, before it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.files.judgments import JudgmentRow
from surveys.models import Judgment, MoreImportant, Survey
from surveys.selectors.sections import asked_counts, planned_by_node
from surveys.selectors.structure import structure_of

CANNOT_JUDGE = MoreImportant.CANNOT_JUDGE
Said = dict[tuple[str, str], tuple[str, int | None]]


@dataclass(frozen=True)
class ImportPreview:
    """One expert of the file: pairs that get their first answer, another one, or the one they have."""

    code: str
    known: bool
    new: int
    changed: int
    same: int
    answered: int
    total: int

    @property
    def complete(self) -> bool:
        """Every pair would be answered."""
        return self.answered == self.total


def import_preview(survey: Survey, rows: Sequence[JudgmentRow]) -> list[ImportPreview]:
    """In the order of the file, in a few queries."""
    said = _current(survey, {row.expert for row in rows})
    known = dict(survey.experts.values_list("code", "pk"))
    usual, begun = planned_by_node(survey), asked_counts(survey)
    nodes = _nodes_of_pairs(survey)
    by_expert: dict[str, list[JudgmentRow]] = {}
    for row in rows:
        by_expert.setdefault(row.expert, []).append(row)
    return [
        _preview(
            code,
            code in known,
            answers,
            said.get(code, {}),
            Asked(begun.get(known.get(code, 0), usual), nodes, survey.missing_allowed),
        )
        for code, answers in by_expert.items()
    ]


@dataclass(frozen=True)
class Asked:
    """What an expert is asked: node → how many pairs; and which answers settle a pair of which node."""

    counts: Mapping[int, int]
    nodes: Mapping[tuple[str, str], int]
    missing_allowed: bool

    def answered(self, said: Said) -> int:
        """As many pairs of each node as were planned may be any of them."""
        given = Counter(
            self.nodes[pair]
            for pair, (answer, _strength) in said.items()
            if self.missing_allowed or answer != CANNOT_JUDGE
        )
        return sum(min(given[node], most) for node, most in self.counts.items())

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def _preview(code: str, known: bool, rows: Sequence[JudgmentRow], said: Said, asked: Asked) -> ImportPreview:
    kinds = Counter(_kind(row, said) for row in rows)
    after = said | {(row.item_a, row.item_b): (row.more_important, row.strength) for row in rows}
    return ImportPreview(code, known, kinds["new"], kinds["changed"], kinds["same"], asked.answered(after), asked.total)


def _kind(row: JudgmentRow, said: Said) -> str:
    before = said.get((row.item_a, row.item_b))
    if before is None:
        return "new"
    return "same" if before == (row.more_important, row.strength) else "changed"


def _current(survey: Survey, codes: set[str]) -> dict[str, Said]:
    found = Judgment.objects.filter(expert__survey=survey, expert__code__in=codes)
    current: dict[str, Said] = {}
    for expert, a, b, more_important, strength in found.values_list(
        "expert__code", "comparison__item_a__code", "comparison__item_b__code", "more_important", "strength"
    ):
        current.setdefault(expert, {})[a, b] = (more_important, strength)
    return current


def _nodes_of_pairs(survey: Survey) -> dict[tuple[str, str], int]:
    pairs = structure_of(survey.edition).pairs.values()
    return {(pair.item_a.code, pair.item_b.code): pair.node_id for pair in pairs}
