"""How many experts are asked about each section, and which sections one expert is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from surveys.models import Expert, Indicator, Section, Survey
from surveys.selectors.answers import settled_counts, settled_in
from surveys.selectors.questionnaire import Said, minutes_for
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
    panel: int = 0
    """Experts whose invitation stands."""

    @property
    def few(self) -> list[NodeCoverage]:
        return [node for node in self.nodes if node.few]


def coverage_of(survey: Survey) -> Coverage:
    """In tree order. One query, however large the panel is: those who have not begun are asked about everything."""
    experts = survey.experts.filter(invitation__revoked_at=None).order_by()
    rows = experts.values_list("pk", "sections__node", "sections__assigned", "sections__declined_at")
    panel: set[int] = set()
    left: Counter[int] = Counter()
    declined: Counter[int] = Counter()
    for expert, node, assigned, declined_at in rows:
        panel.add(expert)
        if node and (declined_at or not assigned):
            left[node] += 1
            declined[node] += bool(assigned)
    nodes = sorted(structure_of(survey.edition).nodes, key=lambda node: node.position)
    return Coverage([NodeCoverage(node, len(panel) - left[node.pk], declined[node.pk]) for node in nodes], len(panel))


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


def sections_told(expert: Expert, said: Said | None = None, sections: list[Section] | None = None) -> SectionsTold:
    """Two queries, or none where they were made already."""
    given = settled_counts(expert) if said is None else settled_in(expert, said)
    sections = sorted(sections or sections_of(expert), key=lambda section: section.node.position)
    return SectionsTold([SectionTold(section, given.get(section.node_id, 0)) for section in sections])
