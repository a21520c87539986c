"""The final check: every section in a line, before an expert says "these are my answers"."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.models import Comparison, Expert, KeptJudgment, Section
from surveys.selectors.keeping import kept_now
from surveys.selectors.questionnaire import Place, Stage, disputed_pairs, said_by, way_of
from surveys.selectors.reviewing import NodeReview, review_of
from surveys.selectors.sections import sections_of

MOST_MISSING = 10  # pairs named for each section; the rest is counted


@dataclass(frozen=True)
class Check:
    """One section. `stage` is None where the expert said that it is not their field."""

    section: Section
    stage: Stage | None
    review: NodeReview
    kept: list[KeptJudgment]

    @property
    def missing(self) -> list[Place]:
        """The first pairs that still want an answer."""
        return self._open()[:MOST_MISSING]

    @property
    def missing_more(self) -> int:
        return len(self._open()) - len(self.missing)

    @property
    def tense(self) -> bool:
        return not self.review.consistent and bool(self.review.bars)

    def _open(self) -> list[Place]:
        if self.stage is None:
            return []
        still_open = [place for place in self.stage.places if not place.answered]
        return still_open[: self.stage.total - self.stage.answered]


@dataclass(frozen=True)
class FinalCheck:
    checks: list[Check]
    disputed: list[Comparison]

    @property
    def declined(self) -> list[Check]:
        return [check for check in self.checks if check.stage is None]

    @property
    def tense(self) -> list[Check]:
        return [check for check in self.checks if check.tense]

    @property
    def incomplete(self) -> list[Check]:
        return [check for check in self.checks if check.missing]


def final_check(expert: Expert) -> FinalCheck:
    """Every section that is asked of this expert, from the answers as they stand now."""
    sections = sections_of(expert)
    way = way_of(expert, said_by(expert), sections)
    reviews = {review.node.pk: review for review in review_of(expert)}
    kept: dict[int, list[KeptJudgment]] = {}
    for one in kept_now(expert).values():
        kept.setdefault(one.comparison.node_id, []).append(one)
    checks = [
        Check(section, way.stage(section.node_id), reviews[section.node_id], kept.get(section.node_id, []))
        for section in sections
        if section.assigned
    ]
    return FinalCheck(checks, list(disputed_pairs(expert)))


def reason_from(checks: FinalCheck) -> str:
    """What an expert gave as reasons for keeping answers in the sections that are worth a second look, line by line."""
    return "\n".join(
        f"{one.comparison.item_a} – {one.comparison.item_b}: {one.reason}"
        for check in checks.tense
        for one in check.kept
        if one.reason
    )
