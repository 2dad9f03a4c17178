"""Whether one of two networks that read the same pictures is better, or was only luckier with these pictures."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnplay.evaluation.accuracy import Z_95

SIGNIFICANT = 0.05
"""Below this probability, chance alone is no good explanation of a difference."""
POWER = 0.8
"""How often a difference of the measured size is to be found by a plan for more pictures or seeds (Cohen 1988)."""
Z_POWER = 0.8416212335729143
"""Quantile of the normal distribution at `POWER`."""
N_RESAMPLES = 10_000

Answers = npt.NDArray[np.integer]


@dataclass(frozen=True)
class PairTable:
    """How many of the same pictures two networks read rightly.

    Attributes:
        n_both: both.
        n_only_a, n_only_b: one of them.
        n_neither: neither.
    """

    n_both: int
    n_only_a: int
    n_only_b: int
    n_neither: int

    @property
    def n(self) -> int:
        """Number of pictures."""
        return self.n_both + self.n_only_a + self.n_only_b + self.n_neither

    @property
    def difference(self) -> float:
        """Accuracy of the first minus that of the second, -1..1."""
        return (self.n_only_a - self.n_only_b) / self.n


def count_pairs(a: Answers, b: Answers, labels: Answers) -> PairTable:
    """Sorts the pictures by who read them rightly.

    Args:
        a: (N,) answers of one network, N at least 1.
        b: (N,) answers of the other.
        labels: (N,) right answers.
    """
    a_right, b_right = a == labels, b == labels
    n_both, n_a, n_b = int((a_right & b_right).sum()), int(a_right.sum()), int(b_right.sum())
    return PairTable(n_both, n_a - n_both, n_b - n_both, len(labels) - n_a - n_b + n_both)


def mcnemar(table: PairTable) -> float:
    """Two-sided p of McNemar's exact test (McNemar 1947, Psychometrika 12).

    Were the two equally good, so often would chance split the pictures that one alone read rightly as unevenly, or more
    so: `min(1, 2 P(X <= min(n_only_a, n_only_b)))` with X binomial of `n_only_a + n_only_b` fair coins.

    Args:
        table: counts of the pair.
    """
    n = table.n_only_a + table.n_only_b
    if n == 0:
        return 1.0
    from scipy.special import bdtr  # exact for even odds, and a lighter import than scipy.stats

    return min(1.0, 2 * float(bdtr(min(table.n_only_a, table.n_only_b), n, 0.5)))


def difference_interval(table: PairTable, *, seed: int = 0, n_resamples: int = N_RESAMPLES) -> tuple[float, float]:
    """The 95 % percentile interval of the difference in accuracy over resampled pictures (Efron 1979).

    A picture counts for the first, for the second or for neither: resampling N pictures is one multinomial draw of
    these three counts. Swapping the networks mirrors the interval.

    Args:
        table: counts of the pair.
        seed: of the resampling.
        n_resamples: how many.

    Returns:
        Lower and upper bound, -1..1.
    """
    more, less = max(table.n_only_a, table.n_only_b), min(table.n_only_a, table.n_only_b)
    shares = np.array([more, less, table.n - more - less]) / table.n
    drawn = np.random.default_rng(seed).multinomial(table.n, shares, size=n_resamples)
    differences = (drawn[:, 0] - drawn[:, 1]) / table.n
    if more == less:
        differences = np.concatenate([differences, -differences])
    low, high = (float(bound) for bound in np.quantile(differences, [0.025, 0.975]))
    return (low, high) if table.n_only_a >= table.n_only_b else (-high, -low)


def images_to_settle(table: PairTable) -> int | None:
    """How many test pictures McNemar's test needs to find a difference of this size four times out of five.

    `((z_0.975 sqrt(d) + z_0.8 sqrt(d - D^2)) / D)^2`, with d the share of pictures that one alone reads rightly and D
    the difference (Connor 1987, Biometrics 43).

    Args:
        table: counts of the pair.

    Returns:
        In all, not in addition; None where there is no difference.
    """
    share, size = (table.n_only_a + table.n_only_b) / table.n, abs(table.difference)
    if size == 0:
        return None
    return math.ceil(((Z_95 * math.sqrt(share) + Z_POWER * math.sqrt(share - size * size)) / size) ** 2)
