"""What the coordinator sees of an open link: who came, what they say, and how it stands beside the invited panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahp
from surveys.models import Indicator, Job, OpenLink, OpenNode, OpenResult, PanelResult, Survey
from surveys.scale import LEVEL_WORDS, POOR_ABOVE, matrix_level
from surveys.selectors.jobs import job_of
from surveys.selectors.trees import Tree
from surveys.services.open_links import takes_answers
from surveys.services.open_results import JOB
from surveys.services.open_sums import STEPS

LEVELS = ("pass", "check", "poor", "untestable")


@dataclass(frozen=True)
class OpenState:
    """Where an open link stands: `begun` devices have not handed in."""

    link: OpenLink
    begun: int
    result: OpenResult | None
    job: Job | None

    @property
    def computed(self) -> bool:
        return self.result is not None and self.result.computed_at is not None

    @property
    def since(self) -> int:
        """Answers that the newest result does not cover."""
        return self.link.count - (self.result.respondents if self.result else 0)

    @property
    def takes_answers(self) -> bool:
        return takes_answers(self.link)


@dataclass(frozen=True)
class Slice:
    """A share of the respondents in a bar, with the word and the place where it begins, in percent."""

    level: str
    count: int
    start: float
    width: float

    @property
    def word(self) -> str:
        return str(LEVEL_WORDS[self.level])


@dataclass(frozen=True)
class Spread:
    """How the consistency ratios of the respondents are spread at one node."""

    part: OpenNode

    @property
    def node(self) -> Indicator:
        return self.part.node

    @property
    def counts(self) -> list[int]:
        """By LEVELS."""
        tested = sum(self.part.ratios)
        poor = sum(self.part.ratios[round(POOR_ABOVE * STEPS) :])
        passing = self.part.passing
        return [passing, tested - passing - poor, poor, self.part.untested]

    @property
    def slices(self) -> list[Slice]:
        total = sum(self.counts) or 1
        starts = accumulate(self.counts, initial=0)
        return [
            Slice(level, count, round(100 * start / total, 2), round(100 * count / total, 2))
            for level, count, start in zip(LEVELS, self.counts, starts, strict=False)
            if count
        ]

    @property
    def passing_share(self) -> float | None:
        tested = sum(self.part.ratios)
        return self.part.passing / tested if tested else None

    @property
    def median(self) -> float | None:
        """The middle of the step in which half of the respondents is reached; None where nothing is tested."""
        tested = sum(self.part.ratios)
        reached = accumulate(self.part.ratios)
        step = next((step for step, count in enumerate(reached) if count and 2 * count >= tested), None)
        return None if step is None else (step + 0.5) / STEPS

    @property
    def level(self) -> str:
        """Of the matrix of all respondents together."""
        return matrix_level(self.part.ratio, len(self.part.weights))


@dataclass(frozen=True)
class WeightLine:
    """A node of the tree: what everybody says, those alone whose answers fit together, and the invited panel."""

    node: Indicator
    local: float
    overall: float
    strict: float | None
    panel: float | None

    @property
    def difference(self) -> float | None:
        """In parts of one: everybody over the invited panel."""
        return None if self.panel is None else self.overall - self.panel


def link_of_survey(survey: Survey) -> OpenLink | None:
    found = OpenLink.objects.filter(survey=survey).first()
    if found:
        found.survey = survey
    return found


def open_state(link: OpenLink) -> OpenState:
    result = link.results.order_by("-number").first()
    begun = link.drafts.filter(receipt="").count()
    return OpenState(link, begun, result, job_of(JOB, result) if result else None)


def newest_computed_open(link: OpenLink) -> OpenResult | None:
    return link.results.filter(computed_at__isnull=False).order_by("-number").first()


def nodes_of(result: OpenResult) -> list[OpenNode]:
    return list(result.nodes.select_related("node"))


def spreads(parts: Sequence[OpenNode]) -> list[Spread]:
    """The nodes at which something can be contradicted."""
    return [Spread(part) for part in parts if len(part.weights) > 2]


def weight_lines(tree: Tree, parts: Sequence[OpenNode], panel: PanelResult | None) -> list[WeightLine]:
    """Every node below the root, in tree order."""
    local = {part.node.code: _numbers(part.weights) for part in parts}
    strict = {part.node.code: _numbers(part.strict_weights) for part in parts}
    invited = {part.node.code: _numbers(part.weights) for part in panel.nodes.select_related("node")} if panel else {}
    shares = {
        child.code: share
        for node in tree.parents
        for child, share in zip(tree.children_of(node), local[node.code], strict=True)
    }
    overall = _overall(tree, local) or {}
    fitting, asked = _overall(tree, strict) or {}, _overall(tree, invited) or {}
    return [
        WeightLine(node, shares[node.code], overall[node.code], fitting.get(node.code), asked.get(node.code))
        for node in tree.nodes[1:]
    ]


def _overall(tree: Tree, local: Mapping[str, list[float]]) -> dict[str, float] | None:
    """Code → weight in the whole tree; None where a node has no weights."""
    if any(not local.get(node.code) for node in tree.parents):
        return None
    return {str(code): float(weight) for code, weight in ahp.global_weights(tree.codes(), local).items()}


def _numbers(texts: Sequence[str]) -> list[float]:
    return [float(text) for text in texts]
