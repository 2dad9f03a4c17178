"""The figures that all diagnoses rest on, taken from a history once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnplay.models.registry import get_spec
from cnnplay.training.doctor.history import History, Look, Point

WINDOW_IMAGES = 2000
"""Pictures over which a loss is averaged: the standard error of an accuracy is then 1 % at most."""
LATEST_IMAGES = 256
"""Pictures for the loss of this moment: one picture alone may be badly misread by a healthy network."""
MAX_WINDOWS = 50
STUCK = 0.95
"""Share of the loss of guessing above which a network has learned nothing; after as many steps as `is_due` waits for,
no run of the project's recipes stood above 0.9."""
DUE_STEPS = 200
"""Steps after which a network has to have learned something; recipes need 10 to 100 on MNIST."""
DUE_AT_END_STEPS = 50
"""The same for a run that ended sooner."""
MIN_WEIGHT_NORM = 0.1
"""Layers that start smaller than this grow many times over in healthy training, too."""


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What was measured of a run so far.

    Attributes:
        history: where it comes from.
        train: points of the training curve whose loss is a number, by step.
        broken: the first point of those at the end of the curve whose loss is no number, or None.
        guess_loss: loss of a network that gives every class its share of the training pictures.
        best_loss: the lowest loss there can be; above 0 where labels are smoothed.
        windows: mean loss of each stretch of `WINDOW_IMAGES` pictures or more, in order.
        latest: mean loss of the last `LATEST_IMAGES` pictures, or None before the first point.
        growth: largest weight norm of a layer, as a multiple of what it was at step 0; 1 where that is not known.
    """

    history: History
    train: tuple[Point, ...]
    broken: Point | None
    guess_loss: float
    best_loss: float
    windows: npt.NDArray[np.float64]
    latest: float | None
    growth: float

    @property
    def step(self) -> int:
        """Training steps done, as far as the curve goes."""
        return self.train[-1].step if self.train else 0

    @property
    def left(self) -> float:
        """What is left to learn: 1 for a network that guesses, 0 for one without a fault; 1 before the first point."""
        return self.as_left(float(self.windows[-1])) if len(self.windows) else 1.0

    def as_left(self, loss: float) -> float:
        """A loss as a share of the way from the best possible loss to that of guessing."""
        return (loss - self.best_loss) / (self.guess_loss - self.best_loss)

    @property
    def is_stuck(self) -> bool:
        """The network has learned nothing yet."""
        return self.left >= STUCK

    @property
    def is_due(self) -> bool:
        """A healthy network would have learned something by now."""
        config, history = self.history.config, self.history
        if history.is_over:
            return self.step >= DUE_AT_END_STEPS
        warmup = 0.0 if config.schedule == "constant" else config.warmup * history.n_steps
        return self.step >= max(DUE_STEPS, warmup)

    @property
    def first_look(self) -> Look | None:
        """The look inside before the first step."""
        looks = self.history.milestones
        return looks[0] if looks and looks[0].step == 0 else None

    @property
    def starts_at_zero(self) -> bool:
        """Every weight was 0 before the first step."""
        layers = self.first_look.layers if self.first_look else ()
        norms = [layer.weight_norm for layer in layers if layer.weight_norm is not None]
        return bool(norms) and not any(norms)


def take_vitals(history: History) -> Vitals:
    """Measures a run."""
    points = [point for point in history.points if point.kind == "train"]
    n_sane = len(points)
    while n_sane and not _is_number(points[n_sane - 1].loss):
        n_sane -= 1
    train = tuple(point for point in points if _is_number(point.loss))
    guess_loss, best_loss = _loss_bounds(history)
    images_per_step = history.config.batch_size
    if history.class_counts:
        images_per_step = max(1, min(images_per_step, sum(history.class_counts.values())))
    step = train[-1].step if train else 0
    steps = max(WINDOW_IMAGES / images_per_step, step / MAX_WINDOWS)
    latest = _window_means(train, LATEST_IMAGES / images_per_step)
    return Vitals(
        history=history,
        train=train,
        broken=points[n_sane] if n_sane < len(points) else None,
        guess_loss=guess_loss,
        best_loss=best_loss,
        windows=_window_means(train, steps),
        latest=float(latest[-1]) if len(latest) else None,
        growth=_growth(history),
    )


def _is_number(loss: float | None) -> bool:
    return loss is not None and math.isfinite(loss)


def _loss_bounds(history: History) -> tuple[float, float]:
    """Loss of guessing and the lowest there can be, both in nats, with smoothed labels where the run smooths them."""
    config = history.config
    counts = [n for n in (history.class_counts or {}).values() if n > 0]
    n_classes = len(counts) or int(config.model_options.get("n_classes", len(get_spec(config.model).classes)))
    shares = np.array(counts, dtype=float) / sum(counts) if counts else np.full(n_classes, 1 / n_classes)
    other = config.label_smoothing / n_classes
    shares = shares * (1 - config.label_smoothing) + other
    target = np.full(n_classes, other)
    target[0] += 1 - config.label_smoothing
    return max(_entropy(shares), 1e-6 + _entropy(target)), _entropy(target)


def _entropy(shares: npt.NDArray[np.float64]) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _window_means(train: Sequence[Point], steps: float) -> npt.NDArray[np.float64]:
    """Mean loss of each stretch of so many steps, counted back from the end; a short rest at the start is left out."""
    if not train:
        return np.empty(0)
    ends = np.array([point.step for point in train], dtype=float)
    losses = np.array([point.loss for point in train], dtype=float)
    weights = np.maximum(np.diff(ends, prepend=0.0), 1.0)
    window = ((ends[-1] - ends) // max(steps, 1.0)).astype(int)
    total = np.bincount(window, weights)
    sums = np.bincount(window, weights * losses)
    full = total > 0
    if full.sum() > 1:
        full &= (np.arange(len(total)) < len(total) - 1) | (total >= steps / 2)
    means: npt.NDArray[np.float64] = (sums[full] / total[full])[::-1]
    return means


def _growth(history: History) -> float:
    looks = history.milestones
    if not looks or looks[0].step != 0:
        return 1.0
    before = {layer.name: layer.weight_norm for layer in looks[0].layers}
    grown = [
        layer.weight_norm / first
        for layer in looks[-1].layers
        if layer.weight_norm is not None
        and (first := before.get(layer.name)) is not None
        and first >= MIN_WEIGHT_NORM
        and math.isfinite(layer.weight_norm)
    ]
    return max(grown, default=1.0)
