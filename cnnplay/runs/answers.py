"""The right answers to a data set's test pictures, and what trained networks answered: for comparisons by picture.

Both are kept by the hash of each picture, so that networks can be compared where the pictures are not, and in whatever
order a copy of the data set has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import Dataset, find_file, image_hashes, is_available, load_dataset
from cnnplay.errors import DataError
from cnnplay.settings import checkpoints_dir

KEPT = 96
"""So many networks' answers stay in memory, of 400 KB each for ten classes and 10,000 pictures."""
SMALLEST_PROB = 2.0**-24
"""What half precision holds: a probability that it rounds to 0 is taken as this."""
Floats = npt.NDArray[np.float32]
Stamp = tuple[str, int, int, int]
"""Changes when a file does, or when another takes its place."""


@dataclass(frozen=True, eq=False, kw_only=True)
class AnswerKey:
    """The right answers to the test pictures of a data set.

    Attributes:
        dataset: its key.
        classes: names of the answers.
        hashes: (N,) uint64, one a picture.
        labels: (N,) int64 indices of `classes`.
    """

    dataset: str
    classes: tuple[str, ...]
    hashes: npt.NDArray[np.uint64]
    labels: npt.NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of test pictures."""
        return len(self.labels)


def load_answer_key(dataset: str) -> AnswerKey:
    """The right answers: from the data set, or where its pictures are not on this machine, from beside the checkpoints.

    Args:
        dataset: key of the data set.

    Raises:
        InputError: there is no such data set.
        DataMissingError: neither is here; the message names the command that gets the data set.
        DataError: the file is damaged.
    """
    shipped = answer_key_file(dataset)
    if is_available(dataset) or not shipped.is_file():
        path = find_file(dataset)
        return _key_of_dataset(dataset, None if path is None else file_stamp(path))
    return _read_key(dataset, shipped, file_stamp(shipped))


def answer_key_file(dataset: str) -> Path:
    """Where the right answers lie beside the checkpoints, for some data sets."""
    return checkpoints_dir() / f"{dataset}.answers.safetensors"


def write_answer_key(dataset: Dataset, path: Path) -> None:
    """Writes the right answers of a data set as a file to be shipped."""
    save_file({"image_hash": image_hashes(dataset.test_images), "label": np.asarray(dataset.test_labels)}, path)
    path.chmod(0o644)


@lru_cache(maxsize=8)
def _key_of_dataset(dataset: str, _stamp: Stamp | None) -> AnswerKey:
    data = load_dataset(dataset)
    return AnswerKey(
        dataset=dataset,
        classes=data.spec.classes,
        hashes=image_hashes(data.test_images),
        labels=np.asarray(data.test_labels).astype(np.int64),
    )


@lru_cache(maxsize=8)
def _read_key(dataset: str, path: Path, _stamp: Stamp) -> AnswerKey:
    kept = _read(path)
    if not {"image_hash", "label"} <= set(kept):
        raise DataError(f"{path} does not hold the answers of {dataset}. Restore the file.")
    labels = kept["label"].astype(np.int64)
    return AnswerKey(
        dataset=dataset, classes=get_dataset_spec(dataset).classes, hashes=kept["image_hash"], labels=labels
    )


def load_answers(weights: Path, key: AnswerKey) -> Floats | None:
    """What a trained network answered to the test pictures, as it is kept beside its weights.

    Args:
        weights: their file.
        key: whose pictures they are.

    Returns:
        (N, K) probabilities of the classes in the order of the key, as the network gives them, without temperature;
        read-only. None where they are not there for every picture and every class.
    """
    path = answers_file(weights)
    try:
        return _load(path, file_stamp(path), key)
    except OSError:
        return None


def with_temperature(probs: Floats, temperature: float) -> Floats:
    """What the probabilities (N, K) would be with their logits divided by a temperature."""
    logs = np.log(np.maximum(probs, SMALLEST_PROB)) / temperature
    powers = np.exp(logs - logs.max(1, keepdims=True))
    result: Floats = powers / powers.sum(1, keepdims=True)
    return result


def write_answers(path: Path, dataset: Dataset, logits: npt.NDArray[np.floating]) -> None:
    """Keeps the answers to the test pictures, in half precision; the first of each stays the first.

    Args:
        path: where.
        dataset: whose test pictures they are.
        logits: (N, K).
    """
    with np.errstate(invalid="ignore"):  # of a network that came apart, neither logits nor probabilities are numbers
        shifted = np.exp(logits - logits.max(1, keepdims=True))
        probs = (shifted / shifted.sum(1, keepdims=True)).astype(np.float16)
    answers = logits.argmax(1)
    tied = np.flatnonzero(probs.argmax(1) != answers)  # in half precision, the first two may become equal
    probs[tied, answers[tied]] = np.nextafter(probs[tied].max(1), np.float16(1))
    save_file({"image_hash": image_hashes(dataset.test_images), "probs": probs}, path)
    path.chmod(0o644)


def file_stamp(path: Path) -> Stamp:
    """What tells a file from the one that was there before.

    Raises:
        OSError: it is not there.
    """
    status = path.stat()
    return str(path), status.st_ino, status.st_mtime_ns, status.st_size


def answers_file(weights: Path) -> Path:
    """Where the answers of a network lie."""
    return weights.with_suffix(".test.safetensors")


@lru_cache(maxsize=KEPT)
def _load(path: Path, _stamp: Stamp, key: AnswerKey) -> Floats | None:
    kept = _read(path)
    if not {"image_hash", "probs"} <= set(kept):
        return None
    hashes, probs = kept["image_hash"], kept["probs"]
    if probs.ndim != 2 or probs.shape[1] != len(key.classes) or len(probs) != len(hashes) or not len(hashes):
        return None
    order = np.argsort(hashes)
    found = order[np.minimum(np.searchsorted(hashes, key.hashes, sorter=order), len(order) - 1)]
    if not np.array_equal(hashes[found], key.hashes):
        return None
    answers: Floats = probs[found].astype(np.float32)
    answers.flags.writeable = False
    return answers


def _read(path: Path) -> Mapping[str, npt.NDArray[Any]]:
    """The arrays of a file; none where it is damaged."""
    try:
        arrays: Mapping[str, npt.NDArray[Any]] = load_file(path)
    except (OSError, SafetensorError):
        return {}
    return arrays
