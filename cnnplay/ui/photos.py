"""The photo of this visit: taken from an upload, the camera or the test set, kept in memory alone, cropped by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnplay.data.photo import crop_square, open_photo
from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.pictures import EXACT_UP_TO_PX, data_address
from cnnplay.ui.samples import random_photo
from cnnplay.words import plain

FILE_KEY, CAMERA_KEY = "photo_file", "photo_shot"
MAX_SHOWN_PX = 640
"""Longer side of the picture that the browser gets; the crop is cut from the whole photo."""
SMALLEST_CROP = 0.1
CAMERA_PX = 420


@dataclass(frozen=True, eq=False)
class Photo:
    """One RGB image with a sentence on where it comes from."""

    image: Image.Image
    note: str


def show_sources() -> None:
    """Upload, camera and test image as three tabs; what is chosen becomes the photo of this visit."""
    upload, camera, sample = st.tabs(["Upload", "Camera", "Test image"], on_change="rerun", key="photo_sources")
    with upload, st.container(key="photo_upload"):
        st.file_uploader("A photo as JPEG, PNG, WEBP or HEIC", key=FILE_KEY, on_change=_take_file, args=(FILE_KEY,))
        st.caption("It is read in memory and not stored, but for the 32 x 32 pixels that you ask to be remembered.")
    with camera:
        if camera.open:  # the browser asks for the camera as soon as this is on the page
            st.camera_input("Take a photo", key=CAMERA_KEY, width=CAMERA_PX, on_change=_take_file, args=(CAMERA_KEY,))
    with sample:
        st.button("Random test image", on_click=_try, args=(_sample,), help="One of the 10,000 that CIFAR-10 tests on.")
    if error := st.session_state.pop(state.PHOTO_ERROR, None):
        st.error(error)


def current_photo() -> Photo | None:
    """The photo of this visit, if there is one."""
    photo: Photo | None = st.session_state.get(state.PHOTO)
    return photo


def choose_crop(photo: Photo) -> Image.Image:
    """Show the photo with the square that the networks get, and sliders that move it; returns the square."""
    shown = st.container(key="photo_shown")
    with st.container(key="photo_crop"):
        size = st.slider("Size of the square", SMALLEST_CROP, 1.0, 1.0, 0.05, "percent", key="crop_size")
        centre_x = st.slider("Left to right", 0.0, 1.0, 0.5, 0.01, "percent", key="crop_x")
        centre_y = st.slider("Top to bottom", 0.0, 1.0, 0.5, 0.01, "percent", key="crop_y")
    with shown:
        st.html(_framed(photo, centre_x=centre_x, centre_y=centre_y, size=size))
        st.caption(plain(photo.note))
    return crop_square(photo.image, centre_x, centre_y, size)


def show_pixels(image: NDArray[np.uint8]) -> None:
    """What is left of the photo, (3, 32, 32) uint8, with pixels large enough to count."""
    picture = data_address(np.ascontiguousarray(image.transpose(1, 2, 0)))
    st.html(
        f'<figure class="cp-left"><img class="cp-pixels" src="{picture}" alt="The photo in 32 by 32 pixels">'
        "<figcaption>What 32 x 32 pixels leave of it</figcaption></figure>"
    )


def _take_file(key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        st.session_state[state.PHOTO] = None
    else:
        _try(lambda: Photo(open_photo(file.getvalue(), file.name), "Your photo, in this visit's memory alone."))


def _sample() -> Photo:
    sample = random_photo()
    image = Image.fromarray(np.ascontiguousarray(sample.image.transpose(1, 2, 0)))
    return Photo(image, f"Test image {sample.index:,} of CIFAR-10, labelled {sample.label}. No network trained on it.")


def _try(take: Callable[[], Photo]) -> None:
    """Take a new photo; where that fails keep the sentence that says why, and no other photo beside it."""
    st.session_state[state.PHOTO] = None
    st.session_state[state.READ_AS_DIGIT] = False
    for key in ("crop_size", "crop_x", "crop_y"):
        st.session_state.pop(key, None)
    try:
        st.session_state[state.PHOTO] = take()
    except CnnplayError as error:
        st.session_state[state.PHOTO_ERROR] = str(error)


def _framed(photo: Photo, *, centre_x: float, centre_y: float, size: float) -> str:
    width, height = photo.image.size
    side = size * min(width, height)
    left = min(max(centre_x * width - side / 2, 0), width - side)
    top = min(max(centre_y * height - side / 2, 0), height - side)
    shown = photo.image.copy()
    shown.thumbnail((MAX_SHOWN_PX, MAX_SHOWN_PX))
    pixels = " cp-pixels" if max(photo.image.size) <= EXACT_UP_TO_PX else ""
    return (
        f'<div class="cp-photo" style="aspect-ratio:{width}/{height}"><img class="{pixels.strip()}" '
        f'src="{data_address(shown)}" alt="{escape(photo.note)}"><span style="left:{100 * left / width:.2f}%;'
        f"top:{100 * top / height:.2f}%;width:{100 * side / width:.2f}%;height:{100 * side / height:.2f}%"
        '"></span></div>'
    )
