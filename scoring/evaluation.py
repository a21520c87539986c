"""The chain from files alone: judgments or weights, and data, become weights, consistency, scores and ranks."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

import ahp
from scoring.files import DataTable, fault_problems
from scoring.ranking import Scores, ScoringError, score
from scoring.rules import groups_of, leaf_rules, node_rules
from surveys.files.judgments import PANEL, JudgmentRow
from surveys.files.problems import FileErrors, Problem
from surveys.files.tree import Tree
from surveys.files.writing import Cell
from surveys.scale import ratio_of

Local = Mapping[str, Sequence[float]]
Matrices = dict[str, ahp.Matrix]


@dataclass(frozen=True)
class PanelWeights:
    """The panel's local weights below each node, and the consistency of every matrix as rows of `CONSISTENCY`."""

    local: Local
    consistency: list[Sequence[Cell]]


LONGEST_TABLE = "simulated"
WEIGHTS = ("code", "name", "local_weight", "global_weight")
CONSISTENCY = ("expert", "node", "n", "lambda_max", "ci", "random_index", "ri", "cr")
SCORES = ("data", "unit", "code", "name", "score", "rank")


def panel_weights(
    rows: Sequence[JudgmentRow], tree: Tree, *, file: str, method: str, random_index: str
) -> PanelWeights:
    """Return what the panel's judgments give: the geometric mean of the experts' matrices, and its weights.

    Missing answers are completed as the method says. Raises `FileErrors` when an expert's answers do not link all
    children of a node, or the table of random indices has no value for their number.
    """
    panel = {expert: _matrices(said, tree) for expert, said in _by_expert(rows).items()}
    problems = [*_unlinked_problems(file, panel), *_table_problems(tree, random_index)]
    if problems:
        raise FileErrors(problems)
    group: Matrices = {
        node: ahp.aggregate_judgments([matrices[node] for matrices in panel.values()]) for node in _compared(tree)
    }
    weights = {node: ahp.priorities(matrix, method=method).weights.tolist() for node, matrix in group.items()}
    local = {node: weights.get(node, [1.0]) for node in tree.parents()}
    tested = [*panel.items(), (PANEL, group)]
    return PanelWeights(local, [line for name, found in tested for line in _consistency(name, found, random_index)])


def scores_of(data: DataTable, tree: Tree, local: Local) -> Scores:
    """Return the scores of a data set on its node and everything below, or raise `FileErrors`."""
    try:
        return score(
            data.values,
            data.columns,
            tree.children,
            local,
            root=data.node,
            rules=leaf_rules(tree),
            nodes=node_rules(tree),
            groups=groups_of(data.attributes),
        )
    except ScoringError as error:
        raise FileErrors(fault_problems(data, error.faults)) from error


def weight_lines(tree: Tree, local: Local, language: str) -> Iterator[Sequence[Cell]]:
    """Yield a row of `WEIGHTS` for every node in tree order."""
    children: dict[Hashable, Sequence[str]] = {code: tree.children[code] for code in tree.codes}
    below: dict[Hashable, Sequence[float]] = {code: local[code] for code in tree.parents()}
    overall = ahp.global_weights(children, below)
    shares = {code: share for node in below for code, share in zip(children[node], below[node], strict=True)}
    for code in tree.codes:
        yield code, tree.rows[code].names[language], float(shares.get(code, 1.0)), float(overall[code])


def score_lines(name: str, data: DataTable, scores: Scores, tree: Tree, language: str) -> Iterator[Sequence[Cell]]:
    """Yield a row of `SCORES` for every node in tree order and every unit from the first rank to the last.

    A unit without a score stands at the end, its score and rank blank.
    """
    for place, code in enumerate(scores.codes):
        text = tree.rows[code].names[language]
        ranks = scores.ranks[place].tolist()
        values = scores.scores[place].tolist()
        for unit in sorted(range(len(ranks)), key=lambda unit: ranks[unit] or len(ranks) + 1):
            rank = ranks[unit]
            yield name, data.units[unit], code, text, values[unit] if rank else None, rank or None


