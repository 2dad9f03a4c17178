"""A network as it was at one moment of its training, looked at from its snapshot."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import nn

from cnnplay.data.store import Dataset
from cnnplay.inference.predictor import Predictor, load_predictor
from cnnplay.models.spec import ModelSpec

N_TEST = 500
"""Test pictures of one look: a second's work for the largest network on one core."""
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moment:
    """What one snapshot knows.

    Attributes:
        classes: names, in the order of everything below.
        confusion: (K, K) int64; pictures of the class in the row that were taken for the class in the column.
        kernels: (N, C, h, w) float32, the weights of the first layer, each as a picture of what it looks for; None
            where that layer does not look at the picture itself.
    """

    classes: tuple[str, ...]
    confusion: Counts
    kernels: Floats | None

    @property
    def n_test(self) -> int:
        """Pictures that it was asked about."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of them that it got right, 0..1."""
        return float(np.trace(self.confusion) / max(1, self.n_test))


def look_back(snapshot: Path, dataset: Dataset, *, n_test: int = N_TEST) -> Moment:
    """Asks a snapshot about test pictures, and takes out its first kernels.

    Args:
        snapshot: its weights.
        dataset: that it learned from.
        n_test: so many test pictures, spread evenly over the set.

    Raises:
        CheckpointError: the snapshot is missing or damaged.
    """
    predictor = _open(snapshot, dataset.spec.key)
    labels = np.asarray(dataset.test_labels).astype(np.int64)
    chosen = np.linspace(0, len(labels) - 1, min(n_test, len(labels))).astype(np.int64)
    answers = predictor.logits(np.asarray(dataset.test_images[chosen])).argmax(1)
    confusion = count_confusion(labels[chosen], answers, n_classes=len(predictor.classes))
    return Moment(predictor.classes, confusion, first_kernels(predictor.model, predictor.spec))


def probs_then(snapshot: Path, image: Bytes, *, dataset: str) -> Floats:
    """What a snapshot says to a picture.

    Args:
        snapshot: its weights.
        image: (C, H, W) uint8.
        dataset: key of the data set that it learned from.

    Returns:
        (K,) float32 probabilities; not calibrated, for that is only done at the end.

    Raises:
        CheckpointError: the snapshot is missing or damaged.
        InputError: the picture is of another shape.
    """
    probs: Floats = _open(snapshot, dataset).probs(image[None])[0]
    return probs


def count_confusion(labels: Counts, answers: Counts, *, n_classes: int) -> Counts:
    """The confusion matrix: (N,) true and (N,) given classes to (K, K) counts, the truth in the rows."""
    return np.bincount(labels * n_classes + answers, minlength=n_classes**2).reshape(n_classes, n_classes)


def first_kernels(model: nn.Module, spec: ModelSpec) -> Floats | None:
    """The weights of the first layer: (N, C, h, w) float32, or None where it does not see the whole picture's channels.

    A dense layer on the flattened picture has one kernel of the picture's size for each of its units.
    """
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear))
    weight: Floats = first.weight.detach().float().cpu().numpy()
    if isinstance(first, nn.Conv2d):
        return weight
    return weight.reshape(-1, *spec.input_shape) if weight.shape[1] == np.prod(spec.input_shape) else None


def _open(snapshot: Path, dataset: str) -> Predictor:
    return load_predictor(snapshot, dataset=dataset)
