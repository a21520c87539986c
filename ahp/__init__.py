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

from ahp._aggregation import aggregate_judgments, aggregate_priorities
from ahp._circles import CircularTriads, circular_triads, order_violations
from ahp._consistency import Consistency, consistency
from ahp._diagnostics import Diagnostics, WorstTriad, diagnostics, worst_triad
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
from ahp._hints import Hint, hints
from ahp._matrix import Matrix, matrix, matrix_from_pairs
from ahp._panel import Panel, evaluate_panel, merge_parts
from ahp._parts import PanelPart, evaluate_part
from ahp._priorities import Priorities, priorities
from ahp._random_index import random_index
from ahp._sums import JudgmentSums, judgment_sums
from ahp._tree import global_weights

__all__ = [
    "AHPError",
    "CircularTriads",
    "Consistency",
    "ConvergenceError",
    "Diagnostics",
    "DiagonalError",
    "DisconnectedError",
    "ExpertWeightError",
    "Hint",
    "JudgmentSums",
    "LabelError",
    "Matrix",
    "MatrixError",
    "NotPositiveError",
    "NotReciprocalError",
    "OptionError",
    "Panel",
    "PanelError",
    "PanelPart",
    "Priorities",
    "RandomIndexError",
    "ShapeError",
    "TreeError",
    "WeightError",
    "WorstTriad",
    "aggregate_judgments",
    "aggregate_priorities",
    "circular_triads",
    "consistency",
    "diagnostics",
    "evaluate_panel",
    "evaluate_part",
    "global_weights",
    "hints",
    "judgment_sums",
    "matrix",
    "matrix_from_pairs",
    "merge_parts",
    "order_violations",
    "priorities",
    "random_index",
    "worst_triad",
]
