"""What `import ahp` gives and costs."""

import subprocess
import sys

import ahp

SURFACE = [
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
