"""The table of contents of one expert's questionnaire."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surveys.models import Expert, Indicator, Section
from surveys.selectors.questionnaire import Stage, Way, minutes_for, said_by, trail_of, way_of
from surveys.selectors.reviewing import review_of
from surveys.selectors.sections import sections_of

STATES = {
    "todo": (_("To do"), ""),
    "begun": (_("Begun"), "q-status-busy"),
    "done": (_("Done"), "q-status-ok"),
    "look": (_("Worth a second look"), "q-status-warn"),
    "declined": (_("Not my field"), "q-status-locked"),
}
LEVELS = (_("First level"), _("Second level"), _("Third level"), _("Fourth level"))


@dataclass(frozen=True)
class Line:
    """One section: where it stands, how long it still takes, and where its link leads (None: nowhere now)."""

    section: Section
    state: str
    answered: int
    total: int
    first: int
    first_open: int | None
    parent: Indicator | None
    minutes: int

    @property
    def level(self) -> str:
        """What is compared in it, by its place in the tree."""
        depth = self.node.depth
        return str(LEVELS[depth]) if depth < len(LEVELS) else gettext("Level %(number)d") % {"number": depth + 1}

    @property
    def node(self) -> Indicator:
        return self.section.node

    @property
    def label(self) -> str:
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def reviewable(self) -> bool:
        return self.state in ("done", "look") and len(self.section.pairs) > 1


@dataclass(frozen=True)
class Contents:
    lines: list[Line]
    way: Way
    minutes: int
    carried: int = 0
    carried_from: str = ""

    @property
    def first_open(self) -> int | None:
        return next((stage.first_open.position for stage in self.way.stages if stage.first_open), None)

    @property
    def sections_done(self) -> int:
        return sum(stage.complete for stage in self.way.stages)


def contents_of(expert: Expert) -> Contents:
    """Every section assigned to the expert, also those that are not their field."""
    sections = sections_of(expert)
    said, trail = said_by(expert), trail_of(expert)
    way, seconds = way_of(expert, said, sections), trail.pace
    tense = {review.node.pk for review in review_of(expert) if not review.consistent}
    nodes = {section.node_id: section.node for section in sections}
    lines = [
        _line(section, way.stage(section.node_id), tense, _parent(section, nodes), seconds)
        for section in sections
        if section.assigned
    ]
    return Contents(
        lines, way, minutes_for(way.total - way.answered, seconds), len(trail.carried(said)), trail.carried_from
    )


def _parent(section: Section, nodes: dict[int, Indicator]) -> Indicator | None:
    """The section above, unless that is the whole index: nobody needs to be told."""
    above = nodes.get(section.node.parent_id or 0)
    return above if above and above.parent_id else None


def _line(section: Section, stage: Stage | None, tense: set[int], parent: Indicator | None, seconds: float) -> Line:
    if stage is None:
        return Line(section, "declined", 0, section.planned, 0, None, parent, 0)
    first_open = stage.first_open
    state = "todo" if not stage.answered else "begun"
    if stage.complete:
        state = "look" if section.node_id in tense else "done"
    position = first_open.position if first_open else None
    minutes = minutes_for(stage.total - stage.answered, seconds)
    return Line(section, state, stage.answered, stage.total, stage.places[0].position, position, parent, minutes)
