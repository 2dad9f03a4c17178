"""How far apart the accuracies of runs lie that differ in nothing but their seed."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIN_RUNS = 3
"""From fewer, a standard deviation says next to nothing."""


@dataclass(frozen=True)
class Spread:
    """Accuracies of several runs, all 0..1.

    Attributes:
        mean: of the runs.
        std: standard deviation of a run, from the sample.
        low, high: 95 % interval of the mean (Student 1908), kept within 0..1.
        n: number of runs.
    """

    mean: float
    std: float
    low: float
    high: float
    n: int


def measure_spread(values: Sequence[float]) -> Spread | None:
    """Mean, standard deviation and interval of the mean; None from fewer than `MIN_RUNS` values.

    The interval tells what other seeds would come to on the same pictures; it knows nothing of other pictures.

    Args:
        values: accuracies, 0..1.
    """
    n = len(values)
    if n < MIN_RUNS:
        return None
    from scipy.stats import t  # it takes a second to import, and most visitors have no series

    mean, std = statistics.fmean(values), statistics.stdev(values)
    half = float(t.ppf(0.975, n - 1)) * std / math.sqrt(n)
    return Spread(mean, std, max(0.0, mean - half), min(1.0, mean + half), n)
