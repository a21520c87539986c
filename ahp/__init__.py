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
from ahp._panel import Panel, evaluate_panel, merge_parts
from ahp._parts import PanelPart, evaluate_part
from ahp._priorities import Priorities, priorities
from ahp._random_index import random_index
from ahp._sums import JudgmentSums, judgment_sums
from ahp._tree import global_weights

__all__ = [
    "AHPError",
    "Consistency",
    "ConvergenceError",
    "DiagonalError",
    "DisconnectedError",
    "ExpertWeightError",
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
    "aggregate_judgments",
    "aggregate_priorities",
    "consistency",
    "evaluate_panel",
    "evaluate_part",
    "global_weights",
    "judgment_sums",
    "matrix",
    "matrix_from_pairs",
    "merge_parts",
    "priorities",
    "random_index",
]
