"""Random indices and the spread of random consistency: ``python -m benchmarks.random_index [draws]``.

Prints, for n = 4 … 30, the mean consistency index of matrices whose upper entries are uniform on the 17 values
1/9 … 1 … 9, its standard error, and the quantiles that `ahp` keeps to tell answers from chance.
"""

import math
import sys

import numpy as np

from ahp._batch import principal_batch
from ahp._cells import Array
from ahp._shared import SCALE

LEVELS = (
    *(1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1),
    *(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999),
)
_BLOCK = 4096


def random_indices_of(n: int, draws: int, seed: int) -> Array:
    """Consistency indices of random matrices."""
    generator = np.random.default_rng([seed, n])
    found = np.empty(draws)
    for start in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - start)
        ratios = generator.choice(SCALE, (n * (n - 1) // 2, count))
        found[start : start + count] = (principal_batch(ratios, n)[1] - n) / (n - 1)
    return found


def main(draws: int) -> None:
    """Print one line per size: n, mean, standard error, quantiles."""
    for n in range(4, 31):
        indices = random_indices_of(n, draws, seed=2024)
        error = indices.std() / math.sqrt(draws)
        quantiles = ", ".join(f"{value:.4g}" for value in np.quantile(indices, LEVELS))
        print(f"{n}: mean {indices.mean():.5f} s.e. {error:.5f} quantiles ({quantiles}),", flush=True)


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
