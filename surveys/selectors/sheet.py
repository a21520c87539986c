"""What a questionnaire that comes back would change in an expert's answers, before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.files.questionnaire import AnswerRow, Asked
from surveys.files.tree import Tree
from surveys.models import Comparison, Expert
from surveys.scale import sentence
from surveys.selectors.questionnaire import Given, said_by, way_of
from surveys.selectors.structure import structure_of
from surveys.selectors.trees import indicator_rows, tree_of


@dataclass(frozen=True)
class Change:
    """A row that says something new of its pair. `before` is the answer that counts now, if there is one."""

    row: AnswerRow
    comparison: Comparison
    before: Given | None

    @property
    def said(self) -> str:
        return sentence(self.row.more_important, self.row.strength, self.comparison.item_a, self.comparison.item_b)

    @property
    def was(self) -> str:
        if self.before is None:
            return ""
        pair = self.comparison
        return sentence(self.before.more_important, self.before.strength, pair.item_a, pair.item_b)


@dataclass(frozen=True)
class SheetPreview:
    """`kept` counts the answers of which the file says nothing: they stay. `answered` is how many there would be."""

    new: list[Change]
    changed: list[Change]
    same: int
    kept: int
    answered: int
    total: int

    @property
    def changes(self) -> list[Change]:
        return [*self.new, *self.changed]

    @property
    def complete(self) -> bool:
        return self.answered == self.total


def asked_of(expert: Expert, *, tells: bool) -> Asked:
    """What a file must hold to be this expert's."""
    survey = expert.survey
    tree = Tree(indicator_rows(tree_of(survey.edition)))
    return Asked(str(survey.key), expert.code, tree, survey.missing_allowed, tells)


def sheet_preview(expert: Expert, rows: Sequence[AnswerRow]) -> SheetPreview:
    """In the order of the file, in a few queries."""
    pairs = structure_of(expert.survey.edition).pairs.values()
    by_codes = {(pair.item_a.code, pair.item_b.code): pair for pair in pairs}
    said = said_by(expert)
    found = [(row, by_codes[row.item_a, row.item_b]) for row in rows]
    changes = [Change(row, pair, said.get(pair.pk)) for row, pair in found if not _says(said.get(pair.pk), row)]
    after = said | {change.comparison.pk: _judgment(change) for change in changes}
    way = way_of(expert, after)
    return SheetPreview(
        new=[change for change in changes if change.before is None],
        changed=[change for change in changes if change.before],
        same=len(rows) - len(changes),
        kept=len(said.keys() - {pair.pk for _row, pair in found}),
        answered=way.answered,
        total=way.total,
    )


def _says(judgment: Given | None, row: AnswerRow) -> bool:
    return judgment is not None and (judgment.more_important, judgment.strength) == (row.more_important, row.strength)


def _judgment(change: Change) -> Given:
    """As it would be stored; it is not."""
    row = change.row
    return Given(row.more_important, row.strength, change.before.revision if change.before else 0)
