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
CLEAREST_NOISE = 6.0
"""Standard deviations of the paper that ink must stand out: among 100,000 pixels of mere noise none reaches five."""
_STROKE = (11, 11)  # cells of the grid: no stroke is as wide as a quarter of the picture
_WINDOW = (19, 19)
_EVERY_SECOND = np.zeros(_WINDOW, dtype=bool)
_EVERY_SECOND[::2, ::2] = True  # the same median at a quarter of the cost
_SMOOTH_SIGMA = 1.5
_SURELY_PAPER = 0.2
_PAPER_SHARE = 0.6
_PAD = 6
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
    slope = _slope(rough)
    is_light = _is_light((rough - slope).mean(axis=-1))
    sign = np.float32(1 if is_light else -1)
    paper = _enlarge(slope + sign * _paper(sign * (rough - slope)), pixels.shape)
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


def _slope(rough: Float32Array) -> Float32Array:
    """Plane through the light on the coarse grid, fitted twice: the second time without what is far from the first."""
    height, width, channels = rough.shape
    y, x = np.mgrid[:height, :width]
    terms = np.stack([np.ones(height * width), x.ravel() / GRID_PX, y.ravel() / GRID_PX], axis=1)
    values = rough.reshape(-1, channels).astype(np.float64)
    fitted = terms @ np.linalg.lstsq(terms, values)[0]
    away = np.abs(values - fitted).max(axis=1)
    near = away <= np.quantile(away, _PAPER_SHARE)
    plane: Float32Array = (terms @ np.linalg.lstsq(terms[near], values[near])[0]).astype(np.float32)
    return plane.reshape(rough.shape)


def _is_light(grey: Float32Array) -> bool:
    """Whether what is narrow and sticks out from its surroundings is lighter than they are.

    Both conditions are needed: beside the edge of a sheet much differs from its surroundings but is not narrow, and the
    inside of a 0 is narrow but no different from most of its surroundings. The cube lets a little strong ink outweigh
    much noise; what is near the middle counts most.
    """
    around = ndimage.median_filter(grey, footprint=_EVERY_SECOND, mode="nearest")
    dark = np.minimum(around, ndimage.grey_closing(grey, _STROKE, mode="nearest")) - grey
    light = grey - np.maximum(around, ndimage.grey_opening(grey, _STROKE, mode="nearest"))
    y, x = (np.linspace(-1, 1, n) for n in grey.shape)
    nearness = np.exp(-2 * (y[:, None] ** 2 + x**2))
    return bool((nearness * np.maximum(light, 0) ** 3).sum() > (nearness * np.maximum(dark, 0) ** 3).sum())


def _paper(rough: Float32Array) -> Float32Array:
    """Paper alone, for ink that is higher than its paper: cells with ink are filled in, the rest a little smoothed."""
    below = np.stack([ndimage.grey_opening(plane, _WINDOW, mode="nearest") for plane in np.moveaxis(rough, -1, 0)], -1)
    excess = (rough - below).max(axis=-1)
    spread = 1.4826 * float(np.median(np.abs(excess - np.median(excess))))
    inked = ndimage.binary_dilation(excess > float(np.median(excess)) + max(4 * spread, 0.1 * float(excess.max())))
    weight = np.pad(np.where(inked, 1e-3, 1.0).astype(np.float32), _PAD, mode="reflect")
    total = ndimage.gaussian_filter(weight, _SMOOTH_SIGMA)
    planes = []
    for channel in range(rough.shape[-1]):
        plane = np.where(inked, below[..., channel], rough[..., channel])
        wider = np.pad(plane, _PAD, mode="reflect", reflect_type="odd")  # goes on with the slope of the light
        smooth = ndimage.gaussian_filter(wider * weight, _SMOOTH_SIGMA) / total
        planes.append(smooth[_PAD:-_PAD, _PAD:-_PAD])
    return np.stack(planes, axis=-1)


def _project(contrast: Float32Array) -> Float32Array:
    """One number a pixel: how much of the ink's own colour is in its difference from the paper; none is an error."""
    most = contrast.max(axis=-1)
    smooth = ndimage.uniform_filter(most, 3)
    noise = 1.4826 * float(np.median(np.abs(most - smooth)[::2, ::2])) / 3  # what is left of it in a mean of 9
    strength = smooth[::2, ::2]
    blank, strongest = np.quantile(strength, (_SURELY_PAPER, 1 - _SURELY_INK))
    if strongest < max(FAINTEST, blank + CLEAREST_NOISE * noise):
        raise EmptyDrawingError(NOTHING_FOUND)
    colour = np.median(contrast[::2, ::2][strength >= strongest / 2], axis=0)
    share: Float32Array = contrast @ (colour / float(colour @ colour))
    return share
