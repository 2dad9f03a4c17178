"""Pictures made harder to read, a little more with each strength: what Hendrycks and Dietterich do to ImageNet.

The idea is theirs (2019, Benchmarking Neural Network Robustness to Common Corruptions and Perturbations,
arXiv:1903.12261); kinds and strengths are chosen for pictures of 28 and 32 pixels. Whatever is left to chance follows
from the picture itself, and is the same at every strength, in every order of the data set.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnplay.data.store import image_hashes
from cnnplay.errors import InputError
from cnnplay.evaluation import changed_pixels as change
from cnnplay.evaluation.changed_pixels import DRAWING_CHANNELS, Bytes, Seeds

VERSION = 1
"""Counts the changes after which curves measured before do not compare with those measured now."""


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One way to make pictures harder to read.

    Attributes:
        key: for files and addresses.
        title: for people.
        unit: what a strength is, with a place for the number as `text` writes it.
        about: the unit in words, for a heading.
        drawings, photos: growing strengths above 0 for pictures of one channel, and of three; empty where it makes no
            sense. Strength 0 changes nothing.
        change: takes pictures (N, C, H, W) uint8, a seed for each (N,) and a strength above 0.
    """

    key: str
    title: str
    unit: str
    about: str
    drawings: tuple[float, ...]
    photos: tuple[float, ...]
    change: Callable[[Bytes, Seeds, float], Bytes]

    def strengths(self, n_channels: int) -> tuple[float, ...]:
        """0 and the strengths for pictures of that many channels; empty where it makes no sense for them."""
        own = self.drawings if n_channels == DRAWING_CHANNELS else self.photos
        return (0.0, *own) if own else ()

    def text(self, strength: float) -> str:
        """A strength in its unit, as "30°" or "quality 50"."""
        shown = 100 - strength if self.key == "jpeg" else 1 + strength if self.key == "scale" else strength
        return self.unit.format(f"{shown:.3g}") if strength else "none"


def corrupt(images: Bytes, corruption: Corruption, strength: float) -> Bytes:
    """Changed copies of pictures.

    Args:
        images: (N, C, H, W) uint8, square.
        corruption: what is done to them.
        strength: 0 leaves them as they are.

    Returns:
        (N, C, H, W) uint8.

    Raises:
        InputError: a strength below 0.
    """
    if strength < 0:
        raise InputError(f"Strengths are 0 or more, not {strength:g}.")
    if not strength or not len(images):
        return np.array(images)
    return corruption.change(np.asarray(images), image_hashes(images), strength)


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption(
        key="rotation",
        title="Rotation",
        unit="{}°",
        about="degrees to either side",
        drawings=(10, 20, 30, 45, 60),
        photos=(5, 15, 30, 60),
        change=change.rotate,
    ),
    Corruption(
        key="shift",
        title="Shift",
        unit="{} px",
        about="pixels",
        drawings=(1, 2, 4, 6, 8),
        photos=(2, 4, 8, 12),
        change=change.shift,
    ),
    Corruption(
        key="scale",
        title="Scale",
        unit="{} times",
        about="times larger or smaller",
        drawings=(0.1, 0.2, 0.4, 0.6, 1),
        photos=(0.1, 0.25, 0.5, 1),
        change=change.scale,
    ),
    Corruption(
        key="thick",
        title="Thicker pen",
        unit="{} px",
        about="pixels on each side",
        drawings=(0.5, 1, 1.5, 2, 3),
        photos=(),
        change=change.thicken,
    ),
    Corruption(
        key="thin",
        title="Thinner pen",
        unit="{} px",
        about="pixels on each side",
        drawings=(0.25, 0.5, 0.75, 1, 1.5),
        photos=(),
        change=change.thin,
    ),
    Corruption(
        key="noise",
        title="Noise",
        unit="sigma {}",
        about="standard deviation, of 255 greys",
        drawings=(20, 40, 60, 90, 120),
        photos=(5, 10, 20, 40),
        change=change.add_noise,
    ),
    Corruption(
        key="blur",
        title="Blur",
        unit="sigma {} px",
        about="standard deviation in pixels",
        drawings=(0.5, 1, 1.5, 2, 3),
        photos=(0.5, 0.75, 1, 2),
        change=change.blur,
    ),
    Corruption(
        key="contrast",
        title="Less contrast",
        unit="{} % less",
        about="% less",
        drawings=(30, 50, 70, 85, 95),
        photos=(30, 50, 70, 90),
        change=change.fade,
    ),
    Corruption(
        key="jpeg",
        title="JPEG",
        unit="quality {}",
        about="quality",
        drawings=(50, 80, 90, 95, 99),
        photos=(20, 50, 75, 90),
        change=change.compress,
    ),
    Corruption(
        key="occlusion",
        title="Hidden square",
        about="side in pixels",
        unit="{} px",
        drawings=(4, 8, 12, 16, 20),
        photos=(4, 8, 12, 16),
        change=change.hide,
    ),
)


def corruptions_for(n_channels: int) -> tuple[Corruption, ...]:
    """All that make sense for pictures of that many channels."""
    return tuple(each for each in CORRUPTIONS if each.strengths(n_channels))


def get_corruption(key: str) -> Corruption:
    """The corruption of that key.

    Raises:
        InputError: there is none.
    """
    for each in CORRUPTIONS:
        if each.key == key:
            return each
    raise InputError(f"There is no corruption {key[:40]!r}. Choose one of: {', '.join(c.key for c in CORRUPTIONS)}.")
