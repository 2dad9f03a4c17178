"""What makes pictures harder to read, pixel by pixel: each function takes a batch and returns a changed copy.

All take (N, C, H, W) uint8, a seed for each of these pictures (N,) uint64, and a strength above 0. Drawings, of one
channel, are on a black ground; photos, of three, go on past their edges in a mirror.
"""

from io import BytesIO

import numpy as np
import numpy.typing as npt

SEED = 1903
DRAWING_CHANNELS = 1
DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
GREY = 128
"""What hides a part of a photo; a part of a drawing is hidden by its own ground."""
Bytes = npt.NDArray[np.uint8]
Seeds = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def chance(seeds: Seeds, n_values: int) -> Floats:
    """Numbers in 0..1, (N, n_values) float32, that depend on each picture's seed alone."""
    rows = [np.random.default_rng((SEED, seed)).random(n_values, np.float32) for seed in seeds]
    return np.array(rows, np.float32)


def _signs(seeds: Seeds) -> npt.NDArray[np.bool_]:
    """Which of two ways each picture goes."""
    return chance(seeds, 1)[:, 0] < 0.5


def _round(values: npt.NDArray[np.floating]) -> Bytes:
    result: Bytes = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return result


def rotate(images: Bytes, seeds: Seeds, degrees: float) -> Bytes:
    """About the centre, half of the pictures to the left and half to the right."""
    return _both_ways(images, seeds, turned(degrees), turned(-degrees))


def scale(images: Bytes, seeds: Seeds, growth: float) -> Bytes:
    """Half of the pictures larger, half smaller by the same factor."""
    return _both_ways(images, seeds, np.eye(2) / (1 + growth), np.eye(2) * (1 + growth))


def turned(degrees: float) -> npt.NDArray[np.float64]:
    """The matrix that finds, for each place (y, x) of a picture turned to the left, where it was."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def _both_ways(images: Bytes, seeds: Seeds, one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Bytes:
    result = np.empty_like(images)
    signs = _signs(seeds)
    for chosen, matrix in ((signs, one), (~signs, other)):
        result[chosen] = warp(images[chosen], matrix)
    return result


def warp(images: Bytes, matrix: npt.NDArray[np.float64]) -> Bytes:
    """Pictures seen through a linear map about their centre, bilinear; drawings end in black, photos in a mirror.

    Args:
        images: (N, C, H, W) uint8, square.
        matrix: (2, 2), from (y, x) of the result to that of the picture, both from the centre.
    """
    n, n_channels, size, _ = images.shape
    middle = (size - 1) / 2
    grid = np.indices((size, size)).reshape(2, -1) - middle
    at = np.round(matrix @ grid + middle, 9)  # a quarter turn must meet the pixels
    low = np.floor(at).astype(np.int64)
    share = (at - low).astype(np.float32)
    flat = images.reshape(n * n_channels, size * size)
    total = np.zeros(flat.shape, np.float32)
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = np.abs(1 - down - share[0]) * np.abs(1 - right - share[1])
        y, x = low[0] + down, low[1] + right
        if n_channels == DRAWING_CHANNELS:
            weight = weight * ((y >= 0) & (y < size) & (x >= 0) & (x < size))
        if weight.any():
            total += flat[:, _mirrored(y, size) * size + _mirrored(x, size)] * weight
    return _round(total).reshape(images.shape)


def _mirrored(index: Ints, size: int) -> Ints:
    """Indices past an edge, reflected in its last pixel."""
    folded = np.abs(index) % (2 * size - 2)
    result: Ints = np.minimum(folded, 2 * size - 2 - folded)
    return result


def shift(images: Bytes, seeds: Seeds, pixels: float) -> Bytes:
    """In one of the eight directions."""
    n_channels, size = images.shape[1], images.shape[-1]
    chances = np.floor(chance(seeds, 1)[:, 0] * len(DIRECTIONS))
    result = np.empty_like(images)
    rows = np.arange(size)
    for i, (down, right) in enumerate(DIRECTIONS):
        chosen = chances == i
        y, x = rows - down * round(pixels), rows - right * round(pixels)
        moved = images[chosen][:, :, _mirrored(y, size)][..., _mirrored(x, size)]
        if n_channels == DRAWING_CHANNELS:
            moved[:, :, (y < 0) | (y >= size)] = 0
            moved[..., (x < 0) | (x >= size)] = 0
        result[chosen] = moved
    return result


def thicken(images: Bytes, _seeds: Seeds, pixels: float) -> Bytes:
    """Strokes that many pixels wider on each side."""
    return _grow(images, pixels, np.maximum)


def thin(images: Bytes, _seeds: Seeds, pixels: float) -> Bytes:
    """Strokes that many pixels thinner on each side."""
    return _grow(images, pixels, np.minimum)


def _grow(images: Bytes, pixels: float, extreme: "np.ufunc") -> Bytes:
    """Grey morphology with a cross, once for each pixel; the last step counts as far as a part of a pixel is left."""
    values, left = images.astype(np.float32), pixels
    while left > 0:
        padded = np.pad(values, ((0, 0), (0, 0), (1, 1), (1, 1)))
        grown = values
        for y, x in ((0, 1), (2, 1), (1, 0), (1, 2)):
            grown = extreme(grown, padded[:, :, y : y + values.shape[2], x : x + values.shape[3]])
        step = min(left, 1.0)
        values = values + step * (grown - values)
        left -= step
    return _round(values)


def add_noise(images: Bytes, seeds: Seeds, sigma: float) -> Bytes:
    """Of a normal distribution, on every value by itself."""
    result = np.empty_like(images)
    for i, seed in enumerate(seeds):
        noise = np.random.default_rng((SEED, seed)).standard_normal(images.shape[1:], np.float32)
        result[i] = _round(images[i] + sigma * noise)
    return result


def blur(images: Bytes, _seeds: Seeds, sigma: float) -> Bytes:
    """With a Gaussian."""
    from scipy.ndimage import gaussian_filter

    mode = "constant" if images.shape[1] == DRAWING_CHANNELS else "mirror"
    return _round(gaussian_filter(images.astype(np.float32), sigma=(0, 0, sigma, sigma), mode=mode))


def fade(images: Bytes, _seeds: Seeds, percent: float) -> Bytes:
    """Towards the picture's own mean grey."""
    values = images.astype(np.float32)
    mean = values.mean((1, 2, 3), keepdims=True)
    return _round(mean + (1 - percent / 100) * (values - mean))


def compress(images: Bytes, _seeds: Seeds, lost: float) -> Bytes:
    """Through a JPEG of quality 100 - `lost`."""
    from PIL import Image

    result = np.empty_like(images)
    for i, image in enumerate(images):
        buffer = BytesIO()
        picture = Image.fromarray(image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0)))
        picture.save(buffer, format="JPEG", quality=round(100 - lost))
        read = np.asarray(Image.open(buffer))
        result[i] = read if len(image) == 1 else read.transpose(2, 0, 1)
    return result


def hide(images: Bytes, seeds: Seeds, side_px: float) -> Bytes:
    """Behind a square about a point somewhere in the picture."""
    size = images.shape[-1]
    centres = chance(seeds, 2) * size
    apart = np.abs(np.arange(size) + 0.5 - centres[:, :, None]) <= side_px / 2
    hidden = apart[:, 0, :, None] & apart[:, 1, None, :]
    ground = np.uint8(0 if images.shape[1] == DRAWING_CHANNELS else GREY)
    return np.where(hidden[:, None], ground, images)
