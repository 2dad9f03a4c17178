"""One picture of the Gallery, large: what it is, what each shipped network says to it, and where to go on with it."""

from collections.abc import Callable
from functools import partial
from html import escape

import numpy as np
import streamlit as st
from PIL import Image

from cnnplay.comparison.differences import Reading, read_answers
from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.selection import Comparison
from cnnplay.errors import CnnplayError
from cnnplay.runs.answers import AnswerKey, load_answer_key
from cnnplay.ui import state
from cnnplay.ui.address import switch_in_address
from cnnplay.ui.gallery import Shelf, Split
from cnnplay.ui.gallery_change import ByteArray, as_shown
from cnnplay.ui.jury import show_verdict
from cnnplay.ui.networks import IN_ADDRESS, list_networks, list_shipped
from cnnplay.ui.pictures import data_address
from cnnplay.ui.predictors import get_predictors
from cnnplay.ui.samples import SampleDigit
from cnnplay.words import percent, plain

ASK_PARAMETER = "ask"
SPLIT_NAMES: dict[Split, str] = {"test": "Test picture", "train": "Training picture"}
HOMES = {1: "mnist", 3: "cifar10"}
"""By number of channels, the set whose networks take such pictures."""


def show_picked(
    shelf: Shelf, index: int, *, close: Callable[[], None], changed: ByteArray | None = None, about: str = ""
) -> None:
    """The picture, as it is and changed, the answers, and the ways on.

    Args:
        shelf: where it stands; its pictures are here.
        index: of the picture in that half of the set.
        close: puts it back.
        changed: the picture as it is shown beside others, where that is not as it is.
        about: one reads it under the picture.
    """
    image = np.array(shelf.images[index])
    label = shelf.class_of(index)
    with st.container(key="gallery_head"):
        st.html(_head(shelf, index, image, changed, about))
    _show_answers(shelf, index, image)
    with st.container(key="gallery_ways", gap="small"):
        _show_ways(shelf, index, image, label)
        st.button("Close", key="gallery_close", on_click=close)


def _head(shelf: Shelf, index: int, image: ByteArray, changed: ByteArray | None, about: str) -> str:
    label = escape(shelf.class_of(index))
    pictures = f'<img class="cp-pixels" src="{data_address(as_shown(image))}" alt="{label}">'
    if changed is not None:
        style = f"--ratio:{changed.shape[1] / changed.shape[0]:.3f}"
        source = data_address(changed)
        pictures += f'<img class="cp-pixels cp-changed" style="{style}" src="{source}" alt="{label}, changed">'
    where = f"{SPLIT_NAMES[shelf.split]} {index:,} of {escape(shelf.spec.title)}"
    told = f"<p>{escape(about)}</p>" if about else ""
    return f'<div class="cp-shelf-large"><div>{pictures}</div><p><b>{label}</b> <span>{where}</span></p>{told}</div>'


def _show_answers(shelf: Shelf, index: int, image: ByteArray) -> None:
    """From what is stored, where it is; otherwise on request."""
    if shelf.split == "test":
        key = load_answer_key(shelf.spec.key)
        if readings := read_shipped(key):
            st.html(said(key, index, readings))
            return
    home = HOMES[shelf.spec.image_shape[0]]
    shipped = list_shipped(home)
    if not shipped or shelf.spec.classes != _classes_of(home):
        st.caption(f"No shipped network knows the classes of {plain(shelf.spec.title)}.")
        return
    seen = shelf.split == "train" or bool(shelf.spec.note)
    st.caption("The networks may have learned from this very picture." if seen else "No answers are kept for it.")
    if switch_in_address(f"Ask {len(shipped)} networks", ASK_PARAMETER):
        from cnnplay.inference.jury import ask_jury

        with st.container(key="gallery_jury"):
            show_verdict(ask_jury(get_predictors(home), image), verb="say")


def _classes_of(dataset: str) -> tuple[str, ...]:
    from cnnplay.data.catalog import get_dataset_spec

    return get_dataset_spec(dataset).classes


def read_shipped(key: AnswerKey) -> tuple[Reading, ...]:
    """What the shipped networks said to the test pictures."""
    return read_answers(Comparison(key, list_entries(key.dataset)))


def said(key: AnswerKey, picture: int, readings: tuple[Reading, ...]) -> str:
    """A row for each network: its answer and how sure it was.

    Args:
        key: the right answers.
        picture: place in it.
        readings: of the networks, at least one.
    """
    right = int(key.labels[picture])
    n_right = sum(int(each.answers[picture]) == right for each in readings)
    rows = "".join(_row(key, picture, right, each) for each in readings)
    n = len(readings)
    told = f"All {n} networks are right." if n_right == n else f"{n_right} of {n} networks are right."
    return f'<div class="cp-shelf-said"><p>{told}</p><table><tbody>{rows}</tbody></table></div>'


def _row(key: AnswerKey, picture: int, right: int, reading: Reading) -> str:
    answer, sure = int(reading.answers[picture]), float(reading.sure[picture])
    kind = "cp-good" if answer == right else "cp-bad"
    return (
        f'<tr class="{kind}"><th scope=row>{escape(reading.entry.title)}</th>'
        f"<td><em>{escape(key.classes[answer])}</em></td>"
        f'<td><span class="cp-track"><span style="width:{100 * sure:.1f}%"></span></span></td>'
        f"<td>{percent(sure)}</td></tr>"
    )


def _show_ways(shelf: Shelf, index: int, image: ByteArray, label: str) -> None:
    """To Look inside, with the network that is looked at; and to the page that reads such pictures."""
    picture = f"{shelf.split}:{shelf.spec.key}:{index}"
    if network := _network_for(shelf):
        st.page_link(
            "pages/inside.py", label="Look inside a network with it",
            query_params={"network": network, "input": picture},
        )  # fmt: skip
    note = f"{SPLIT_NAMES[shelf.split]} {index:,} of {shelf.spec.title}, labelled {label}."
    way, page, take = (
        ("Put it on the Draw page", "pages/draw.py", partial(_put_on_canvas, image, note))
        if len(image) == 1
        else ("Show it on the Photo page", "pages/photo.py", partial(_take_as_photo, image, note))
    )
    if st.button(way, key="gallery_take", type="tertiary", on_click=take):
        st.switch_page(page)


def _put_on_canvas(image: ByteArray, note: str) -> None:
    from cnnplay.ui import canvas  # only where it is drawn on

    canvas.start_from(SampleDigit(image[0], note))


def _take_as_photo(image: ByteArray, note: str) -> None:
    from cnnplay.ui.photos import Photo

    st.session_state[state.PHOTO] = Photo(Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))), note)
    st.session_state[state.READ_AS_DIGIT] = False


def _network_for(shelf: Shelf) -> str | None:
    """The network of the address, or the first that takes such pictures."""
    home = HOMES[shelf.spec.image_shape[0]]
    try:
        keys = [network.key for network in (*list_networks(shelf.spec.key), *list_networks(home))]
    except CnnplayError:
        return None
    asked = st.query_params.get(IN_ADDRESS)
    return asked if asked in keys else next(iter(keys), None)
