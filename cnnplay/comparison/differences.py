"""Where networks differ, picture by picture: what each said, how sure it was, and the lists that one wants to see.

A group of seeds is represented by its first network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cnnplay.comparison.entries import Entry
from cnnplay.comparison.selection import Comparison
from cnnplay.data.store import image_hashes, load_dataset
from cnnplay.errors import DataError
from cnnplay.evaluation.confusion import count_confusions
from cnnplay.models.card import Card
from cnnplay.runs.answers import AnswerKey, with_temperature

Indices = npt.NDArray[np.int64]
Cell = tuple[int, int]
"""Right class and answer."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """What one network said to the test pictures.

    Attributes:
        entry: whose first network it is.
        probs: (N, K) probabilities with the network's temperature, as it gives them wherever it is asked.
        answers: (N,) class indices.
        sure: (N,) probabilities of these answers.
    """

    entry: Entry
    probs: npt.NDArray[np.float32]
    answers: Indices
    sure: npt.NDArray[np.float32]

    def top(self, picture: int, n: int) -> list[tuple[int, float]]:
        """The n likeliest classes of a picture with their probabilities, the likeliest first."""
        probs = self.probs[picture]
        return [(int(each), float(probs[each])) for each in np.argsort(-probs, kind="stable")[:n]]


def as_stated(kept: npt.NDArray[np.float32], card: Card | None) -> npt.NDArray[np.float32]:
    """Kept probabilities (N, K) as the network gives them wherever it is asked: with its temperature.

    Args:
        kept: without it; of a network that came apart they are no numbers, and become 0.
        card: of the network.
    """
    came_apart = np.isnan(kept[:, 0]).any()
    return np.nan_to_num(kept) if came_apart else with_temperature(kept, card.temperature if card else 1.0)


def read_answers(comparison: Comparison) -> tuple[Reading, ...]:
    """What the chosen networks said; those without answers are left out."""
    readings = []
    for entry in comparison.answered:
        kept = comparison.answers(entry.first)
        if kept is None:
            continue
        probs = as_stated(kept, entry.first.card)
        answers = np.nan_to_num(kept).argmax(1)
        readings.append(Reading(entry=entry, probs=probs, answers=answers, sure=probs.max(1)))
    return tuple(readings)


def confusions(reading: Reading, key: AnswerKey) -> npt.NDArray[np.int64]:
    """(K, K) counts of the test pictures: a row for each right class, a column for each answer."""
    return count_confusions(key.labels, reading.answers, len(key.classes))


def class_accuracies(reading: Reading, key: AnswerKey) -> npt.NDArray[np.float64]:
    """(K,) shares, 0..1, of each class's pictures that are read correctly; not a number where there are none."""
    counts = confusions(reading, key)
    n = counts.sum(1)
    shares = np.full(len(n), np.nan)
    np.divide(counts.diagonal(), n, out=shares, where=n > 0)
    return shares


def right_of_one(a: Reading, b: Reading, key: AnswerKey) -> Indices:
    """Pictures that `a` reads correctly and `b` does not, the surest mistakes of `b` first."""
    return _surest((a.answers == key.labels) & (b.answers != key.labels), b.sure)


def wrong_of_all(readings: Sequence[Reading], key: AnswerKey) -> Indices:
    """Pictures that every network gets wrong, those first of whose wrong names they are surest on average."""
    wrong = np.all([each.answers != key.labels for each in readings], axis=0)
    return _surest(wrong, np.mean([each.sure for each in readings], axis=0))


def in_cell(reading: Reading, key: AnswerKey, cell: Cell, *, unlike: Reading | None = None) -> Indices:
    """Pictures of one class that got one answer, the surest first.

    Args:
        reading: whose answers.
        key: the right answers.
        cell: right class and answer.
        unlike: leaves out the pictures to which this network said the same.
    """
    chosen = (key.labels == cell[0]) & (reading.answers == cell[1])
    if unlike is not None:
        chosen &= unlike.answers != cell[1]
    return _surest(chosen, reading.sure)


def load_pictures(key: AnswerKey, pictures: Sequence[int] | Indices) -> npt.NDArray[np.uint8]:
    """Test pictures by their places in the key, whatever order the copy of the data set has.

    Args:
        key: the right answers.
        pictures: places, 0..N-1.

    Returns:
        (n, C, H, W) uint8.

    Raises:
        DataError: the data set is not on this machine, or its test pictures are others; says what to do.
    """
    return np.asarray(load_dataset(key.dataset).test_images[_places(key)[list(pictures)]])


def find_numbers(key: AnswerKey, pictures: Sequence[int] | Indices) -> Indices:
    """Where test pictures stand in the copy of the data set that is on this machine.

    Args:
        key: the right answers.
        pictures: places in it, 0..N-1.

    Raises:
        DataError: the data set is not on this machine, or its test pictures are others; says what to do.
    """
    numbers: Indices = _places(key)[list(pictures)]
    return numbers


@lru_cache(maxsize=8)
def _places(key: AnswerKey) -> Indices:
    hashes = image_hashes(load_dataset(key.dataset).test_images)
    order = np.argsort(hashes, kind="stable")
    found: Indices = order[np.minimum(np.searchsorted(hashes, key.hashes, sorter=order), len(order) - 1)]
    if not np.array_equal(hashes[found], key.hashes):
        raise DataError(f"The pictures of {key.dataset} on this machine are others than those that were tested.")
    return found


def _surest(chosen: npt.NDArray[np.bool_], sure: npt.NDArray[np.floating]) -> Indices:
    places = np.flatnonzero(chosen)
    return places[np.argsort(-sure[places], kind="stable")]
