"""Pictures of none of the CIFAR-10 classes, made on purpose: what a network that names objects should doubt.

No set of other photos comes with the project, so these are textures, drawings and broken-up photos. `KINDS` serves to
fit the doubt, `HELD_OUT` to measure it. Both are (n, 3, 32, 32) uint8.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnplay.data.scribbles import KINDS as SCRIBBLE_KINDS
from cnnplay.data.scribbles import load_scribbles

Bytes = NDArray[np.uint8]
Kind = Callable[[int, np.random.Generator, Bytes], Bytes]
SIDE_PX = 32


def _two_colours(masks: NDArray[np.floating], rng: np.random.Generator) -> Bytes:
    """Masks (n, 32, 32) in 0..1 become pictures that blend two random colours."""
    low, high = rng.uniform(0, 255, (2, len(masks), 3, 1, 1))
    pictures: Bytes = (low + (high - low) * masks[:, None]).clip(0, 255).astype(np.uint8)
    return pictures


def _noise(n: int, rng: np.random.Generator, _photos: Bytes) -> Bytes:
    """Random fields, from single pixels to broad clouds."""
    pictures = []
    for i in range(n):
        size = (2, 4, 8, 16, 32)[i % 5]
        small = Image.fromarray(rng.integers(0, 256, (size, size, 3), dtype=np.uint8))
        pictures.append(np.asarray(small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)))
    return np.stack(pictures).transpose(0, 3, 1, 2)


def _gradients(n: int, rng: np.random.Generator, _photos: Bytes) -> Bytes:
    axis = np.linspace(-1, 1, SIDE_PX)
    slope = rng.normal(0, 1, (2, n, 1, 1))
    ramp = slope[0] * axis[None, :, None] + slope[1] * axis[None, None, :]
    return _two_colours(1 / (1 + np.exp(-ramp)), rng)


def _stripes(n: int, rng: np.random.Generator, _photos: Bytes) -> Bytes:
    axis = np.arange(SIDE_PX)
    angle, period, phase = rng.uniform(0, np.pi, n), rng.uniform(3, 16, n), rng.uniform(0, 6, n)
    along = np.cos(angle)[:, None, None] * axis[None, :, None] + np.sin(angle)[:, None, None] * axis[None, None, :]
    wave = np.sin(2 * np.pi * along / period[:, None, None] + phase[:, None, None])
    return _two_colours(0.5 + 0.5 * np.clip(wave * 3, -1, 1), rng)


def _drawings(n: int, rng: np.random.Generator, _photos: Bytes) -> Bytes:
    drawn = load_scribbles(n, seed=int(rng.integers(2**31)), kinds=SCRIBBLE_KINDS)[:, 0] / 255
    return _two_colours(np.pad(drawn, ((0, 0), (2, 2), (2, 2))), rng)


def _tiles(n: int, rng: np.random.Generator, photos: Bytes) -> Bytes:
    """Photos cut into 16 tiles that are shuffled: the same colours and edges, and no object."""
    chosen = photos[rng.integers(len(photos), size=n)]
    tiles = chosen.reshape(n, 3, 4, 8, 4, 8).transpose(0, 2, 4, 1, 3, 5).reshape(n, 16, 3, 8, 8)
    shuffled = np.stack([tiles[i, rng.permutation(16)] for i in range(n)]).reshape(n, 4, 4, 3, 8, 8)
    return shuffled.transpose(0, 3, 1, 4, 2, 5).reshape(n, 3, SIDE_PX, SIDE_PX)


def _close_ups(n: int, rng: np.random.Generator, photos: Bytes) -> Bytes:
    """A corner of 8 x 8 pixels of a photo, blown up: a surface without a thing."""
    pictures = []
    for i in rng.integers(len(photos), size=n):
        top, left = rng.integers(0, SIDE_PX - 8, 2)
        patch = Image.fromarray(photos[i, :, top : top + 8, left : left + 8].transpose(1, 2, 0))
        pictures.append(np.asarray(patch.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)))
    return np.stack(pictures).transpose(0, 3, 1, 2)


def _blends(n: int, rng: np.random.Generator, photos: Bytes) -> Bytes:
    """Three photos on top of each other."""
    chosen = photos[rng.integers(len(photos), size=(n, 3))].astype(np.float32)
    blended: Bytes = chosen.mean(1).astype(np.uint8)
    return blended


def _checks(n: int, rng: np.random.Generator, _photos: Bytes) -> Bytes:
    axis = np.arange(SIDE_PX)
    size = rng.integers(2, 9, n)[:, None, None]
    masks = ((axis[None, :, None] // size) + (axis[None, None, :] // size)) % 2
    return _two_colours(masks.astype(np.float64), rng)


KINDS: dict[str, Kind] = {
    "noise": _noise,
    "gradients": _gradients,
    "stripes": _stripes,
    "drawings": _drawings,
    "shuffled tiles": _tiles,
}
HELD_OUT: dict[str, Kind] = {"close-ups": _close_ups, "blends of three photos": _blends, "checks": _checks}


def make_other_pictures(n: int, *, seed: int, photos: Bytes, kinds: dict[str, Kind] = KINDS) -> Bytes:
    """Pictures of nothing in particular.

    Args:
        n: how many of each kind.
        seed: the same seed and photos give the same pictures.
        photos: (N, 3, 32, 32) uint8 from which some kinds are made.
        kinds: `KINDS` to fit on, `HELD_OUT` to measure with.

    Returns:
        (n times the number of kinds, 3, 32, 32) uint8, kind after kind.
    """
    rng = np.random.default_rng(seed)
    return np.concatenate([make(n, rng, photos) for make in kinds.values()])
