"""Shuffled pixels, seen: one digit at every radius, and what one filter of the CNN sees of it through its window."""

from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.store import is_available
from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.own_runs import STAND_IN
from cnnplay.models.shuffling import shuffled_positions
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.ui.samples import open_dataset

WINDOW_PX = 5
"""Side of the CNN's filters."""
DIGITS = tuple("0123456789")
USUAL_DIGIT = "7"

ByteArray = NDArray[np.uint8]


def show_before(experiment: Experiment) -> None:
    """The digit as each network gets it, with the window of a filter marked and enlarged below.

    Args:
        experiment: its radii are shown.

    Raises:
        DataError: the data set is damaged.
    """
    radii_px = sorted({int(arm.x or 0) for arm in experiment.arms})
    label = choose_in_address("Digit", list(DIGITS), "digit", default=USUAL_DIGIT, hide_label=True)
    picture = _test_digit(int(label))
    row, column = _busiest_window(picture)
    figures = "".join(_figure(_shuffle(picture, radius_px), radius_px, row, column) for radius_px in radii_px)
    st.html(
        f'<div class="cp-radii">{figures}</div><p class="cp-small cp-measure">The square is one place at which the CNN '
        f"looks through a filter of {WINDOW_PX} x {WINDOW_PX} pixels; below each picture stands what it sees there. "
        "The dense net has no such window: each of its units sees all 784 pixels, each with a weight of its own. "
        "The shuffle is the same for every picture, so a pixel of the digit always ends at the same place.</p>"
    )


@lru_cache(maxsize=len(DIGITS))
def _test_digit(label: int) -> ByteArray:
    """(28, 28) uint8: the first test picture of this digit."""
    dataset = open_dataset("mnist" if is_available("mnist") else STAND_IN)
    first = int(np.flatnonzero(np.asarray(dataset.test_labels) == label)[0])
    return np.array(dataset.test_images[first, 0])


def _shuffle(picture: ByteArray, radius_px: int) -> ByteArray:
    return picture.reshape(-1)[shuffled_positions(radius_px, *picture.shape)].reshape(picture.shape)


def _busiest_window(picture: ByteArray) -> tuple[int, int]:
    """Top left corner of the window in which ink and paper differ most: there is an edge of a stroke in it."""
    windows = np.lib.stride_tricks.sliding_window_view(picture.astype(np.float64), (WINDOW_PX, WINDOW_PX))
    spread = windows.std(axis=(2, 3))
    row, column = np.unravel_index(int(spread.argmax()), spread.shape)
    return int(row), int(column)


def _figure(picture: ByteArray, radius_px: int, row: int, column: int) -> str:
    height, width = picture.shape
    window = picture[row : row + WINDOW_PX, column : column + WINDOW_PX]
    place = (
        f"left:{100 * column / width:.2f}%;top:{100 * row / height:.2f}%;"
        f"width:{100 * WINDOW_PX / width:.2f}%;height:{100 * WINDOW_PX / height:.2f}%"
    )
    words = "as it is" if not radius_px else ("moved anywhere" if radius_px >= width else f"moved up to {radius_px} px")
    return (
        f'<figure><div><img class="cp-pixels" src="{data_address(as_paper(picture))}" alt="The digit, {words}">'
        f'<span style="{place}"></span></div>'
        f'<img class="cp-pixels cp-window" src="{data_address(as_paper(window))}" alt="The window, enlarged">'
        f"<figcaption>{words}</figcaption></figure>"
    )
