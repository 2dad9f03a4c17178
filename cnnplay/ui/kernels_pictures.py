"""Which picture the kernels slide over: a photo that is always there, a test picture, the visitor's own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnplay.data.photo import crop_square, open_photo, shrink_to_32
from cnnplay.data.picture_code import SHAPES, decode_picture, encode_picture
from cnnplay.data.store import is_available
from cnnplay.errors import CnnplayError, DataMissingError, InputError
from cnnplay.ui import state
from cnnplay.ui.address import write
from cnnplay.ui.photos import Photo, current_photo
from cnnplay.ui.samples import open_dataset
from cnnplay.words import plain

INPUT_PARAMETER, SIZE_PARAMETER = "input", "px"
PUBLISHED_SIZE = "886x878"
"""Width and height of the photo that the published example of pooling halves."""
SIZES = ("32", "64", "128", "256", "384", PUBLISHED_SIZE)
USUAL_SIZE = "256"
SMALLEST = 32
MINE = "mine"
USUAL = "photo"
BUILT_IN = {USUAL: ("china.jpg", "A temple, by danielbuechele"), "flower": ("flower.jpg", "A flower, by vultilion")}
"""Files, and whose they are by the pages that the package's own list of images leads to."""
_CREDIT = "{}, CC BY 2.0, from scikit-learn."
_NO_DRAWING = "There is no drawing in this visit yet. Draw one, then choose it here."
_KINDS = {
    "photo": "Temple",
    "flower": "Flower",
    "digit": "Test digit",
    "object": "Test photo",
    "drawing": "Your drawing",
    MINE: "Your photo",
}
_RANDOM = {"digit": ("mnist", "mnist-5k"), "object": ("cifar10",)}


@dataclass(frozen=True, eq=False)
class Source:
    """A picture: (C, H, W) uint8, a sentence on what it is, and whether its size can be chosen."""

    image: NDArray[np.uint8]
    note: str
    is_scalable: bool


def show_picture_choice() -> Source:
    """The choice of a picture; all of it is in the address.

    Raises:
        DataMissingError: not even the photo that takes the place of others is there.
    """
    kind = _kind()
    st.session_state.kernels_kind = kind
    with st.container(key="kernels_pictures", horizontal=True, vertical_alignment="bottom"):
        st.pills(
            "Picture", list(_KINDS), key="kernels_kind", format_func=_KINDS.__getitem__, required=True, wrap=True,
            on_change=lambda: _choose(st.session_state.kernels_kind),
        )  # fmt: skip
        if kind in _RANDOM:
            st.button("Another", on_click=_choose, args=(kind,), help="Another test picture, by chance.")
    if kind == MINE:
        _show_upload()
    if error := st.session_state.pop(state.KERNELS_PICTURE_ERROR, None):
        st.warning(plain(error))
        if error == _NO_DRAWING:
            st.page_link("pages/draw.py", label="Draw one")
    try:
        return _read(st.query_params.get(INPUT_PARAMETER, USUAL))
    except CnnplayError as error:
        st.warning(f"{plain(str(error))} Until then, here is the {_KINDS[USUAL].lower()}.")
        return _read(USUAL)


def _kind() -> str:
    asked = st.query_params.get(INPUT_PARAMETER, USUAL)
    if asked in (*BUILT_IN, MINE):
        return asked
    if ":" in asked:
        return "object" if "cifar" in asked else "digit"
    try:
        return "drawing" if len(decode_picture(asked)) == 1 else MINE
    except InputError:
        return USUAL


def _choose(kind: str) -> None:
    """Put a picture of that kind into the address."""
    try:
        write(INPUT_PARAMETER, _PICKED[kind](), usual=USUAL)
    except CnnplayError as error:
        st.session_state[state.KERNELS_PICTURE_ERROR] = str(error)


def _random_test_picture(kind: str) -> str:
    key = next((key for key in _RANDOM[kind] if is_available(key)), _RANDOM[kind][0])
    n_pictures = len(open_dataset(key).test_labels)
    return f"test:{key}:{np.random.default_rng().integers(n_pictures)}"


