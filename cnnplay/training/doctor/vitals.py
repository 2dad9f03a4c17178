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
RECENT_SHARE = 0.2
"""Share of the run so far for its recent loss, within the two above, so that early losses do not weigh on it."""
MAX_WINDOWS = 50
STUCK = 0.95
"""Share of the loss of guessing above which a network has learned nothing; after as many steps as `is_due` waits for,
no run of the project's recipes stood above 0.9."""
HARDLY_LEARNED = 0.9
"""The same, under which a network learns in spite of all, as healthy ones of tanh do with 66 % of a layer saturated."""
FALLING = 0.015
"""Relative fall of the loss since the first stretch of pictures that is no noise, near the loss of guessing."""
DUE_STEPS = 200
"""Steps after which a network has to have learned something; recipes need 10 to 100 on MNIST."""
DUE_AT_END_STEPS = 50
"""The same for a run that ended sooner."""
DUE_IMAGES = 3000
"""Pictures after which it has to have learned something, too, however small its batches."""
MIN_RANGE = 0.01
"""Nats from the best loss to that of guessing, where there is but one class."""
MIN_WEIGHT_NORM = 0.1
"""Layers that start smaller than this grow many times over in healthy training, too."""


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What was measured of a run so far.

    Attributes:
        history: where it comes from.
        train: points of the training curve whose loss is a number, by step.
        broken: the first point of those at the end of the curve whose loss is no number, or None.
        images_per_step: pictures in a batch.
        unsure_loss: loss of a network that gives every class the same.
        guess_loss: loss of a network that gives every class its share of the training pictures.
        best_loss: the lowest loss there can be; above 0 where labels are smoothed.
        windows: mean loss of each stretch of `WINDOW_IMAGES` pictures or more, in order.
        recent: mean loss of the last fifth of the run so far, `LATEST_IMAGES` to `WINDOW_IMAGES` pictures; None
            before the first point.
        latest: mean loss of the last `LATEST_IMAGES` pictures; None before the first point.
        growth: largest weight norm of a layer, as a multiple of what it was at step 0; 1 where that is not known.
    """

    history: History
    train: tuple[Point, ...]
    broken: Point | None
    images_per_step: int
    unsure_loss: float
    guess_loss: float
    best_loss: float
    windows: npt.NDArray[np.float64]
    recent: float | None
    latest: float | None
    growth: float

    @property
    def step(self) -> int:
        """Training steps done, as far as the curve goes."""
        return self.train[-1].step if self.train else 0

    @property
    def left(self) -> float:
        """What is left to learn: 1 for a network that guesses, 0 for one without a fault; 1 before the first point."""
        if self.recent is None:
            return 1.0
        return (self.recent - self.best_loss) / (self.guess_loss - self.best_loss)

    @property
    def is_stuck(self) -> bool:
        """The network has learned nothing yet."""
        return self.left >= STUCK

    @property
    def hardly_learns(self) -> bool:
        """The network has learned next to nothing."""
        return self.left >= HARDLY_LEARNED

    @property
    def may_come(self) -> bool:
        """It has learned nothing, but the loss falls and the run is short: it would learn if it went on."""
        if self.recent is None or self.step >= DUE_STEPS:
            return False
        return self.recent < (1 - FALLING) * float(self.windows[0])

    @property
    def is_due(self) -> bool:
        """A healthy network would have learned something by now."""
        config, history = self.history.config, self.history
        if self.step * self.images_per_step < DUE_IMAGES:
            return False
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
    def grad_norms(self) -> dict[str, npt.NDArray[np.float64]]:
        """Norms of each layer's gradient over the run, from the first layer to the last, where all are numbers."""
        told = [point.grad_norms for point in self.train if point.grad_norms]
        names = max((list(norms) for norms in told), key=len, default=[])
        rows = [[row[name] for name in names] for row in told if len(row) == len(names)]
        rows = [row for row in rows if np.isfinite(row).all()]
        return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=False)}

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
    n_classes = int(history.config.model_options.get("n_classes", len(get_spec(history.config.model).classes)))
    guess_loss, best_loss = _loss_bounds(history, n_classes)
    images_per_step = history.config.batch_size
    if history.class_counts:
        images_per_step = max(1, min(images_per_step, sum(history.class_counts.values())))
    step = train[-1].step if train else 0
    window, moment = WINDOW_IMAGES / images_per_step, LATEST_IMAGES / images_per_step
    return Vitals(
        history=history,
        train=train,
        broken=points[n_sane] if n_sane < len(points) else None,
        images_per_step=images_per_step,
        unsure_loss=math.log(n_classes),
        guess_loss=guess_loss,
        best_loss=best_loss,
        windows=_window_means(train, max(window, step / MAX_WINDOWS)),
        recent=_last_mean(train, min(max(moment, RECENT_SHARE * step), window)),
        latest=_last_mean(train, moment),
        growth=_growth(history),
    )


def _is_number(loss: float | None) -> bool:
    return loss is not None and math.isfinite(loss)


def _loss_bounds(history: History, n_classes: int) -> tuple[float, float]:
    """Loss of guessing and the lowest there can be, with labels as smooth as the run's."""
    counts = np.array([n for n in (history.class_counts or {}).values() if n > 0], dtype=float)
    shares = counts / counts.sum() if len(counts) else np.full(n_classes, 1 / n_classes)
    smooth = history.config.label_smoothing
    certain = np.zeros(max(n_classes, len(shares)))
    certain[0] = 1
    shares = np.pad(shares, (0, len(certain) - len(shares)))
    best, guess = (_entropy((1 - smooth) * labels + smooth / len(labels)) for labels in (certain, shares))
    return max(guess, best + MIN_RANGE), best


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


def _last_mean(train: Sequence[Point], steps: float) -> float | None:
    means = _window_means(train, steps)
    return float(means[-1]) if len(means) else None


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
