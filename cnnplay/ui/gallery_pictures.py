"""Pictures of the Gallery: pages of a grid, each picture as it is or changed; a click shows one large."""

from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from cnnplay.ui.address import read_number, write
from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.gallery import FIRST_PARAMETER, PICK_PARAMETER, Indices, Shelf, chosen_picture, say_missing_pictures
from cnnplay.ui.gallery_change import ByteArray, Change, as_shown
from cnnplay.ui.gallery_changes import choose_change
from cnnplay.ui.gallery_picked import show_picked
from cnnplay.ui.pictures import data_address
from cnnplay.words import plain

PER_PAGE = {1: 70, 2: 36, 3: 24, 4: 20}
"""Pictures of a page, by how many stand side by side for each: whole rows on a desktop and on a phone."""


def show_pictures(shelf: Shelf) -> None:
    """The grid, its pages, and what was clicked."""
    if shelf.data is None:
        say_missing_pictures(shelf.spec)
        return
    if shelf.spec.note:
        st.caption(plain(shelf.spec.note))
    change = choose_change(shelf)
    indices = shelf.indices()
    if not len(indices):
        st.html('<div class="cp-empty"><p>This class has no such pictures.</p></div>')
        return
    picked = chosen_picture(len(shelf.labels))
    with st.container(key="gallery_bench"):
        left, right = st.columns([5, 3], gap="large")
    with left:
        n_shown = PER_PAGE[change.n_columns]
        first = _turn_pages(len(indices), n_shown)
        shown = indices[first : first + n_shown]
        changed = change.apply(np.asarray(shelf.images[shown]))
        _show_grid(shelf, indices, shown, changed, change)
    with right, st.container(key="gallery_picked"):
        if picked is None:
            st.html('<div class="cp-empty"><p>Click a picture to see it large.</p></div>')
            return
        at = int(np.searchsorted(shown, picked))
        is_shown = change.make is not None and at < len(shown) and shown[at] == picked
        show_picked(
            shelf, picked, close=partial(_pick, None), changed=changed[at] if is_shown else None,
            about=change.about(np.asarray(shelf.images[picked])),
        )  # fmt: skip


def _turn_pages(n: int, n_shown: int) -> int:
    """Place of the first picture of the page, from 0, and buttons for other pages."""
    n_pages = -(-n // n_shown)
    page = (int(read_number(FIRST_PARAMETER, 1, n, 1)) - 1) // n_shown

    def go(to: int) -> None:
        write(FIRST_PARAMETER, to % n_pages * n_shown + 1, usual=1)

    first, last = page * n_shown, min(n, (page + 1) * n_shown)
    with st.container(key="gallery_pages", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="cp-small"><b>{first + 1:,} to {last:,}</b> of {n:,}</p>')
        if n_pages > 1:
            st.button("Previous", key="gallery_previous", on_click=go, args=(page - 1,))
            st.button("Next", key="gallery_next", on_click=go, args=(page + 1,))
            key = "gallery_page"
            st.session_state[key] = page + 1
            st.number_input(
                "Page", 1, n_pages, key=key, on_change=lambda: go(st.session_state[key] - 1),
                label_visibility="collapsed", width=110,
            )  # fmt: skip
            st.html(f'<p class="cp-small">of {n_pages:,} pages</p>')
    return first


def _show_grid(shelf: Shelf, indices: Indices, shown: Indices, changed: Sequence[ByteArray], change: Change) -> None:
    picked = chosen_picture(len(shelf.labels))
    tiles = []
    for index, picture in zip(map(int, shown), changed, strict=True):
        name = escape(shelf.class_of(index))
        beside = [as_shown(shelf.images[index]), picture] if change.shows_originals else [picture]
        pictures = "".join(_picture(each, name) for each in beside)
        label = "" if shelf.class_idx is not None else f"<span>{name}</span>"
        tiles.append(
            f'<div class="cp-shelf-tile" data-pick="{index}" aria-current="{str(index == picked).lower()}" '
            f'title="{name}, picture {index:,}"><div>{pictures}</div>{label}</div>'
        )
    style = f'style="--n:{change.n_columns}"'
    keys = {"ArrowLeft": "before", "ArrowRight": "after"} if picked is not None else {}

    def pick(word: str) -> None:
        if word in ("before", "after"):
            assert picked is not None
            word = str(_neighbour(indices, picked, 1 if word == "after" else -1))
            write(FIRST_PARAMETER, int(np.searchsorted(indices, int(word))) + 1, usual=1)
        _pick(int(word))

    show_clickable(f'<div class="cp-shelf" {style}>{"".join(tiles)}</div>', key="gallery_grid", on_pick=pick, keys=keys)


def _picture(picture: ByteArray, name: str) -> str:
    height, width = picture.shape[:2]
    return f'<img class="cp-pixels" style="flex:{width / height:.3f}" src="{data_address(picture)}" alt="{name}">'


def _neighbour(indices: Indices, picked: int, by: int) -> int:
    at = int(np.searchsorted(indices, picked)) + by
    return int(indices[at % len(indices)])


def _pick(index: int | None) -> None:
    write(PICK_PARAMETER, index)
