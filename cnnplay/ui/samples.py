"""Test images to start from, for those who have nothing at hand."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnplay.data.store import Dataset, is_available, load_dataset
from cnnplay.ui.pictures import as_paper

ByteArray = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SampleDigit:
    """A digit to draw on: from a data set, or an edited one.

    Attributes:
        image: (28, 28) uint8, 255 ink.
        note: one sentence on what it is and where it comes from.
        title: what it is, in two words.
        caption: two short lines on why nothing is done to it.
    """

    image: ByteArray
    note: str
    title: str = "Test digit"
    caption: str = "28 x 28 already,\nas MNIST made it"

    def on_paper(self, side_px: int) -> Image.Image:
        """Dark on the canvas's paper, enlarged to a square of `side_px`."""
        return Image.fromarray(as_paper(self.image)).resize((side_px, side_px), Image.Resampling.BICUBIC)


@dataclass(frozen=True, eq=False)
class SamplePhoto:
    """A CIFAR-10 test image: (3, 32, 32) uint8 with its class name and index."""

    image: ByteArray
    label: str
    index: int


@lru_cache(maxsize=4)
def open_dataset(key: str) -> Dataset:
    """A data set, kept open for the next who asks.

    Raises:
        DataError: it is not on this machine, or damaged.
    """
    return load_dataset(key)


def random_digit() -> SampleDigit:
    """A test digit of MNIST; without MNIST on this machine one of MNIST-5k, which the networks have seen in training.

    Raises:
        DataError: the data set on this machine is damaged.
    """
    key = "mnist" if is_available("mnist") else "mnist-5k"
    data = open_dataset(key)
    index = int(np.random.default_rng().integers(len(data.test_labels)))
    label = data.spec.classes[int(data.test_labels[index])]
    if key == "mnist":
        note = f"Test digit {index:,} of MNIST, written as a {label}. No network has trained on it."
    else:
        note = f"Digit {index:,} of MNIST-5k, written as a {label}. The networks have seen it in training."
    return SampleDigit(np.array(data.test_images[index, 0]), note)


def random_photo() -> SamplePhoto:
    """A test image of CIFAR-10.

    Raises:
        DataMissingError: CIFAR-10 is not on this machine; the message names the command that gets it.
        DataError: the data set on this machine is damaged.
    """
    data = open_dataset("cifar10")
    index = int(np.random.default_rng().integers(len(data.test_labels)))
    return SamplePhoto(np.array(data.test_images[index]), data.spec.classes[int(data.test_labels[index])], index)


def paint_ship() -> Image.Image:
    """A painted ship, 640 x 480 RGB, for where there is no data set of photos."""
    picture = Image.new("RGB", (640, 480), (150, 190, 225))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 310, 640, 480), fill=(35, 80, 125))
    pen.polygon([(90, 270), (560, 250), (505, 345), (150, 345)], fill=(120, 40, 35))
    pen.rectangle((230, 190, 440, 262), fill=(235, 235, 230))
    pen.rectangle((280, 130, 320, 192), fill=(60, 60, 60))
    pen.rectangle((350, 140, 385, 192), fill=(60, 60, 60))
    return picture
