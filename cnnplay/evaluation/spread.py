"""How far apart the accuracies of runs lie that differ in nothing but their seed."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIN_RUNS = 3
"""From fewer, a standard deviation says next to nothing."""
T_95 = (
    4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139, 2.200985, 2.178813,
    2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024,
)  # fmt: skip
"""Two-sided 95 % quantiles of Student's t for 2, 3, 4 ... degrees of freedom; for more than the last, it is taken."""


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
    mean, std = statistics.fmean(values), statistics.stdev(values)
    half = T_95[min(n - MIN_RUNS, len(T_95) - 1)] * std / math.sqrt(n)
    return Spread(mean, std, max(0.0, mean - half), min(1.0, mean + half), n)
