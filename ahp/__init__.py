"""The analytic hierarchy process: from judgments in pairs to weights that can be defended.

>>> import ahp
>>> m = ahp.matrix([[1, 2, 3], [1/2, 1, 4], [1/3, 1/4, 1]], ["cost", "quality", "risk"])
>>> ahp.priorities(m).by_label()["cost"]
0.5171...
>>> c = ahp.consistency(m, random_index="saaty1980")
>>> c.table, round(c.ratio, 3)
('saaty1980', 0.093)

Functions return frozen results; nothing is rounded, printed or changed in place. Only numpy is needed at import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ahp._aggregation import aggregate_judgments, aggregate_priorities
from ahp._consistency import Consistency, consistency
from ahp._errors import (
    AHPError,
    ConvergenceError,
    DiagonalError,
    DisconnectedError,
    ExpertWeightError,
    LabelError,
    MatrixError,
    NotPositiveError,
    NotReciprocalError,
    OptionError,
    PanelError,
    RandomIndexError,
    ShapeError,
    TreeError,
    WeightError,
)
from ahp._matrix import Matrix, matrix, matrix_from_pairs
from ahp._priorities import Priorities, priorities
from ahp._random_index import random_index
from ahp._tree import global_weights

if TYPE_CHECKING:
    from ahp._bootstrap import Bootstrap, bootstrap_panel
    from ahp._careless import Careless, careless
    from ahp._circles import CircularTriads, circular_triads, order_violations
    from ahp._consensus import Consensus, Goepel, consensus
    from ahp._diagnostics import Diagnostics, WorstTriad, diagnostics, worst_triad
    from ahp._disagreement import Camps, Disagreement, PairDisagreement, camps, disagreement, pair_disagreement
    from ahp._distances import ExpertDistance, expert_distances
    from ahp._hierarchy import HierarchyConsistency, LevelConsistency, hierarchy_consistency
    from ahp._hints import Hint, hints
    from ahp._intervals import Intervals, group_intervals, pooled_error, weight_intervals
    from ahp._merge import merge_parts
    from ahp._panel import Panel, evaluate_panel
    from ahp._parts import PanelPart, evaluate_part
    from ahp._questions import NextQuestion, QuestionOrder, next_question, question_order
    from ahp._sums import JudgmentSums, judgment_sums

__all__ = [
    "AHPError",
    "Bootstrap",
    "Camps",
    "Careless",
    "CircularTriads",
    "Consensus",
    "Consistency",
    "ConvergenceError",
    "Diagnostics",
    "DiagonalError",
    "Disagreement",
    "DisconnectedError",
    "ExpertDistance",
    "ExpertWeightError",
    "Goepel",
    "HierarchyConsistency",
    "Hint",
    "Intervals",
    "JudgmentSums",
    "LabelError",
    "LevelConsistency",
    "Matrix",
    "MatrixError",
    "NextQuestion",
    "NotPositiveError",
    "NotReciprocalError",
    "OptionError",
    "PairDisagreement",
    "Panel",
    "PanelError",
    "PanelPart",
    "Priorities",
    "QuestionOrder",
    "RandomIndexError",
    "ShapeError",
    "TreeError",
    "WeightError",
    "WorstTriad",
    "aggregate_judgments",
    "aggregate_priorities",
    "bootstrap_panel",
    "camps",
    "careless",
    "circular_triads",
    "consensus",
    "consistency",
    "diagnostics",
    "disagreement",
    "evaluate_panel",
    "evaluate_part",
    "expert_distances",
    "global_weights",
    "group_intervals",
    "hierarchy_consistency",
    "hints",
    "judgment_sums",
    "matrix",
    "matrix_from_pairs",
    "merge_parts",
    "next_question",
    "order_violations",
    "pair_disagreement",
    "pooled_error",
    "priorities",
    "question_order",
    "random_index",
    "weight_intervals",
    "worst_triad",
]

_LOADED_WHEN_USED = {  # so that importing the package costs little more than importing numpy
    "_bootstrap": "Bootstrap bootstrap_panel",
    "_careless": "Careless careless",
    "_circles": "CircularTriads circular_triads order_violations",
    "_consensus": "Consensus Goepel consensus",
    "_diagnostics": "Diagnostics WorstTriad diagnostics worst_triad",
    "_disagreement": "Camps Disagreement PairDisagreement camps disagreement pair_disagreement",
    "_distances": "ExpertDistance expert_distances",
    "_hierarchy": "HierarchyConsistency LevelConsistency hierarchy_consistency",
    "_hints": "Hint hints",
    "_intervals": "Intervals group_intervals pooled_error weight_intervals",
    "_merge": "merge_parts",
    "_panel": "Panel evaluate_panel",
    "_parts": "PanelPart evaluate_part",
    "_questions": "NextQuestion QuestionOrder next_question question_order",
    "_sums": "JudgmentSums judgment_sums",
}


def __getattr__(name: str) -> Any:
    for module, names in _LOADED_WHEN_USED.items():
        if name in names.split():
            loaded = import_module(f"ahp.{module}")
            globals().update({found: getattr(loaded, found) for found in names.split()})
            return globals()[name]
    raise AttributeError(f"module 'ahp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
