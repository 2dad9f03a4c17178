"""Whether one recipe is better than another, or was only luckier with its seeds."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from cnnplay.evaluation.paired import POWER, SIGNIFICANT

MOST_SEEDS = 1000
"""Nobody trains more: beyond it, a plan says only that it takes more."""


@dataclass(frozen=True)
class Difference:
    """A difference of two accuracies, with what chance among seeds makes of it.

    Attributes:
        value: the first minus the second, -1..1.
        low, high: 95 % interval.
        p_value: two-sided, 0..1.
    """

    value: float
    low: float
    high: float
    p_value: float


def welch(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Welch's t-test of two groups of seeds, which may spread differently (Welch 1947, Biometrika 34).

    `t = D / sqrt(va / na + vb / nb)` at Satterthwaite's degrees of freedom. It tells about further seeds on the same
    pictures; it knows nothing of other pictures.

    Args:
        a: accuracies of one group, two or more.
        b: of the other, two or more.
    """
    errors = [statistics.variance(group) / len(group) for group in (a, b)]
    squares = sum(error**2 / (len(group) - 1) for error, group in zip(errors, (a, b), strict=True))
    df = sum(errors) ** 2 / squares if squares else math.inf
    return _t_test(statistics.fmean(a) - statistics.fmean(b), error=math.sqrt(sum(errors)), df=df)


def one_against_group(one: float, group: Sequence[float]) -> Difference:
    """Whether a further seed of the group could come as far from its mean as this run did.

    `t = (x - mean) / (s sqrt(1 + 1 / n))` with n - 1 degrees of freedom (Crawford and Howell 1998, The Clinical
    Neuropsychologist 12). The interval is that of the difference between the run and a further seed.

    Args:
        one: accuracy of the run.
        group: accuracies of the seeds, two or more.
    """
    error = statistics.stdev(group) * math.sqrt(1 + 1 / len(group))
    return _t_test(one - statistics.fmean(group), error=error, df=len(group) - 1)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values corrected for how many they are (Holm 1979, Scandinavian Journal of Statistics 6).

    The k-th smallest of m is multiplied by m - k + 1 and is never below the one before it.

    Args:
        p_values: 0..1, in any order.

    Returns:
        The corrected ones in the same order, 0..1.
    """
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = largest
    return tuple(corrected)


def seeds_to_settle(difference: float, a_std: float, b_std: float) -> int | None:
    """How many seeds a group Welch's test needs to find a difference of this size four times out of five.

    The smallest n at which a noncentral t of `D sqrt(n / (va + vb))` passes the two-sided 5 % bound with that
    probability (Cohen 1988).

    Args:
        difference: of the means.
        a_std: standard deviation of one group's seeds.
        b_std: of the other's.

    Returns:
        In each group and in all, 2 or more; None where there is no difference, or it takes more than `MOST_SEEDS`.
    """
    if difference == 0:
        return None
    low, high = 1, 2
    while _power(difference, a_std, b_std, n=high) < POWER:  # it grows with n
        low, high = high, 2 * high
        if low >= MOST_SEEDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(difference, a_std, b_std, n=middle) >= POWER else (middle, high)
    return high if high <= MOST_SEEDS else None


def _power(difference: float, a_std: float, b_std: float, *, n: int) -> float:
    from scipy.special import nctdtr, stdtrit

    variances = a_std**2 + b_std**2
    if variances == 0:
        return 1.0
    df = (n - 1) * variances**2 / (a_std**4 + b_std**4)
    bound, shift = float(stdtrit(df, 1 - SIGNIFICANT / 2)), abs(difference) * math.sqrt(n / variances)
    return float(1 - nctdtr(df, shift, bound) + nctdtr(df, shift, -bound))


def _t_test(value: float, *, error: float, df: float) -> Difference:
    """Of a difference with a known standard error."""
    if error == 0:  # no spread at all
        return Difference(value, value, value, 0.0 if value else 1.0)
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(df, 1 - SIGNIFICANT / 2)) * error
    return Difference(value, value - half, value + half, min(1.0, 2 * float(stdtr(df, -abs(value) / error))))
