"""Finding the ink in a picture: which side is ink, what is paper and light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cnnplay.errors import EmptyDrawingError

ByteArray = NDArray[np.uint8]
Float32Array = NDArray[np.float32]

WORK_PX = (280, 640)
"""Bounds of the longer side of the picture that is searched for ink."""
GRID_PX = 48
"""Side of the coarse grid on which paper and light are estimated: wider than a stroke, finer than most shadows."""
FAINTEST = 0.08
"""Ink that differs by less than 8 % of full light from its paper cannot be told from noise."""
NOTHING_FOUND = "No digit is found in this picture: show one digit, dark on light or light on dark, large and sharp."
_WINDOW = np.zeros((19, 19), dtype=bool)
_WINDOW[::2, ::2] = True  # every second cell: the same median at a quarter of the cost
_SMOOTH_SIGMA = 2.0
_SURELY_INK = 0.0005  # a digit of a twentieth of the picture's height, with a thin pen


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture with paper and light taken away.

    Attributes:
        grey: (H, W) uint8, the picture that was searched.
        ink: (H, W) float32, 0 paper, 1 ink, noise around both.
        is_light: the ink is lighter than its paper.
    """

    grey: ByteArray
    ink: Float32Array
    is_light: bool


def separate_ink(image: Image.Image) -> Paper:
    """Tell ink from paper, whatever their colours and the light on them.

    Args:
        image: any picture; where it is transparent for the most part, the rest is taken for ink.

    Returns:
        The picture as grey values and as ink.

    Raises:
        EmptyDrawingError: the whole picture has one tone.
    """
    image = resize_longest(_opaque(image), WORK_PX)
    pixels = np.atleast_3d(np.asarray(image, dtype=np.float32)) / np.float32(255)
    rough = _coarse(pixels)
    planes = np.moveaxis(rough, -1, 0)
    around = np.stack([ndimage.median_filter(plane, footprint=_WINDOW, mode="nearest") for plane in planes], axis=-1)
    is_light = _is_light(rough - around)
    sign = np.float32(1.0 if is_light else -1.0)
    paper = _enlarge(_even_out(rough, around, sign), pixels.shape)
    room = np.maximum(1 - paper if is_light else paper, np.float32(0.1))
    ink = _project((sign * (pixels - paper) / room).astype(np.float32, copy=False))
    return Paper(grey=np.asarray(image.convert("L")), ink=ink, is_light=is_light)


def _opaque(image: Image.Image) -> Image.Image:
    """Grey or RGB; a drawing on a transparent layer gives its opacity, white ink on black."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        opacity = layered.getchannel("A")
        if np.mean(np.asarray(opacity) < 128) > 0.5:
            return opacity
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return image if image.mode == "L" else image.convert("RGB")


def resize_longest(image: Image.Image, bounds: tuple[int, int]) -> Image.Image:
    """Scale a picture so that its longer side lies within the bounds, in pixels."""
    longest = max(image.size)
    wanted = min(max(longest, bounds[0]), bounds[1])
    if wanted == longest:
        return image
    size = (max(1, round(image.width * wanted / longest)), max(1, round(image.height * wanted / longest)))
    return image.resize(size, Image.Resampling.BICUBIC if wanted > longest else Image.Resampling.BOX)


def _coarse(pixels: Float32Array) -> Float32Array:
    """Mean of each cell of the coarse grid, (h, w, C)."""
    height, width = pixels.shape[:2]
    cell = max(height, width) / GRID_PX
    size = (max(1, round(width / cell)), max(1, round(height / cell)))
    planes = [
        Image.fromarray(np.ascontiguousarray(pixels[..., c])).resize(size, Image.Resampling.BOX)
        for c in range(pixels.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _enlarge(grid: Float32Array, shape: tuple[int, ...]) -> Float32Array:
    planes = [
        Image.fromarray(np.ascontiguousarray(grid[..., c])).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
        for c in range(grid.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _is_light(difference: Float32Array) -> bool:
    """Ink is what sticks out farther from its surroundings: the cube lets a little strong ink outweigh much noise."""
    return bool((difference**3).sum() > 0)


def _even_out(rough: Float32Array, around: Float32Array, sign: np.float32) -> Float32Array:
    """Paper alone: cells with ink are filled from their neighbours, the rest smoothed."""
    excess = (sign * (rough - around)).max(axis=-1)
    spread = 1.4826 * float(np.median(np.abs(excess - np.median(excess))))
    inked = ndimage.binary_dilation(excess > max(3.0 * spread, 0.1 * float(excess.max()), 0.004))
    weight = np.where(inked, 1e-4, 1.0).astype(np.float32)
    below = ndimage.gaussian_filter(weight, _SMOOTH_SIGMA, mode="nearest")
    planes = [
        ndimage.gaussian_filter(np.where(inked, around[..., c], rough[..., c]) * weight, _SMOOTH_SIGMA, mode="nearest")
        / below
        for c in range(rough.shape[2])
    ]
    return np.stack(planes, axis=-1)


def _project(contrast: Float32Array) -> Float32Array:
    """One number a pixel: how much of the ink's own colour is in its difference from the paper; none is an error."""
    strength = ndimage.uniform_filter(contrast.max(axis=-1), 3)
    coarse = strength[::2, ::2]
    strongest = float(np.quantile(coarse, 1 - _SURELY_INK))
    colour = np.median(contrast[::2, ::2][coarse >= strongest / 2], axis=0)
    length = float(np.linalg.norm(colour))
    if length < FAINTEST:
        raise EmptyDrawingError(NOTHING_FOUND)
    share: Float32Array = contrast @ (colour / length**2)
    return share
