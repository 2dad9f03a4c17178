"""Which picture is looked at: a test picture, the visitor's drawing or photo, or one that came with the address."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.picture_code import decode_picture, encode_picture
from cnnplay.data.store import is_available
from cnnplay.errors import CnnplayError, DataError, InputError
from cnnplay.ui import canvas, state
from cnnplay.ui.address import read_index, write
from cnnplay.ui.inside import INPUT_PARAMETER
from cnnplay.ui.networks import Network
from cnnplay.ui.photos import current_photo
from cnnplay.ui.samples import open_dataset, paint_ship
from cnnplay.words import plain

DATASETS = {(1, 28, 28): ("mnist", "mnist-5k"), (3, 32, 32): ("cifar10",)}
"""Where test pictures of each shape come from: the first of these that is on this machine."""
MAX_QUOTED = 40
"""Letters of an address that a sentence about it repeats."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that a network can take: (C, H, W) uint8, a sentence on its origin, and its class, or "" if unknown."""

    image: NDArray[np.uint8]
    note: str
    label: str = ""


def current_picture(network: Network) -> Picture | str:
    """The picture that the address names; without one the visitor's own, or the first test picture.

    Returns:
        The picture, or the sentence that says why there is none.
    """
    asked = st.query_params.get(INPUT_PARAMETER)
    try:
        own = _own_picture(network)
        if asked is not None:
            picture = read_picture(asked)
            if own and np.array_equal(own.image, picture.image):
                return own
            if picture.image.shape == network.input_shape:
                return picture
        return own or _first_picture(network)
    except CnnplayError as error:
        return str(error)


def read_picture(text: str) -> Picture:
    """The picture that such a text stands for.

    Raises:
        InputError: it stands for none.
        DataError: its data set is not on this machine, or damaged.
    """
    parts = text.split(":")
    if len(parts) == 1:
        return Picture(decode_picture(text), "A picture that came with the address.")
    index = read_index(parts[-1])
    if len(parts) != 3 or parts[0] not in {"train", "test"} or index is None:
        raise InputError(f"The address asks for the picture {text[:MAX_QUOTED]!r}. Give one like test:mnist:12.")
    return test_picture(parts[1], parts[0], index)


def test_picture(dataset: str, split: str, index: int) -> Picture:
    """One picture of a data set.

    Args:
        dataset: key.
        split: "test" or "train".
        index: from 0.

    Raises:
        InputError: there is no such set or picture.
        DataError: the set is not on this machine, or damaged.
    """
    data = open_dataset(dataset)
    images, labels = (data.test_images, data.test_labels) if split == "test" else (data.train_images, data.train_labels)
    if index >= len(labels):
        raise InputError(f"{data.spec.title} has {len(labels):,} {split} pictures, and the address asks for {index:,}.")
    label = data.spec.classes[int(labels[index])]
    kind = "Test" if split == "test" else "Training"
    return Picture(np.array(images[index]), f"{kind} picture {index:,} of {data.spec.title}, labelled {label}.", label)


def show_picker(network: Network) -> None:
    """What else could be looked at; each choice goes into the address."""
    with st.popover("Another picture", key="inside_pictures"):
        try:
            _pick_test_picture(_dataset_for(network))
        except DataError as error:
            st.caption(str(error))
        _offer("Your drawing", "inside_drawing", lambda: _drawing(network))
        _offer("Your photo", "inside_photo", lambda: _photo(network))
        if network.input_shape[0] == 1:
            st.page_link("pages/draw.py", label="Draw one")
        else:
            st.page_link("pages/photo.py", label="Show a photo")


def _dataset_for(network: Network) -> str:
    candidates = (network.dataset, *DATASETS.get(network.input_shape, ()))
    return next((key for key in candidates if is_available(key)), candidates[-1])


def _first_picture(network: Network) -> Picture:
    dataset = _dataset_for(network)
    if network.input_shape == (3, 32, 32) and not is_available(dataset):
        from cnnplay.data.photo import crop_square, shrink_to_32

        return Picture(shrink_to_32(crop_square(paint_ship(), 0.5, 0.5, 1.0)), "A painted ship.")
    return test_picture(dataset, "test", 0)


def _pick_test_picture(dataset: str) -> None:
    data = open_dataset(dataset)
    labels = np.asarray(data.test_labels)

    def go(index: int) -> None:
        write(INPUT_PARAMETER, f"test:{dataset}:{index}")

    def go_random() -> None:
        wanted = st.session_state.inside_class
        among = np.arange(len(labels)) if wanted is None else np.flatnonzero(labels == data.spec.classes.index(wanted))
        go(int(np.random.default_rng().choice(among)))

    asked = st.query_params.get(INPUT_PARAMETER, "").split(":")
    now = read_index(asked[2]) if asked[:2] == ["test", dataset] and len(asked) == 3 else 0
    st.session_state.inside_index = min(now or 0, len(labels) - 1)
    st.number_input(
        f"Test picture of {plain(data.spec.title)}", 0, len(labels) - 1, key="inside_index",
        on_change=lambda: go(st.session_state.inside_index),
    )  # fmt: skip
    st.selectbox("Class", data.spec.classes, None, key="inside_class", placeholder="any")
    st.button("Random test picture", on_click=go_random)


def _offer(label: str, key: str, find: Callable[[], Picture | None]) -> None:
    def take() -> None:
        if picture := find():
            write(INPUT_PARAMETER, encode_picture(picture.image))

    if find() is not None:
        st.button(label, key=key, on_click=take)


def _own_picture(network: Network) -> Picture | None:
    return _drawing(network) or _photo(network)


def _drawing(network: Network) -> Picture | None:
    """What lies on the canvas of the Draw page, as the networks get it."""
    sample, drawing = st.session_state.get(state.SAMPLE), st.session_state.get(state.DRAWING)
    if network.input_shape != (1, 28, 28) or (sample is None and not (drawing or {}).get("objects")):
        return None
    from cnnplay.data.strokes import strokes_from_canvas
    from cnnplay.ui.digits import prepare

    try:
        brush_px = st.session_state.get(state.BRUSH_PX, canvas.DEFAULT_BRUSH_PX)
        strokes = strokes_from_canvas(drawing)
        digit = prepare(strokes, sample=sample, brush_px=brush_px, canvas_px=canvas.CANVAS_PX)
    except CnnplayError:
        return None
    return Picture(digit.image[None], "Your drawing, as the networks get it.")


def _photo(network: Network) -> Picture | None:
    """The photo of this visit, as the networks get it."""
    photo = current_photo()
    if network.input_shape != (3, 32, 32) or photo is None:
        return None
    from cnnplay.data.photo import crop_square, shrink_to_32

    crop = [st.session_state.get(key, usual) for key, usual in (("crop_x", 0.5), ("crop_y", 0.5), ("crop_size", 1.0))]
    return Picture(shrink_to_32(crop_square(photo.image, *crop)), "Your photo, as the networks get it.")
