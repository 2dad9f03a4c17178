"""How many of the changed test pictures networks still read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import nn

from cnnplay.evaluation.corruptions import Corruption, corrupt
from cnnplay.models.forward import compute_logits
from cnnplay.models.spec import ModelSpec

PART = 1000
"""Pictures that are changed, and read, at a time."""


@dataclass(frozen=True)
class PartRead:
    """How many pictures of a part each network read rightly.

    Attributes:
        strength: of the corruption.
        n: number of pictures in the part.
        n_right: one number a network.
    """

    strength: float
    n: int
    n_right: tuple[int, ...]


def read_corrupted(
    networks: Sequence[tuple[nn.Module, ModelSpec]],
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.integer],
    *,
    corruption: Corruption,
    strengths: Sequence[float],
) -> Iterator[PartRead]:
    """Shows networks the same changed pictures, part by part: of a part, at each strength.

    Args:
        networks: that take pictures of this shape.
        images: (N, C, H, W) uint8.
        labels: (N,) class indices.
        corruption: what is done to the pictures.
        strengths: 0 is the pictures as they are.

    Yields:
        After each part at each strength, what came of it.
    """
    for strength in strengths:
        for first in range(0, len(images), PART):
            part, right = images[first : first + PART], np.asarray(labels[first : first + PART])
            changed = corrupt(part, corruption, strength)
            n_right = (int((compute_logits(*network, changed).argmax(1) == right).sum()) for network in networks)
            yield PartRead(strength, len(part), tuple(n_right))
