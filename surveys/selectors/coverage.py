"""How many experts are asked about each section, and which sections one expert is asked."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.models import Expert, Indicator, Section, Survey
from surveys.selectors.answers import settled_counts
from surveys.selectors.questionnaire import minutes_for
from surveys.selectors.sections import sections_of
from surveys.selectors.structure import structure_of

ENOUGH = 5  # fewer experts than this say little for a section


@dataclass(frozen=True)
class NodeCoverage:
    """`asked`: experts whose invitation stands, who are asked, and who did not say “not my field”."""

    node: Indicator
    asked: int
    declined: int

    @property
    def few(self) -> bool:
        return self.asked < ENOUGH


@dataclass(frozen=True)
class Coverage:
    nodes: list[NodeCoverage]

    @property
    def few(self) -> list[NodeCoverage]:
        return [node for node in self.nodes if node.few]


def coverage_of(survey: Survey) -> Coverage:
    """In tree order. Two queries, however large the panel is: those who have not begun are asked about everything."""
    experts = list(survey.experts.filter(invitation__revoked_at=None).order_by().values_list("pk", flat=True))
    rows = Section.objects.filter(expert__survey=survey, expert__invitation__revoked_at=None).order_by()
    begun: set[int] = set()
    left: dict[int, int] = {}
    declined: dict[int, int] = {}
    for expert, node, assigned, declined_at in rows.values_list("expert_id", "node_id", "assigned", "declined_at"):
        begun.add(expert)
        if not assigned or declined_at:
            left[node] = left.get(node, 0) + 1
        if assigned and declined_at:
            declined[node] = declined.get(node, 0) + 1
    nodes = sorted(structure_of(survey.edition).nodes, key=lambda node: node.position)
    return Coverage(
        [NodeCoverage(node, len(experts) - left.get(node.pk, 0), declined.get(node.pk, 0)) for node in nodes]
    )


@dataclass(frozen=True)
class SectionTold:
    """A section of one expert, for a coordinator: how many pairs it asks and how many were given."""

    section: Section
    answered: int

    @property
    def node(self) -> Indicator:
        return self.section.node

    @property
    def planned(self) -> int:
        return self.section.planned


@dataclass(frozen=True)
class SectionsTold:
    """All sections of one expert, in tree order."""

    sections: list[SectionTold]

    @property
    def asked(self) -> list[SectionTold]:
        return [told for told in self.sections if told.section.open]

    @property
    def declined(self) -> list[SectionTold]:
        return [told for told in self.sections if told.section.assigned and told.section.declined_at]

    @property
    def left_out(self) -> list[SectionTold]:
        return [told for told in self.sections if not told.section.assigned]

    @property
    def questions(self) -> int:
        return sum(told.planned for told in self.asked)

    @property
    def minutes(self) -> int:
        return minutes_for(self.questions)


def sections_told(expert: Expert) -> SectionsTold:
    given = settled_counts(expert)
    sections = sorted(sections_of(expert), key=lambda section: section.node.position)
    return SectionsTold([SectionTold(section, given.get(section.node_id, 0)) for section in sections])
