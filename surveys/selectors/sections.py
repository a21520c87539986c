"""The sections of an expert's questionnaire, as stored when the expert began or as they would be made."""

from __future__ import annotations

from collections import defaultdict

from surveys import plan
from surveys.models import Expert, Section, Survey
from surveys.selectors.structure import Structure, structure_of


def sections_of(expert: Expert) -> list[Section]:
    """In the order of asking, with their nodes; unsaved ones before the expert has begun. At most two queries."""
    structure = structure_of(expert.survey.edition)
    stored = {section.node_id: section for section in Section.objects.filter(expert=expert).order_by()}
    made = stored or {section.node_id: section for section in sections_made(expert)}
    for section in made.values():
        section.node = structure.by_node[section.node_id][0].node
    nodes = structure.nodes
    if expert.survey.question_order == Survey.Order.PAPER:
        nodes = sorted(nodes, key=lambda node: node.position)
    return [made[node.pk] for node in nodes]


def sections_made(expert: Expert) -> list[Section]:
    """A section for every node that asks something, not stored."""
    structure = structure_of(expert.survey.edition)
    return [_made(expert, structure, node_id) for node_id in structure.by_node]


def _made(expert: Expert, structure: Structure, node_id: int) -> Section:
    pairs, items = structure.by_node[node_id], structure.items_of(node_id)
    return Section(
        expert=expert,
        node_id=node_id,
        pairs=[list(shown) for shown in plan.order_of(pairs, items, expert.survey, expert.seed)],
        planned=plan.questions_for(len(items), expert.survey),
    )


def asked_counts(survey: Survey) -> dict[int, dict[int, int]]:
    """Expert → node → how many pairs are asked there, for every expert who has begun, in one query."""
    rows = Section.objects.filter(expert__survey=survey).order_by()
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for expert, node, planned, assigned, declined in rows.values_list(
        "expert_id", "node_id", "planned", "assigned", "declined_at"
    ):
        counts[expert][node] = planned if assigned and declined is None else 0
    return dict(counts)


def planned_by_node(survey: Survey) -> dict[int, int]:
    """Node → how many pairs are asked of an expert about whom nothing else was decided."""
    structure = structure_of(survey.edition)
    return {node: plan.questions_for(len(structure.items_of(node)), survey) for node in structure.by_node}
