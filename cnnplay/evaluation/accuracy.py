"""Test accuracy with its interval, from probabilities and labels."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Accuracy:
    """Share of right answers, 0..1, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def wilson_interval(n_right: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson 1927).

    Args:
        n_right: number of successes, 0..n.
        n: number of trials, at least 1.

    Returns:
        Lower and upper bound in 0..1.
    """
    share, z2 = n_right / n, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def measure_accuracy(scores: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> Accuracy:
    """Accuracy of the highest score.

    Args:
        scores: (N, K) logits or probabilities.
        labels: (N,) class indices.
    """
    n_right, n = int((scores.argmax(1) == labels).sum()), len(labels)
    return Accuracy(n_right / n, *wilson_interval(n_right, n), n)


def per_class_accuracy(
    scores: npt.NDArray[np.floating], labels: npt.NDArray[np.integer], classes: tuple[str, ...]
) -> dict[str, float]:
    """Accuracy on the pictures of each class, by class name."""
    right = scores.argmax(1) == labels
    return {name: float(right[labels == i].mean()) for i, name in enumerate(classes)}
