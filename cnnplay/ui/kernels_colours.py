"""How the numbers of a map become colours: as a picture, clipped to 0..255, or as numbers, with a white zero."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnplay.inference.convolution import FloatArray
from cnnplay.words import percent

ByteArray = NDArray[np.uint8]
WHITE = 255
BLUE, ZERO, ORANGE = (37, 99, 235), (255, 255, 255), (232, 89, 12)
ZERO_LEVEL, N_LEVELS = 127, 255
"""Of the ramp: as many levels below zero as above it."""
FULL_SHARE = 0.995
"""So many of the numbers lie within the full colours: a few far outliers would leave all others pale."""


@dataclass(frozen=True)
class Scale:
    """What a colour stands for.

    Attributes:
        show: "picture" or "numbers".
        limit: as numbers, the size from which on a colour is full.
    """

    show: str
    limit: float

    def levels(self, values: FloatArray) -> ByteArray:
        """Places on the ramp, of the same shape."""
        if self.show == "picture":
            return np.round(np.clip(values, 0, WHITE)).astype(np.uint8)
        share = np.clip(values / self.limit, -1, 1)
        return np.round(ZERO_LEVEL + ZERO_LEVEL * share).astype(np.uint8)

    def picture(self, values: FloatArray) -> Image.Image:
        """(H, W) numbers as an image that is exact to the level."""
        image = Image.fromarray(self.levels(values))
        if self.show == "numbers":
            image.putpalette(ramp().tobytes())
        return image

    def colours(self, values: FloatArray) -> list[list[str]]:
        """(H, W) numbers as colours of a style sheet."""
        levels = self.levels(values)
        rgb = ramp()[levels] if self.show == "numbers" else np.repeat(levels[..., None], 3, -1)
        return [["#" + bytes(pixel).hex() for pixel in row] for row in rgb]

    def words(self, values: FloatArray) -> str:
        """One sentence that says what is shown how."""
        if self.show == "numbers":
            return f"Blue below 0, white at 0, orange above, in full from {_short(self.limit)} on."
        black, white = float((values < 0).mean()), float((values > WHITE).mean())
        if not black and not white:
            return "Shown as grey values, as they are."
        parts = [f"{_how_many(black)} below 0 and shown black"] if black else []
        parts += [f"{_how_many(white)} above 255 and shown white"] if white else []
        return f"Clipped to 0 to 255: {', '.join(parts)}."


def scale_for(values: FloatArray, show: str) -> Scale:
    """The scale on which numbers of any shape are shown together."""
    return Scale(show, limit_of(values))


def limit_of(values: FloatArray) -> float:
    """The size from which on a colour is full: that of nearly the largest number."""
    sizes = np.abs(values)
    return float(np.quantile(sizes, FULL_SHARE)) or float(sizes.max()) or 1.0


def ramp() -> ByteArray:
    """(255, 3): blue, white, orange."""
    share = np.linspace(-1, 1, N_LEVELS)[:, None]
    ends = np.where(share < 0, np.array(BLUE), np.array(ORANGE))
    levels: ByteArray = np.round(np.array(ZERO) + np.abs(share) * (ends - np.array(ZERO))).astype(np.uint8)
    return levels


def _how_many(share: float) -> str:
    return "all are" if share == 1 else f"{percent(share)} are"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