def _drawing() -> str:
    """What lies on the canvas of the Draw page, as the networks get it."""
    from cnnplay.data.strokes import strokes_from_canvas
    from cnnplay.ui import canvas  # only a running app can load it
    from cnnplay.ui.digits import prepare

    sample, drawing = st.session_state.get(state.SAMPLE), st.session_state.get(state.DRAWING)
    if sample is None and not (drawing or {}).get("objects"):
        raise InputError(_NO_DRAWING)
    brush_px = st.session_state.get(state.BRUSH_PX, canvas.DEFAULT_BRUSH_PX)
    digit = prepare(strokes_from_canvas(drawing), sample=sample, brush_px=brush_px, canvas_px=canvas.CANVAS_PX)
    return encode_picture(digit.image[None])


_PICKED: dict[str, Callable[[], str]] = {
    "photo": lambda: "photo",
    "flower": lambda: "flower",
    "digit": lambda: _random_test_picture("digit"),
    "object": lambda: _random_test_picture("object"),
    "drawing": _drawing,
    MINE: lambda: MINE,
}


def _show_upload() -> None:
    def take() -> None:
        file = st.session_state.kernels_file
        if file is None:
            return
        try:
            image = open_photo(file.getvalue(), file.name)
            st.session_state[state.PHOTO] = Photo(image, "Your photo, in this visit's memory alone.")
            write(INPUT_PARAMETER, MINE)
        except CnnplayError as error:
            st.session_state[state.KERNELS_PICTURE_ERROR] = str(error)

    with st.container(key="kernels_upload"):
        st.file_uploader("A photo as JPEG, PNG, WEBP or HEIC", key="kernels_file", on_change=take)
    if st.query_params.get(INPUT_PARAMETER) == MINE and (photo := current_photo()):
        with st.container(key="kernels_share", horizontal=True, vertical_alignment="center"):
            st.caption("An address cannot hold your photo: opened elsewhere, this page asks for one.")
            st.button("Take 32 x 32 pixels, which an address can hold", on_click=_share, args=(photo,))


def _share(photo: Photo) -> None:
    write(INPUT_PARAMETER, encode_picture(shrink_to_32(crop_square(photo.image, 0.5, 0.5, 1.0))))
    write(SIZE_PARAMETER, None)


def _read(asked: str) -> Source:
    if asked in BUILT_IN:
        file, title = BUILT_IN[asked]
        return Source(_scale(open_built_in(file), _size()), _CREDIT.format(title), is_scalable=True)
    if asked == MINE:
        photo = current_photo()
        if photo is None:
            raise InputError("There is no photo in this visit yet. Choose a file above.")
        return Source(_scale(photo.image, _size()), photo.note, is_scalable=True)
    from cnnplay.ui.inside_input import read_picture  # it brings the canvas, which only a running app can load

    picture = read_picture(asked)
    if picture.image.shape not in SHAPES:
        raise InputError(f"A picture of shape {picture.image.shape} is not shown here. Choose another picture.")
    return Source(picture.image, picture.note, is_scalable=False)


def _size() -> str:
    asked = st.query_params.get(SIZE_PARAMETER, USUAL_SIZE)
    return asked if asked in SIZES else USUAL_SIZE


@lru_cache(maxsize=2)
def open_built_in(file: str) -> Image.Image:
    """A photo that comes inside the package scikit-learn, which another package that is used here needs.

    The package itself is not loaded.

    Raises:
        DataMissingError: it is not there.
    """
    found = find_spec("sklearn")
    path = Path(found.origin or "").parent / "datasets" / "images" / file if found else None
    if path is None or not path.is_file():
        raise DataMissingError(f"The photo {file} of the package scikit-learn is not on this machine. Choose another.")
    with Image.open(path) as image:
        return image.convert("RGB")


def _scale(image: Image.Image, size: str) -> NDArray[np.uint8]:
    """In the size that was chosen, (3, H, W): the smallest one is a square, as networks get it."""
    if size == PUBLISHED_SIZE:
        width, height = map(int, PUBLISHED_SIZE.split("x"))
        scaled = crop_square(image, 0.5, 0.5, 1.0).resize((width, height), Image.Resampling.BICUBIC)
    elif int(size) == SMALLEST:
        return shrink_to_32(crop_square(image, 0.5, 0.5, 1.0))
    else:
        factor = int(size) / max(image.size)
        width, height = (max(1, round(side * factor)) for side in image.size)
        scaled = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.ascontiguousarray(np.asarray(scaled).transpose(2, 0, 1))
