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

CORRECTION_SHARE, MAX_REPEATS = 0.07, 50
"""Corrections are repeated until they are such a share of the training pictures, but each at most so often."""
ALIKE_SHARE, MAX_ALIKE = 0.5, 250
"""So much of the replay of drawings looks like a correction and is something else; to one belong at most so many.

Ten odd digits of one writer, eight of them a 1 like a 7, cost cnn16_32 0.54 points of MNIST's test set after 8,000
random pictures, and 0.14 to 0.27 after 5,000 of which half were such. Photos with the same colours in the same places
are not alike, so that theirs is all at random.
"""
_CHUNK = 5000
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
    taught = _load_corrections(config.corrections, dataset) if config.corrections else None
    if 0 < config.replay < len(labels):
        chosen = _choose_replay(config, images, labels, taught)
        images, labels = np.asarray(images[chosen]), labels[chosen]
    scribbles = None
    if config.drawings:
        from cnnplay.data.pen_pictures import load_pen_pictures  # brings all that reads drawings along

        pen = load_pen_pictures(config.drawings, seed=config.seed)
        images = np.concatenate([images, pen.images])
        labels = np.concatenate([labels, pen.labels.astype(np.int64)])
        scribbles = pen.scribbles if config.scribbles else None
    if taught:
        wanted = CORRECTION_SHARE / (1 - CORRECTION_SHARE) * len(labels) / len(taught.labels)
        times = max(1, min(MAX_REPEATS, round(wanted)))
        images = np.concatenate([images, np.repeat(taught.images, times, axis=0)])
        labels = np.concatenate([labels, np.repeat(taught.labels, times)])
    test = Pictures(dataset.test_images, np.asarray(dataset.test_labels).astype(np.int64))
    return Sources(Pictures(images, labels), validation, test, scribbles)


def _load_corrections(key: str, dataset: Dataset) -> Pictures:
    from cnnplay.data.corrections import load_frozen  # a script that carries this module never calls it

    found = load_frozen(key)
    if found.classes != dataset.spec.classes or found.images.shape[1:] != dataset.spec.image_shape:
        raise ConfigError(f"The corrections {key} are no pictures of {dataset.spec.title}. Choose their own data set.")
    return Pictures(found.images, found.labels.astype(np.int64))


def _choose_replay(
    config: TrainConfig, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], taught: Pictures | None
) -> npt.NDArray[np.int64]:
    """Indices, in order: at random by the seed, but first what the corrections could be mistaken for."""
    alike = np.empty(0, np.int64)
    if taught and images.shape[1] == 1:
        alike = _look_alikes(images, labels, taught, round(ALIKE_SHARE * config.replay))
    order = torch.randperm(len(labels), generator=generator_for(config.seed, _REPLAY, 0)).numpy()
    others = order[~np.isin(order, alike)]
    return np.sort(np.concatenate([alike, others[: config.replay - len(alike)]]))


def _look_alikes(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], taught: Pictures, n: int
) -> npt.NDArray[np.int64]:
    """Indices of at most n pictures of other classes, the nearest to each correction by cosine.

    Sums of products of bytes are exact in double precision, so that every machine chooses the same.
    """
    wanted = taught.images.reshape(len(taught.labels), -1).astype(np.float64)
    scores = np.empty((len(taught.labels), len(labels)))
    for start in range(0, len(labels), _CHUNK):
        part = np.asarray(images[start : start + _CHUNK]).reshape(-1, wanted.shape[1]).astype(np.float64)
        scores[:, start : start + _CHUNK] = (wanted @ part.T) / (np.sqrt((part**2).sum(1)) + 1e-12)
    scores[taught.labels[:, None] == labels[None]] = -1
    each = min(n // len(taught.labels), MAX_ALIKE, len(labels) - 1)
    return np.unique(np.argpartition(-scores, each, axis=1)[:, :each])


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
