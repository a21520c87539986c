"""The questionnaire as a form on paper: every planned pair in tree order, so that it is quickly keyed in."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.models import Comparison, Expert, Indicator
from surveys.selectors.questionnaire import Given, Stage, said_by, way_of

SHORT = 12  # rows that stay together on one page


@dataclass(frozen=True)
class PaperRow:
    """`cell` names the box to be ticked as the row view does: a9 … equal … b9; empty where nothing is said."""

    comparison: Comparison
    cell: str


@dataclass(frozen=True)
class PaperSection:
    node: Indicator
    rows: list[PaperRow]

    @property
    def short(self) -> bool:
        return len(self.rows) <= SHORT


@dataclass(frozen=True)
class Paper:
    sections: list[PaperSection]

    @property
    def total(self) -> int:
        return sum(len(section.rows) for section in self.sections)

    @property
    def items(self) -> list[Indicator]:
        """What the appendix explains, in tree order."""
        pairs = [row.comparison for section in self.sections for row in section.rows]
        found = {item.position: item for pair in pairs for item in (pair.item_a, pair.item_b)}
        return [found[position] for position in sorted(found) if found[position].definition or found[position].unit]


def paper_of(expert: Expert, *, filled: bool) -> Paper:
    """`filled`: with the answers so far ticked."""
    said = said_by(expert)
    sections = [_section(stage, said if filled else {}) for stage in way_of(expert, said).stages]
    return Paper(sorted(sections, key=lambda section: section.rows[0].comparison.position))


def _section(stage: Stage, said: dict[int, Given]) -> PaperSection:
    pairs = sorted((place.comparison for place in stage.places if place.planned), key=lambda pair: pair.position)
    return PaperSection(pairs[0].node, [PaperRow(pair, _cell(said.get(pair.pk))) for pair in pairs])


def _cell(judgment: Given | None) -> str:
    if judgment is None:
        return ""
    said = judgment.more_important
    return f"{said}{judgment.strength}" if said in ("a", "b") else said
