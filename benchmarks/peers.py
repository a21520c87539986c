"""Other libraries for the analytic hierarchy process, each asked for weights and consistency ratio of one matrix."""

from collections.abc import Callable
from typing import Any

from ahp._cells import Array

Solver = Callable[[Array], Any]


def exact_solvers() -> dict[str, Solver]:
    """Libraries that find the principal eigenvector; ahpy with precision 12: by default it rounds to 4 digits."""
    import ahp_topsis
    from AhpAnpLib import calcs_AHPLib
    from pyDecision.algorithm.ahp import ahp_method
    from pymcdm.weights.subjective import AHP
    from saatypy.components.pairwise import PairwiseComparison

    def pydecision(values: Array) -> Any:
        return ahp_method(values, "max_eigen")

    def topsis(values: Array) -> Any:
        model = ahp_topsis.AHP(values)
        return model.weights("eigen"), model.consistency_ratio()

    def ahpanplib(values: Array) -> Any:
        return calcs_AHPLib.priorityVector(values), calcs_AHPLib.calcInconsistency(values)

    def saatypy(values: Array) -> Any:
        comparison = PairwiseComparison([str(i) for i in range(len(values))], values)
        return comparison.priorities(), comparison.cr

    def pymcdm(values: Array) -> Any:
        model = AHP(matrix=values)
        return model(), model.get_cr()

    return {
        "pyDecision (max_eigen)": pydecision,
        "ahp-topsis": topsis,
        "AhpAnpLib": ahpanplib,
        "saatypy": saatypy,
        "pymcdm": pymcdm,
        "ahpy (precision=12)": ahpy,
    }


def ahpy(values: Array) -> Any:
    """ahpy takes pairs, and completes those that are absent."""
    import ahpy as library

    n = len(values)
    pairs = {(i, j): values[i, j] for i in range(n) for j in range(i + 1, n) if values[i, j] == values[i, j]}
    comparison = library.Compare("matrix", pairs, precision=12)
    return comparison.local_weights, comparison.consistency_ratio