def notice_lines(data: DataTable, scores: Scores) -> Iterator[str]:
    """Yield a sentence for each thing that was done to some units and must be known beside the scores."""
    sentences = {
        "filled": _("%(code)s: a missing value was replaced for %(units)s"),
        "capped": _("%(code)s: a value beyond the bounds was moved to them for %(units)s"),
        "outside": _("%(code)s: a value beyond the bounds gives a score below 0 or above 100 to %(units)s"),
        "reweighted": _("%(code)s: the weights of what is missing were shared out for %(units)s"),
        "left_out": _("%(code)s: left out, for want of a value: %(units)s"),
        "zero": _("%(code)s: a score of 0 under a geometric or harmonic mean gives 0 to %(units)s"),
    }
    for notice in scores.notices:
        units = ", ".join(data.units[unit] for unit in notice.units)
        yield f"{data.file}: " + sentences[notice.kind] % {"code": notice.code, "units": units}


def _by_expert(rows: Sequence[JudgmentRow]) -> dict[str, list[JudgmentRow]]:
    experts: dict[str, list[JudgmentRow]] = {}
    for row in rows:
        experts.setdefault(row.expert, []).append(row)
    return experts


def _compared(tree: Tree) -> list[str]:
    """Return the nodes that ask for comparisons: a single child has the weight 1 and no question."""
    return [node for node in tree.parents() if len(tree.children[node]) > 1]


def _matrices(rows: Sequence[JudgmentRow], tree: Tree) -> Matrices:
    judged: dict[str, dict[tuple[str, str], float]] = {node: {} for node in _compared(tree)}
    for row in rows:
        if row.strength is not None:
            judged[row.parent][row.item_a, row.item_b] = ratio_of(row.more_important, row.strength)
    return {node: ahp.matrix_from_pairs(tree.children[node], pairs) for node, pairs in judged.items()}


def _unlinked_problems(file: str, panel: Mapping[str, Matrices]) -> Iterator[Problem]:
    """Every expert's answers must link all children of every node."""
    for expert, matrices in panel.items():
        for node, matrix in matrices.items():
            try:
                ahp.priorities(matrix, method="log_least_squares")
            except ahp.DisconnectedError as error:
                yield _unlinked(file, expert, node, error)


def _unlinked(file: str, expert: str, node: str, error: ahp.DisconnectedError) -> Problem:
    named = "; ".join("{" + ", ".join(map(str, group)) + "}" for group in error.components)
    what = _("the answers of expert %(expert)s under %(node)s do not link all items, they fall into %(groups)s") % {
        "expert": expert,
        "node": node,
        "groups": named,
    }
    a, b = error.pairs[0]
    return Problem(file, what, _("add an answer between two groups, such as %(a)s – %(b)s") % {"a": a, "b": b})


def _table_problems(tree: Tree, random_index: str) -> Iterator[Problem]:
    """The table must not be too short for any node."""
    for node in _compared(tree):
        try:
            ahp.random_index(len(tree.children[node]), table=random_index)
        except ahp.RandomIndexError as error:
            named = {"table": error.table, "n": error.n, "node": node}
            what = _("the table %(table)s has no random index for the %(n)d children of %(node)s") % named
            yield Problem("--random-index", what, _longer_table(error))


def _longer_table(error: ahp.RandomIndexError) -> str:
    if error.table == LONGEST_TABLE:
        return _("put a level of groups between the node and its children")
    return _("choose another table, such as simulated")


def _consistency(expert: str, matrices: Matrices, random_index: str) -> Iterator[Sequence[Cell]]:
    for node, matrix in matrices.items():
        found = ahp.consistency(matrix, random_index=random_index)
        tested = (found.random_index, found.ratio) if found.testable else (None, None)
        yield expert, node, len(matrix.labels), found.lambda_max, found.index, found.table, *tested
