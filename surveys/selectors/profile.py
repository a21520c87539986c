"""The panel as a referee wants to know it: who they are, how well they know the subject, what they judge by.

Authority is told of those who submitted; whoever is unfinished stands in the counts of the invited alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveys.authority import BASIS, FAMILIARITY, USUAL, authority, basis_score, familiarity_score, mean
from surveys.models import Expert, Indicator, Section, Survey
from surveys.selectors.naming import shown_name
from surveys.selectors.structure import structure_of

MOST_NAMED = 8  # fields, positions: the most frequent are named


@dataclass
class GroupProfile:
    """The experts of one known group, or of none."""

    name: str
    invited: int = 0
    submitted: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    positions: Counter[str] = field(default_factory=Counter)
    organisations: set[str] = field(default_factory=set)

    @property
    def top_fields(self) -> list[tuple[str, int]]:
        return self.fields.most_common(MOST_NAMED)

    @property
    def top_positions(self) -> list[tuple[str, int]]:
        return self.positions.most_common(MOST_NAMED)


@dataclass(frozen=True)
class ExpertAuthority:
    """Ca, Cs and Cr of one expert; `by_node` is Cs node by node."""

    expert: Expert
    name: str
    basis: float | None
    familiarity: float | None
    by_node: Mapping[int, float]

    @property
    def authority(self) -> float | None:
        return authority(self.basis, self.familiarity)

    def at(self, nodes: Sequence[int]) -> float | None:
        """Cr over some nodes."""
        return authority(self.basis, mean(self.by_node.get(node) for node in nodes))


@dataclass(frozen=True)
class NodeAuthority:
    """One node: how many said how well they know it, in these words, and the means over those who said."""

    node: Indicator
    words: Sequence[int]
    familiarity: float | None
    authority: float | None

    @property
    def said(self) -> int:
        return sum(self.words)


@dataclass(frozen=True)
class PanelProfile:
    groups: Sequence[GroupProfile]
    experts: Sequence[ExpertAuthority]
    nodes: Sequence[NodeAuthority]
    basis: Sequence[tuple[str, Sequence[int]]]
    """Kind of basis → how many said much, some, little."""

    @property
    def invited(self) -> int:
        return sum(group.invited for group in self.groups)

    @property
    def submitted(self) -> int:
        return sum(group.submitted for group in self.groups)

    @property
    def mean_basis(self) -> float | None:
        return mean(expert.basis for expert in self.experts)

    @property
    def mean_familiarity(self) -> float | None:
        return mean(expert.familiarity for expert in self.experts)

    @property
    def mean_authority(self) -> float | None:
        return mean(expert.authority for expert in self.experts)

    @property
    def known(self) -> int:
        """Experts whose Cr is known."""
        return sum(expert.authority is not None for expert in self.experts)

    @property
    def usual(self) -> bool:
        return (self.mean_authority or 0.0) >= USUAL


def panel_profile(survey: Survey) -> PanelProfile:
    """In two queries, however large the panel is."""
    experts = list(survey.experts.select_related("person").order_by("pk"))
    handed_in = [expert for expert in experts if expert.submitted_at]
    said = _familiarities(survey)
    told = [_authority(survey, expert, said.get(expert.pk, {})) for expert in handed_in]
    nodes = structure_of(survey.edition).nodes
    return PanelProfile(
        _groups(experts),
        told,
        [_node(node, told, said) for node in sorted(nodes, key=lambda node: node.position)],
        [(kind, [_count(handed_in, kind, extent) for extent in extents]) for kind, extents in BASIS.items()],
    )


def _familiarities(survey: Survey) -> dict[int, dict[int, str]]:
    """Expert → node → the word."""
    said: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Section.objects.filter(expert__survey=survey, assigned=True, declined_at=None).exclude(familiarity="")
    for expert, node, word in rows.order_by().values_list("expert_id", "node_id", "familiarity"):
        said[expert][node] = word
    return said


def _authority(survey: Survey, expert: Expert, said: Mapping[int, str]) -> ExpertAuthority:
    by_node = {node: FAMILIARITY[word] for node, word in said.items()}
    return ExpertAuthority(
        expert, shown_name(survey, expert), basis_score(expert.basis), familiarity_score(said.values()), by_node
    )


def _node(node: Indicator, told: Sequence[ExpertAuthority], said: Mapping[int, Mapping[int, str]]) -> NodeAuthority:
    words = Counter(said.get(each.expert.pk, {}).get(node.pk, "") for each in told)
    return NodeAuthority(
        node,
        [words[word] for word in FAMILIARITY],
        mean(each.by_node.get(node.pk) for each in told),
        mean(each.at([node.pk]) for each in told),
    )


def _count(experts: Sequence[Expert], kind: str, extent: str) -> int:
    return sum(expert.basis.get(kind) == extent for expert in experts)


def _groups(experts: Sequence[Expert]) -> list[GroupProfile]:
    """In the order of their names; those without a group last."""
    groups: dict[str, GroupProfile] = {}
    for expert in experts:
        group = groups.setdefault(expert.group, GroupProfile(expert.group))
        person = expert.person
        group.invited += 1
        group.submitted += expert.submitted_at is not None
        group.fields[expert.field or (person.field if person else "")] += 1
        group.positions[person.title if person else ""] += 1
        group.organisations |= {person.organisation} if person and person.organisation else set()
    for group in groups.values():
        del group.fields[""], group.positions[""]
    return sorted(groups.values(), key=lambda group: (not group.name, group.name))
