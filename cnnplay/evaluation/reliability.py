"""Whether a network is right as often as it says it is, and how right it is where it is surest.

Bins and expected calibration error as in Guo et al. 2017 (arXiv:1706.04599); answering only where one is sure enough is
El-Yaniv and Wiener 2010 (JMLR 11), On the Foundations of Noise-free Selective Classification.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cnnplay.evaluation.calibration import N_BINS, Floats, Labels, bins_of

N_RESAMPLES = 300
SEED = 0
N_POINTS = 200
"""Of a curve of the share answered."""
MIN_ANSWERED = 50
"""Where fewer pictures are answered, the accuracy is left to chance."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability:
    """How sure a network is, and how often it is right, in 15 bins of equal width.

    Attributes:
        counts: (15,) pictures in each bin.
        confidence: (15,) mean probability of the answers in each bin; not a number where there are none.
        accuracy: (15,) share of right answers in each bin, likewise.
        error: expected calibration error, 0..1: mean distance of the two over all pictures.
        low, high: 95 % interval of it: how far it varies with the choice of the pictures, by bootstrap.
        by_chance: what it would come to on so many pictures, on average, if the network were right exactly as often as
            it says.
    """

    counts: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    error: float
    low: float
    high: float
    by_chance: float

    @property
    def gap(self) -> float:
        """Mean confidence minus accuracy over all pictures: above 0, the network is too sure of itself."""
        held = self.counts > 0
        gaps = (self.confidence - self.accuracy)[held] * self.counts[held]
        return float(gaps.sum() / self.counts.sum())

    @property
    def worst_bin(self) -> int:
        """The bin that the error owes most to."""
        return int(np.nanargmax(np.abs(self.confidence - self.accuracy) * self.counts))


def measure_reliability(probs: Floats, labels: Labels) -> Reliability:
    """Sorts the answers by how sure the network is of each.

    Args:
        probs: (N, K) class probabilities.
        labels: (N,) class indices.
    """
    confidence = probs.max(1).astype(np.float64)
    right, bins, n = probs.argmax(1) == labels, bins_of(confidence), len(labels)
    counts = np.bincount(bins, minlength=N_BINS)
    gaps = right - confidence
    with np.errstate(invalid="ignore"):
        means = np.bincount(bins, confidence, N_BINS) / counts, np.bincount(bins, right, N_BINS) / counts
    error = float(np.abs(np.bincount(bins, gaps, N_BINS)).sum() / n)
    # Resampled errors are larger on average, for each resample adds chance to all bins: only their spread is taken.
    drawn = _resamples(n)
    places = bins[drawn] + N_BINS * np.arange(N_RESAMPLES)[:, None]
    sums = np.bincount(places.ravel(), gaps[drawn].ravel(), N_BINS * N_RESAMPLES).reshape(N_RESAMPLES, N_BINS)
    errors = np.abs(sums).sum(1) / n
    low, high = np.quantile(errors - errors.mean(), (0.025, 0.975)) + error
    variances = np.bincount(bins, confidence * (1 - confidence), N_BINS)
    by_chance = math.sqrt(2 / math.pi) * float(np.sqrt(variances).sum()) / n
    return Reliability(
        counts=counts,
        confidence=means[0],
        accuracy=means[1],
        error=error,
        low=max(0.0, float(low)),
        high=float(high),
        by_chance=by_chance,
    )


@lru_cache(maxsize=2)
def _resamples(n: int) -> npt.NDArray[np.int32]:
    return np.random.default_rng(SEED).integers(0, n, (N_RESAMPLES, n), dtype=np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Selective:
    """What a network gets right when it answers only where it is surest.

    Attributes:
        shares: (P,) shares of the pictures that it answers, growing to 1.
        accuracies: (P,) share of right answers among them, 0..1.
        thresholds: (P,) how sure it is at least of those.
    """

    shares: npt.NDArray[np.float64]
    accuracies: npt.NDArray[np.float64]
    thresholds: npt.NDArray[np.float64]

    def share_at(self, accuracy: float) -> float:
        """The most that can be answered with at least this accuracy, 0..1; 0 where nothing can."""
        can = self.shares[self.accuracies >= accuracy]
        return float(can.max()) if len(can) else 0.0


def measure_selective(probs: Floats, labels: Labels) -> Selective:
    """Leaves out the pictures of which a network is least sure, more and more of them.

    Args:
        probs: (N, K) class probabilities.
        labels: (N,) class indices.
    """
    confidence, right, n = probs.max(1), probs.argmax(1) == labels, len(labels)
    order = np.argsort(-confidence, kind="stable")
    kept = np.unique(np.linspace(min(MIN_ANSWERED, n), n, min(N_POINTS, n)).round().astype(int))
    accuracies = np.cumsum(right[order]) / np.arange(1, n + 1)
    return Selective(
        shares=kept / n,
        accuracies=accuracies[kept - 1],
        thresholds=confidence[order][kept - 1].astype(np.float64),
    )
