"""How fast a trained network answers: the path of every prediction, timed again and again."""

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnplay.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

BATCHES = (1, 256)
"""Pictures at a time: one, as on a page, and many, as in an evaluation."""
MIN_REPEATS, MAX_REPEATS = 7, 200
BUDGET_S = 3.0
"""For one size of batch; a slow network is asked less often, but not less than `MIN_REPEATS` times."""
WARM_UP = 3
SEED = 0


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a batch takes, in milliseconds: the median of `n` repetitions, and the quartiles."""

    batch: int
    median_ms: float
    low_ms: float
    high_ms: float
    n: int


def measure_latency(model: "nn.Module", spec: ModelSpec, batch: int, *, budget_s: float = BUDGET_S) -> Timing:
    """Times the answers to a batch, pictures in and logits out, after a warm-up.

    It goes the way of `Predictor.logits`: bytes to normalised numbers, channels last, in single precision, and back to
    the processor.

    Args:
        model: on any device.
        spec: its architecture.
        batch: number of pictures.
        budget_s: about how long the repetitions may take.
    """
    images = np.random.default_rng(SEED).integers(0, 256, (batch, *spec.input_shape), dtype=np.uint8)
    for _ in range(WARM_UP):
        _time_ms(model, spec, images)
    times: list[float] = []
    while len(times) < MAX_REPEATS and (len(times) < MIN_REPEATS or sum(times) < 1000 * budget_s):
        times.append(_time_ms(model, spec, images))
    low, middle, high = statistics.quantiles(times, n=4)
    return Timing(batch=batch, median_ms=middle, low_ms=low, high_ms=high, n=len(times))


def _time_ms(model: "nn.Module", spec: ModelSpec, images: npt.NDArray[np.uint8]) -> float:
    import torch

    from cnnplay.models.forward import compute_logits

    # On a GPU, what was asked for before must not count; the logits' way back to the processor waits for the rest.
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    began = time.perf_counter()
    compute_logits(model, spec, images)
    return 1000 * (time.perf_counter() - began)
