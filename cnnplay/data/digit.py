"""MNIST's own form of a digit: 20 px tall or wide, one pen width, centre of mass in the middle of 28 x 28.

LeCun, Cortes, Burges: "The original black and white images were size normalized to fit in a 20x20 pixel box while
preserving their aspect ratio [...] the images were centered in a 28x28 image by computing the center of mass of the
pixels." (http://yann.lecun.com/exdb/mnist/)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnplay.data.strokes import FloatArray

ByteArray = NDArray[np.uint8]

SIDE_PX = 28
BOX_PX = 20.0
PEN_PX = 2.6
"""Mean width of a stroke in MNIST's training images (twice the distance of the ridge from paper; 1.75 to 3.75 px)."""
EDGE_PX = 1.3
"""Width of the grey edge from full ink to paper, fitted to the share of grey among the inked pixels of MNIST."""
ONLY_A_DOT = "That is no more than a dot: draw a digit from 0 to 9, larger than the pen is wide."
_CENTRING_ROUNDS = 2  # ink that moves by part of a pixel is rounded anew
_AXIS = np.arange(SIDE_PX, dtype=np.float32) + 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the preparation, to be shown.

    Attributes:
        title: two or three words.
        caption: one sentence on two short lines.
        image: (H, W) uint8 picture of the step, 255 ink (for the first step of a photo: 255 where it is dark).
        digit: (28, 28) uint8, what a network would be given if the preparation stopped here; 255 ink.
    """

    title: str
    caption: str
    image: ByteArray
    digit: ByteArray


@dataclass(frozen=True, slots=True)
class PreparedDigit:
    """A digit ready for an MNIST network.

    Attributes:
        image: (28, 28) uint8, 0 paper, 255 ink, as MNIST.
        steps: how it came about, first to last; the last step's digit is `image`.
    """

    image: ByteArray
    steps: tuple[Step, ...]


def render(segments: FloatArray, *, pen_px: float = PEN_PX) -> ByteArray:
    """Draw pieces of a pen's path on 28 x 28 by each pixel's exact distance to the nearest of them.

    Args:
        segments: (m, 2, 2) float64, start and end (x, y) of each piece in pixels of the 28 x 28 image.
        pen_px: width of the pen, at half of full ink.

    Returns:
        (28, 28) uint8, 0 paper, 255 ink.
    """
    single = segments.astype(np.float32)
    return _ink_at(_distance(single[:, 0], single[:, 1]), pen_px)


def _distance(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> NDArray[np.float32]:
    along = ends - starts
    length2 = np.maximum((along**2).sum(axis=1), 1e-9)
    dx = _AXIS[None, :] - starts[:, :1]
    dy = _AXIS[None, :] - starts[:, 1:]
    ux, uy = along[:, :1] / length2[:, None], along[:, 1:] / length2[:, None]
    t = np.clip((dx * ux)[:, None, :] + (dy * uy)[:, :, None], 0.0, 1.0)
    gap_x = dx[:, None, :] - t * along[:, 0, None, None]
    gap_y = dy[:, :, None] - t * along[:, 1, None, None]
    gap_x *= gap_x
    gap_y *= gap_y
    gap_x += gap_y
    nearest: NDArray[np.float32] = np.sqrt(gap_x.min(axis=0))
    return nearest


def _ink_at(distance_px: NDArray[np.float32], pen_px: float) -> ByteArray:
    share = np.clip((pen_px / 2 - distance_px) / EDGE_PX + 0.5, 0.0, 1.0)
    ink: ByteArray = np.round(share * 255).astype(np.uint8)
    return ink


def centre_of_mass(digit: ByteArray) -> FloatArray:
    """(x, y) of the centre of the ink, in pixels from the upper left corner, for a (H, W) uint8 image with some ink."""
    weight = digit.astype(np.float64)
    total = weight.sum()
    x = (weight.sum(axis=0) * (np.arange(digit.shape[1]) + 0.5)).sum() / total
    y = (weight.sum(axis=1) * (np.arange(digit.shape[0]) + 0.5)).sum() / total
    return np.array([x, y])


def fit_box(segments: FloatArray, *, pen_px: float = PEN_PX) -> FloatArray:
    """Scale and move a pen's path so that its ink fills MNIST's 20 px box along the longer side, in the middle of 28.

    Args:
        segments: (m, 2, 2) float64 in any unit, not all in one point.
        pen_px: width of the pen that will draw it, part of the box.

    Returns:
        (m, 2, 2) float64 in pixels of the 28 x 28 image.
    """
    low, high = segments.min(axis=(0, 1)), segments.max(axis=(0, 1))
    scale = (BOX_PX - pen_px) / max(float((high - low).max()), 1e-9)
    fitted: FloatArray = (segments - (low + high) / 2) * scale + SIDE_PX / 2
    return fitted


def centre_by_mass(segments: FloatArray, *, pen_px: float = PEN_PX) -> FloatArray:
    """Move a path, by fractions of a pixel, to where its ink has the centre of mass in the middle of 28 x 28."""
    for _ in range(_CENTRING_ROUNDS):
        segments = segments + (SIDE_PX / 2 - centre_of_mass(render(segments, pen_px=pen_px)))
    return segments


def squeeze(picture: ByteArray) -> ByteArray:
    """Shrink a picture to (28, 28) uint8 by averaging, whatever its proportions: what most digit readers do."""
    return np.asarray(Image.fromarray(picture).resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))
