"""Which pictures a configuration trains, validates and tests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from cnnplay.data.store import Dataset
from cnnplay.errors import ConfigError
from cnnplay.models.spec import ModelSpec
from cnnplay.training.config import TrainConfig
from cnnplay.training.feed import Pictures, generator_for

CORRECTION_SHARE, MAX_REPEATS = 0.2, 50
"""Corrections are repeated until they are such a share of the training pictures, but each at most so often."""
_SPLIT, _REPLAY = 5, 6


@dataclass(frozen=True)
class Sources:
    """Pictures of one run; `test` is only read after every epoch where the recipe says so."""

    train: Pictures
    validation: Pictures | None
    test: Pictures
    scribbles: npt.NDArray[np.uint8] | None = None


def training_pictures(config: TrainConfig, dataset: Dataset) -> Sources:
    """Splits the training set of the data set, and adds drawings, scribbles and corrections where they are wanted.

    Raises:
        ConfigError: validation would leave nothing to train on, or the corrections are of other pictures.
        DataMissingError: the file of pen strokes, or that of the corrections, is not on this machine.
    """
    images, labels = dataset.train_images, np.asarray(dataset.train_labels).astype(np.int64)
    validation = None
    if config.val_size:
        if config.val_size >= len(labels):
            raise ConfigError(
                f"val_size is {config.val_size}, and {config.dataset} has {len(labels)} training pictures. Take fewer."
            )
        order = torch.randperm(len(labels), generator=generator_for(config.seed, _SPLIT, 0)).numpy()
        held, kept = np.sort(order[: config.val_size]), np.sort(order[config.val_size :])
        validation = Pictures(np.asarray(images[held]), labels[held])
        images, labels = images[kept], labels[kept]
    if 0 < config.replay < len(labels):
        order = torch.randperm(len(labels), generator=generator_for(config.seed, _REPLAY, 0)).numpy()
        chosen = np.sort(order[: config.replay])
        images, labels = np.asarray(images[chosen]), labels[chosen]
    scribbles = None
    if config.drawings:
        from cnnplay.data.pen_pictures import load_pen_pictures  # brings all that reads drawings along

        pen = load_pen_pictures(config.drawings, seed=config.seed)
        images = np.concatenate([images, pen.images])
        labels = np.concatenate([labels, pen.labels.astype(np.int64)])
        scribbles = pen.scribbles if config.scribbles else None
    if config.corrections:
        images, labels = _with_corrections(config.corrections, dataset, images, labels)
    test = Pictures(dataset.test_images, np.asarray(dataset.test_labels).astype(np.int64))
    return Sources(Pictures(images, labels), validation, test, scribbles)


def _with_corrections(
    key: str, dataset: Dataset, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    from cnnplay.data.corrections import load_frozen  # a script that carries this module never calls it

    found = load_frozen(key)
    if found.classes != dataset.spec.classes or found.images.shape[1:] != images.shape[1:]:
        raise ConfigError(f"The corrections {key} are no pictures of {dataset.spec.title}. Choose their own data set.")
    wanted = CORRECTION_SHARE / (1 - CORRECTION_SHARE) * len(labels) / len(found.labels)
    times = max(1, min(MAX_REPEATS, round(wanted)))
    return (
        np.concatenate([images, np.repeat(found.images, times, axis=0)]),
        np.concatenate([labels, np.repeat(found.labels.astype(np.int64), times)]),
    )


def check_fit(pictures: Pictures, spec: ModelSpec, *, n_classes: int) -> None:
    """Refuses pictures that a network cannot learn from.

    Args:
        pictures: to learn from.
        spec: of the network.
        n_classes: number of its logits.

    Raises:
        ConfigError: they have another shape than the network takes, or more classes.
    """
    shape = pictures.images.shape[1:]
    if shape != spec.input_shape:
        raise ConfigError(f"{spec.key} takes pictures of {spec.input_shape}, and these have {shape}. Choose others.")
    n_labels = int(pictures.labels.max()) + 1
    if n_labels > n_classes:
        raise ConfigError(
            f"{spec.key} is built for {n_classes} classes, and the pictures have {n_labels}. Set its option n_classes."
        )
