"""Pictures with their pixels shuffled: the same fixed shuffle for all, near or far."""

import numpy as np
import streamlit as st

from cnnplay.models.shuffling import shuffled_positions
from cnnplay.ui.address import slide_in_address
from cnnplay.ui.gallery import Shelf
from cnnplay.ui.gallery_change import ByteArray, Change, as_shown, choose_originals

RADIUS_PARAMETER = "radius"
FIRST_RADIUS_PX = 4


def choose_shuffle(shelf: Shelf) -> Change:
    """How far pixels move, and what becomes of the pictures."""
    _, height, width = shelf.spec.image_shape
    left, right = st.columns([1, 1], gap="large", vertical_alignment="center")
    with left:
        most = max(height, width)
        radius = int(
            slide_in_address(
                "Pixels move at most (px)",
                RADIUS_PARAMETER,
                0,
                most,
                FIRST_RADIUS_PX,
                help=f"{most} shuffles all pixels at random.",
            )
        )
        originals = choose_originals()
    positions = shuffled_positions(radius, height, width)
    with right:
        st.caption(_tell(radius, positions, width, most))
        st.page_link("pages/experiments.py", label="What networks make of it")

    def shuffle(images: ByteArray) -> list[ByteArray]:
        flat = images.reshape(*images.shape[:2], -1)[:, :, positions]
        return [as_shown(image) for image in flat.reshape(images.shape)]

    return Change(make=shuffle, shows_originals=originals)


def _tell(radius: int, positions: np.ndarray[tuple[int], np.dtype[np.int64]], width: int, most: int) -> str:
    if radius == 0:
        return "Every pixel is where it was."
    began = np.arange(len(positions))
    moved = np.hypot(positions // width - began // width, positions % width - began % width)
    how = "All pixels change places at random" if radius >= most else f"Pixels change places, at most {radius} px away"
    return (
        f"{how}: by {moved.mean():.1f} px on average. It is one fixed shuffle for every picture. "
        "A dense network reads shuffled pictures as well as others: it never knew which pixels are neighbours. "
        "A convolution looks at neighbours, and they are gone."
    )
