"""How far a stated probability can be believed: temperature scaling and calibration error."""

import numpy as np
import numpy.typing as npt

TEMPERATURES = (0.2, 5.0)
"""Bounds within which the temperature is looked for."""
N_BINS = 15
"""Number of bins of the calibration error, as in Guo et al. 2017."""

Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]


def log_softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Logarithms of the class probabilities along the last axis."""
    values = np.asarray(logits, np.float64)
    shifted = values - values.max(-1, keepdims=True)
    result: npt.NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The number by which logits are divided so that their likelihood is largest (Guo et al. 2017, arXiv:1706.04599).

    Args:
        logits: (N, K), of pictures that were not trained on.
        labels: (N,) class indices.
    """
    from scipy.optimize import minimize_scalar  # it takes a second to import, and only this needs it

    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature))[rows, labels].mean())

    low, high = np.log(TEMPERATURES)
    return float(np.exp(minimize_scalar(loss, bounds=(low, high), method="bounded").x))


def bins_of(confidence: Floats) -> npt.NDArray[np.int64]:
    """The one of 15 equal bins, counted from 0, that each probability falls into."""
    result: npt.NDArray[np.int64] = np.clip((confidence * N_BINS).astype(np.int64), 0, N_BINS - 1)
    return result


def calibration_error(probs: Floats, labels: Labels) -> float:
    """Expected calibration error in 0..1: mean gap between confidence and accuracy over 15 equal bins.

    Args:
        probs: (N, K) class probabilities.
        labels: (N,) class indices.
    """
    confidence, right = probs.max(1), probs.argmax(1) == labels
    bins = bins_of(confidence)
    n = np.bincount(bins, minlength=N_BINS)
    gaps = np.abs(np.bincount(bins, right, N_BINS) - np.bincount(bins, confidence, N_BINS))
    return float(gaps.sum() / n.sum())
