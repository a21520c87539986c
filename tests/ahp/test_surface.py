"""What `import ahp` gives and costs."""

import subprocess
import sys

import ahp

SURFACE = [
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


def test_the_surface_is_what_was_promised() -> None:
    assert ahp.__all__ == sorted(ahp.__all__) == SURFACE
    for name in SURFACE:
        assert getattr(ahp, name).__doc__


def test_import_loads_numpy_only() -> None:
    code = "import sys, ahp; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "numpy" in loaded
    assert not loaded & {"django", "scipy", "pandas", "numba", "celery", "surveys", "scoring"}
