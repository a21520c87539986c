"""Small things several modules need."""

import numpy as np

from ahp._cells import Array
from ahp._matrix import frozen_array

SCALE = frozen_array([1 / k for k in range(9, 1, -1)] + [float(k) for k in range(1, 10)])  # 1/9 … 1 … 9


def centred_logs(weights: Array) -> Array:
    """ln of weights, each row moved to sum 0."""
    logs: Array = np.log(weights)
    logs -= logs.mean(axis=-1, keepdims=True)
    return logs
