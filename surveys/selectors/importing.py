"""What a file of judgments would change, before it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.files.judgments import JudgmentRow
from surveys.models import Comparison, Judgment, MoreImportant, Survey

CANNOT_JUDGE = MoreImportant.CANNOT_JUDGE


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
    total = Comparison.objects.filter(node__edition_id=survey.edition_id).count()
    said = _current(survey, {row.expert for row in rows})
    known = set(survey.experts.values_list("code", flat=True))
    by_expert: dict[str, list[JudgmentRow]] = {}
    for row in rows:
        by_expert.setdefault(row.expert, []).append(row)
    return [
        _preview(code, code in known, answers, said.get(code, {}), total, survey.missing_allowed)
        for code, answers in by_expert.items()
    ]


Said = dict[tuple[str, str], tuple[str, int | None]]


def _preview(
    code: str, known: bool, rows: Sequence[JudgmentRow], said: Said, total: int, missing_allowed: bool
) -> ImportPreview:
    kinds = Counter(_kind(row, said) for row in rows)
    after = said | {(row.item_a, row.item_b): (row.more_important, row.strength) for row in rows}
    settled = sum(missing_allowed or answer != CANNOT_JUDGE for answer, _strength in after.values())
    return ImportPreview(code, known, kinds["new"], kinds["changed"], kinds["same"], settled, total)


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
