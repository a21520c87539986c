"""What a file of judgments would change, before it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.files.judgments import JudgmentRow
from surveys.files.matrices import Asked as AskedOfFile
from surveys.files.matrices import People
from surveys.files.tree import Tree
from surveys.models import Indicator, Judgment, MoreImportant, Survey
from surveys.scale import sentence
from surveys.selectors.sections import asked_counts, planned_by_node
from surveys.selectors.structure import structure_of
from surveys.selectors.trees import indicator_rows, tree_of
from surveys.sheet import key_of
from surveys.texts import text_in

CANNOT_JUDGE = MoreImportant.CANNOT_JUDGE
Said = dict[tuple[str, str], tuple[str, int | None]]


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
    said = _current(survey, {row.expert for row in rows})
    known = dict(survey.experts.values_list("code", "pk"))
    usual, begun = planned_by_node(survey), asked_counts(survey)
    nodes = _nodes_of_pairs(survey)
    by_expert: dict[str, list[JudgmentRow]] = {}
    for row in rows:
        by_expert.setdefault(row.expert, []).append(row)
    return [
        _preview(
            code,
            code in known,
            answers,
            said.get(code, {}),
            Asked(begun.get(known.get(code, 0), usual), nodes, survey.missing_allowed),
        )
        for code, answers in by_expert.items()
    ]


@dataclass(frozen=True)
class Asked:
    """What an expert is asked: node → how many pairs; and which answers settle a pair of which node."""

    counts: Mapping[int, int]
    nodes: Mapping[tuple[str, str], int]
    missing_allowed: bool

    def answered(self, said: Said) -> int:
        """As many pairs of each node as were planned may be any of them."""
        given = Counter(
            self.nodes[pair]
            for pair, (answer, _strength) in said.items()
            if self.missing_allowed or answer != CANNOT_JUDGE
        )
        return sum(min(given[node], most) for node, most in self.counts.items())

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def _preview(code: str, known: bool, rows: Sequence[JudgmentRow], said: Said, asked: Asked) -> ImportPreview:
    kinds = Counter(_kind(row, said) for row in rows)
    after = said | {(row.item_a, row.item_b): (row.more_important, row.strength) for row in rows}
    return ImportPreview(code, known, kinds["new"], kinds["changed"], kinds["same"], asked.answered(after), asked.total)


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


def _nodes_of_pairs(survey: Survey) -> dict[tuple[str, str], int]:
    pairs = structure_of(survey.edition).pairs.values()
    return {(pair.item_a.code, pair.item_b.code): pair.node_id for pair in pairs}


# --- files that name experts and indicators in their own way ---


def panel_names(survey: Survey) -> dict[str, str]:
    """Code → name of everybody on the panel."""
    rows = survey.experts.order_by("id").values_list("code", "person__name")
    return {code: name or "" for code, name in rows}


def asked_of(survey: Survey) -> AskedOfFile:
    """What a file of matrices may be about. A name that two experts have means neither of them."""
    panel = panel_names(survey)
    often = Counter(key_of(name) for name in panel.values() if name)
    by_key = {key_of(name): code for code, name in panel.items() if name and often[key_of(name)] == 1}
    by_key |= {key_of(code): code for code in panel}
    return AskedOfFile(Tree(indicator_rows(tree_of(survey.edition))), People(by_key))


@dataclass(frozen=True)
class NodePreview:
    """One expert at one node: what the file says against what is stored now.

    `changes` are the answers that would become others: before and after, as sentences. What an expert said before
    stays hidden until they have submitted.
    """

    code: str
    node: Indicator
    new: int
    changed: int
    same: int
    pairs: int
    changes: Sequence[tuple[str, str]]


def node_previews(survey: Survey, rows: Sequence[JudgmentRow]) -> list[NodePreview]:
    """Each matrix of the file; those that change something first."""
    codes = {row.expert for row in rows}
    said = _current(survey, codes)
    open_books = set(survey.experts.filter(code__in=codes).exclude(submitted_at=None).values_list("code", flat=True))
    structure = structure_of(survey.edition)
    by_matrix: dict[tuple[str, str], list[JudgmentRow]] = {}
    for row in rows:
        by_matrix.setdefault((row.expert, row.parent), []).append(row)
    nodes = {node.code: node for node in structure.nodes}
    names = {item.code: text_in(item.name) for node in structure.by_node for item in structure.items_of(node)}
    found = [
        _node_preview(
            code,
            nodes[node],
            some,
            said.get(code, {}),
            names if code in open_books else {},
            len(structure.by_node[nodes[node].pk]),
        )
        for (code, node), some in by_matrix.items()
        if node in nodes
    ]
    return sorted(found, key=lambda one: (not one.changed, not one.new))


def _node_preview(
    code: str, node: Indicator, rows: Sequence[JudgmentRow], said: Said, names: Mapping[str, str], pairs: int
) -> NodePreview:
    """Without names nothing is told of single answers."""
    kinds = Counter(_kind(row, said) for row in rows)
    changes = [
        (
            sentence(*said[row.item_a, row.item_b], names[row.item_a], names[row.item_b]),
            sentence(row.more_important, row.strength, names[row.item_a], names[row.item_b]),
        )
        for row in rows
        if names and _kind(row, said) == "changed"
    ]
    return NodePreview(code, node, kinds["new"], kinds["changed"], kinds["same"], pairs, changes)
