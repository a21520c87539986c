"""The panel as a referee wants to know it: who they are, how well they know the subject, what they judge by.

Authority is told of those who submitted; whoever is unfinished stands in the counts of the invited alone. Groups of
too few experts are told together, and fields and positions over the whole panel only: crossed with groups they would
point at somebody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.authority import BASIS, FAMILIARITY, USUAL, authority, basis_score, familiarity_score, mean
from surveys.models import Expert, Indicator, Section, Survey
from surveys.selectors.naming import shown_name
from surveys.selectors.small_groups import Told, breakdown, cells_shown, shown_groups
from surveys.selectors.structure import structure_of


@dataclass(frozen=True)
class GroupProfile:
    """The experts of one known group, or (without a name) of all that are not told apart."""

    name: str
    invited: int
    submitted: int
    organisations: int


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
    """One node: how many said how well they know it, in these words (None: too few to be told), and the means over
    those who said.
    """

    node: Indicator
    words: Sequence[int | None]
    familiarity: float | None
    authority: float | None


@dataclass(frozen=True)
class PanelProfile:
    invited: int
    groups: Sequence[GroupProfile]
    fields: Told
    positions: Told
    experts: Sequence[ExpertAuthority]
    nodes: Sequence[NodeAuthority]
    basis: Sequence[tuple[str, Sequence[int | None]]]
    """Kind of basis → how many said much, some, little."""
    fewest: int

    @property
    def submitted(self) -> int:
        return len(self.experts)

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
    nodes, fewest = structure_of(survey.edition).nodes, survey.smallest_group
    people = [expert.person for expert in experts]
    fields = (each.field or (who.field if who else "") for each, who in zip(experts, people, strict=True))
    return PanelProfile(
        len(experts),
        _groups(experts, fewest),
        breakdown(fields, fewest),
        breakdown((who.title if who else "" for who in people), fewest),
        told,
        [_node(node, told, said, fewest) for node in sorted(nodes, key=lambda node: node.position)],
        [(kind, _extents(handed_in, kind, fewest)) for kind in BASIS],
        fewest,
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


def _node(
    node: Indicator, told: Sequence[ExpertAuthority], said: Mapping[int, Mapping[int, str]], fewest: int
) -> NodeAuthority:
    words = Counter(said.get(each.expert.pk, {}).get(node.pk, "") for each in told)
    counts = [words[word] for word in FAMILIARITY]
    enough = sum(counts) >= fewest
    return NodeAuthority(
        node,
        cells_shown(counts, fewest, aside=words[""]),
        mean(each.by_node.get(node.pk) for each in told) if enough else None,
        mean(each.at([node.pk]) for each in told) if enough else None,
    )


def _extents(experts: Sequence[Expert], kind: str, fewest: int) -> list[int | None]:
    said = Counter(str(expert.basis.get(kind, "")) for expert in experts)
    counts = [said[extent] for extent in BASIS[kind]]
    return cells_shown(counts, fewest, aside=len(experts) - sum(counts))


def _groups(experts: Sequence[Expert], fewest: int) -> list[GroupProfile]:
    """In the order of their names; those of no group, and of groups that are not told, last and together."""
    members: dict[str, list[Expert]] = defaultdict(list)
    for expert in experts:
        members[expert.group].append(expert)
    nowhere = members.pop("", [])
    invited = {name: len(group) for name, group in members.items()}
    submitted = {name: _submitted(group) for name, group in members.items()}
    shown = shown_groups(invited, fewest, aside=len(nowhere))
    shown &= shown_groups(submitted, fewest, aside=_submitted(nowhere))
    others = [*nowhere, *(expert for name, group in members.items() if name not in shown for expert in group)]
    rows = [_group(name, group) for name, group in sorted(members.items()) if name in shown]
    return [*rows, _group("", others)] if others else rows


def _group(name: str, experts: Sequence[Expert]) -> GroupProfile:
    organisations = {expert.person.organisation for expert in experts if expert.person}
    return GroupProfile(name, len(experts), _submitted(experts), len(organisations - {""}))


def _submitted(experts: Sequence[Expert]) -> int:
    return sum(expert.submitted_at is not None for expert in experts)
