"""Random indices: the mean consistency index of matrices answered at random, by table.

The same answers pass or fail by table, so a table has a name and the name goes with every consistency ratio.

simulated
    Computed for this package: upper entries uniform on the 17 values 1/9 … 1 … 9. n = 3 and 4 by full enumeration
    (17**3 and 17**6 matrices), others by simulation (``python -m benchmarks.random_index``), s.e. at most .0003.
saaty1980
    T. L. Saaty (1980), The Analytic Hierarchy Process; 500 matrices per size, n = 3 is 10 % too large.
saaty2005
    T. L. Saaty (2005), Theory and Applications of the Analytic Network Process.
alonso_lamata
    J. A. Alonso and M. T. Lamata (2006), Consistency in the analytic hierarchy process: a new approach, International
    Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 14, 445-459; 100 000 matrices per size.
common_cn
    The table usual in Chinese papers, from 3 to 11 items.
"""

import numpy as np

from ahp._errors import OptionError, RandomIndexError

DEFAULT_TABLE = "simulated"

TABLES: dict[str, tuple[float, ...]] = {  # the first value is that of n = 3
    "simulated": (0.5244574543, 0.8841580007, 1.1090, 1.2492, 1.3408, 1.4044, 1.4506, 1.4860, 1.5137, 1.5362, 1.5548,
                  1.5705, 1.5839, 1.5954, 1.6054, 1.6143, 1.6222, 1.6293, 1.6354, 1.6410, 1.6463, 1.6510, 1.6553,
                  1.6593, 1.6629, 1.6664, 1.6695, 1.6725),
    "saaty1980": (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    "saaty2005": (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    "alonso_lamata": (0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713,
                      1.5838),
    "common_cn": (0.52, 0.89, 1.12, 1.26, 1.36, 1.41, 1.46, 1.49, 1.52),
}  # fmt: skip

DESIGN_TABLE = "simulated_design"
DESIGN: dict[int, dict[int, float]] = {  # items: {questions of `question_order` answered: random index}, simulated
    4: {4: 0.2528, 5: 0.5747},
    5: {5: 0.1473, 6: 0.341, 8: 0.7232},
    6: {6: 0.0965, 8: 0.3445, 9: 0.4685, 12: 0.8758},
    7: {7: 0.0686, 9: 0.2405, 11: 0.4259, 14: 0.7055, 17: 0.9846},
    8: {8: 0.0505, 10: 0.1763, 12: 0.3114, 16: 0.5942, 20: 0.8714, 24: 1.1399},
    9: {9: 0.0392, 11: 0.1353, 14: 0.294, 18: 0.5142, 22: 0.7289, 27: 0.9914},
    10: {10: 0.031, 13: 0.1466, 15: 0.2306, 20: 0.4488, 25: 0.667, 30: 0.8774},
    11: {11: 0.0252, 14: 0.1187, 17: 0.2213, 22: 0.3984, 27: 0.5773, 33: 0.786},
    12: {12: 0.021, 15: 0.0982, 18: 0.1814, 24: 0.3589, 30: 0.5374, 36: 0.7097},
}  # fmt: skip


def random_index(n: int, missing: int = 0, table: str = DEFAULT_TABLE) -> float:
    """The mean consistency index of random matrices of this size.

    Parameters
    ----------
    n : int
        Number of items.
    missing : int, default 0
        Number of pairs without an answer.
    table : {"simulated", "saaty1980", "saaty2005", "alonso_lamata", "common_cn"}
        Whose values.

    Returns
    -------
    float
        ``RI_n * (1 - 2 * missing / ((n - 1) * (n - 2)))``; 0 where nothing can be tested (n at most 2, or a
        spanning tree).

    Raises
    ------
    RandomIndexError
        The table has no value for n, or fewer than n - 1 pairs are answered.
    OptionError
        There is no such table.

    Notes
    -----
    The rule for missing pairs: K. C. Agoston and L. Csato (2022), Inconsistency thresholds for incomplete pairwise
    comparison matrices, Omega 108, 102576. Against a simulation it is within 5 % for n up to 10.

    Examples
    --------
    >>> import ahp
    >>> ahp.random_index(3), ahp.random_index(3, table="saaty1980")
    (0.5244574543, 0.58)
    >>> ahp.random_index(4, missing=3)
    0.0
    """
    values = TABLES.get(table)
    if values is None:
        raise OptionError("random_index", table, tuple(TABLES))
    if 3 <= n < 3 + len(values) and not missing:
        return values[n - 3]
    return _at(values, n, missing, table)


def _at(values: tuple[float, ...], n: int, missing: int, table: str) -> float:
    if n < 1:
        raise RandomIndexError(table, n, f"a matrix has at least 1 item, not {n}")
    full = (n - 1) * (n - 2) // 2
    if not 0 <= missing <= full:
        raise RandomIndexError(table, n, f"of {n} items, 0 to {full} pairs may be missing, not {missing}")
    if n <= 2:
        return 0.0
    if n > len(values) + 2:
        raise RandomIndexError(
            table, n, f"the random-index table {table!r} ends at {len(values) + 2} items, there are {n}; {_longer(n)}"
        )
    return values[n - 3] * (1 - missing / full)


def _longer(n: int) -> str:
    longer = [name for name, values in TABLES.items() if len(values) + 2 >= n]
    return f"use {' or '.join(longer)}" if longer else "split the node into groups of fewer items"


def design_random_index(n: int, missing: int) -> float:
    """The random index when the first questions of `question_order` are answered; interpolated between simulated sizes.

    The circle that comes first makes sparse answers easier to reconcile than the rule for missing pairs assumes.
    """
    rule, full = random_index(n, missing), n * (n - 1) // 2
    known = DESIGN.get(n)
    asked = full - missing
    if not known or not missing or asked < n:
        return rule
    sizes = sorted(known)
    corrections = [known[size] / random_index(n, full - size) for size in sizes]
    return rule * float(np.interp(asked, [*sizes, full], [*corrections, 1.0]))
