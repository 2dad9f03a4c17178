"""The learning-rate range test: one short training at a rate that grows until the loss explodes.

Smith 2017, Cyclical Learning Rates for Training Neural Networks, arXiv:1506.01186, section 3.3.
"""

import math
from dataclasses import dataclass
from statistics import mean, stdev

from torch import Tensor

from cnnplay.training.config import TrainConfig
from cnnplay.training.loop import Trainer
from cnnplay.training.sources import Sources

N_STEPS = 100
LR_MIN, LR_MAX = 1e-5, 10.0
SMOOTHING_SHARE = 0.05
"""Share of the steps over which the loss is averaged: a third of a power of ten."""
EXPLODED = 3.0
"""Times the lowest smoothed loss; beyond it nothing is to be learned."""
SAFETY = 10.0
"""The suggestion is so many times below the rate with the lowest loss (Howard and Gugger 2020, chapter 5)."""
STILL_SHARE, N_DEVIATIONS = 0.2, 3.0
"""At the first fifth of the rates nothing moves; the lowest loss must be three standard deviations below those."""


@dataclass(frozen=True)
class LrCurve:
    """Outcome of a range test.

    Attributes:
        lrs: the rates, ascending, each a constant factor above the one before.
        losses: smoothed loss after the step at each rate.
        suggested: a tenth of the rate with the lowest smoothed loss, as peak of a schedule; None where nothing was
            learned at any rate.
    """

    lrs: tuple[float, ...]
    losses: tuple[float, ...]
    suggested: float | None


def find_lr(
    config: TrainConfig, sources: Sources, *, n_steps: int = N_STEPS, initial: dict[str, Tensor] | None = None
) -> LrCurve:
    """Trains from the first weights with everything as configured but the rate, from `LR_MIN` to `LR_MAX`.

    It stops early when the loss is no number or has exploded.

    Args:
        config: of the training.
        sources: its pictures.
        n_steps: of the test, at least 2.
        initial: weights to start from, as `Trainer` takes them.

    Raises:
        ConfigError: the configuration does not fit this machine or the pictures.
    """
    trainer = Trainer(config, sources.train, scribbles=sources.scribbles, initial=initial)
    trainer.model.train()
    keep = max(0.0, 1 - 1 / max(1.0, SMOOTHING_SHARE * n_steps))
    average = 0.0
    lrs: list[float] = []
    losses: list[float] = []
    for i in range(n_steps):
        lr = LR_MIN * (LR_MAX / LR_MIN) ** (i / (n_steps - 1))
        loss = trainer.train_step(lr).item()
        average = keep * average + (1 - keep) * loss
        smoothed = average / (1 - keep ** (i + 1))
        if not math.isfinite(smoothed) or (losses and smoothed > EXPLODED * min(losses)):
            break
        lrs.append(lr)
        losses.append(smoothed)
    return LrCurve(tuple(lrs), tuple(losses), suggest_lr(lrs, losses))


def suggest_lr(lrs: list[float], losses: list[float]) -> float | None:
    """A tenth of the rate with the lowest loss, or None where it does not stand out from the first losses.

    Args:
        lrs: ascending.
        losses: smoothed, one for each rate.
    """
    still = losses[: max(2, round(STILL_SHARE * len(losses)))]
    if len(still) < 2 or min(losses) > mean(still) - N_DEVIATIONS * stdev(still):
        return None
    return lrs[losses.index(min(losses))] / SAFETY
