"""Real runs for the doctor to look at: small networks on MNIST-5k, told as the run store would tell them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from torch import Tensor

from cnnplay.data.store import load_dataset
from cnnplay.runs.records import Metric
from cnnplay.training.config import TrainConfig
from cnnplay.training.doctor import Diagnosis, History, examine
from cnnplay.training.events import EpochEnded, Finished, Milestone, Progress
from cnnplay.training.feed import Pictures
from cnnplay.training.loop import Trainer
from cnnplay.training.recipes import make_config

CLASS_NAMES = "0123456789"


def plan(model: str = "fc2", **changes: Any) -> TrainConfig:
    """The network's recipe on MNIST-5k, exact on every processor, with changes."""
    return make_config(model, **{"dataset": "mnist-5k", "precision": "fp32", "device": "cpu", **changes})


@cache
def digits(n: int = 4000) -> Pictures:
    """The first of MNIST-5k's training pictures, which lie in no order."""
    dataset = load_dataset("mnist-5k")
    return Pictures(np.asarray(dataset.train_images[:n]), np.asarray(dataset.train_labels[:n], np.int64))


def observe(
    config: TrainConfig, pictures: Pictures, *, initial: dict[str, Tensor] | None = None, held: Pictures | None = None
) -> list[History]:
    """Trains.

    Returns:
        The history at the start and after every event that added to it, the whole one last.
    """
    trainer = Trainer(config, pictures, initial=initial, validation=held)
    points: list[Metric] = []
    milestones: list[Milestone] = []
    counts = dict(zip(CLASS_NAMES, np.bincount(pictures.labels, minlength=10).tolist(), strict=True))
    histories = []
    for event in trainer.run():
        match event:
            case Milestone():
                milestones.append(event)
            case Progress():
                points.append(_train_point(event))
            case EpochEnded():
                points.append(_epoch_point(event, trainer.step))
        histories.append(_so_far(config, points, milestones, counts, trainer.n_steps, isinstance(event, Finished)))
    return histories


def _so_far(
    config: TrainConfig,
    points: list[Metric],
    milestones: list[Milestone],
    counts: Mapping[str, int],
    n_steps: int,
    is_over: bool,
) -> History:
    return History(
        config=config,
        points=tuple(points),
        milestones=tuple(milestones),
        class_counts=counts,
        n_steps=n_steps,
        is_over=is_over,
    )


def _train_point(event: Progress) -> Metric:
    return Metric(
        kind="train",
        step=event.step,
        epoch=event.epoch,
        elapsed_s=event.elapsed_s,
        loss=event.loss if np.isfinite(event.loss) else None,
        accuracy=event.accuracy,
        lr=event.lr,
        grad_norms={name: norm for name, norm in event.grad_norms.items() if np.isfinite(norm)},
    )


def _epoch_point(event: EpochEnded, step: int) -> Metric:
    return Metric(
        kind="epoch",
        step=step,
        epoch=float(event.epoch),
        elapsed_s=event.elapsed_s,
        loss=event.train_loss if np.isfinite(event.train_loss) else None,
        accuracy=event.train_accuracy,
        val_accuracy=event.val_accuracy,
    )


def by_kind(history: History) -> dict[str, Diagnosis]:
    """What the doctor says, the worst first."""
    return {diagnosis.kind: diagnosis for diagnosis in examine(history)}
