"""Test pictures of a comparison as a grid: what each is, what two networks said, and on a click what all said."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from cnnplay.comparison.differences import Indices, Reading, find_numbers, load_pictures
from cnnplay.errors import DataError
from cnnplay.runs.answers import AnswerKey
from cnnplay.ui import state
from cnnplay.ui.inside_link import inside_address
from cnnplay.ui.pictures import ByteArray, data_address
from cnnplay.words import percent

PAGE = 24
"""So many pictures are added at a time."""
TOP_K = 3


def say_missing_pictures(key: AnswerKey) -> None:
    """One sentence with the command, where the pictures are not on this machine."""
    try:
        load_pictures(key, [0])
    except DataError as error:
        st.info(f"Pictures are shown by their numbers. {error}")


def show_pictures(
    key: AnswerKey, pictures: Indices, *, told: Sequence[Reading], readings: Sequence[Reading], slot: str, what: str
) -> None:
    """A page of pictures, and a button for the next.

    Args:
        key: the right answers.
        pictures: places in it, in the order in which they are shown.
        told: the one or two networks whose answers stand under each picture.
        readings: all networks, whose likeliest answers are told on a click.
        slot: name of the grid.
        what: tells what is shown; with something else, the grid begins again with its first page.
    """
    pages = st.session_state.setdefault(state.COMPARE_PAGES, {})
    before, n_pages = pages.get(slot, (what, 1))
    n_pages = n_pages if before == what else 1
    shown = pictures[: n_pages * PAGE]
    images = _load(key, shown)
    tiles = (
        _tile(key, int(each), images[at] if images is not None else None, told, readings)
        for at, each in enumerate(shown)
    )
    st.html(f'<div class="cp-shots">{"".join(tiles)}</div>')

    def more() -> None:
        pages[slot] = (what, n_pages + 1)

    if len(pictures) > len(shown):
        st.button(f"Show more, {len(shown):,} of {len(pictures):,} shown", key=f"{slot}_more", on_click=more)


def _load(key: AnswerKey, pictures: Indices) -> ByteArray | None:
    try:
        return load_pictures(key, pictures)
    except DataError:  # said above the lists
        return None


def _tile(
    key: AnswerKey, picture: int, image: ByteArray | None, told: Sequence[Reading], readings: Sequence[Reading]
) -> str:
    right = int(key.labels[picture])
    name = escape(key.classes[right])
    letters = ("A ", "B ") if len(told) > 1 else ("",)
    said = "".join(_said(key, picture, each, letter) for letter, each in zip(letters, told, strict=False))
    return (
        f'<details class="cp-shot"><summary>{_picture(picture, image, name)}<b>{name}</b>{said}</summary>'
        f"{_opened(key, picture, readings)}</details>"
    )


def _picture(picture: int, image: ByteArray | None, name: str) -> str:
    if image is None:
        return f'<span class="cp-no-picture">No. {picture + 1:,}</span>'
    shown = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    return f'<img class="cp-pixels" src="{data_address(shown)}" alt="{name}, No. {picture + 1}">'


def _said(key: AnswerKey, picture: int, reading: Reading, letter: str) -> str:
    answer = int(reading.answers[picture])
    kind = "cp-good" if answer == key.labels[picture] else "cp-bad"
    return (
        f'<span class="{kind}">{letter}<em>{escape(key.classes[answer])}</em> '
        f"{percent(float(reading.sure[picture]))}</span>"
    )


def _opened(key: AnswerKey, picture: int, readings: Sequence[Reading]) -> str:
    """What a picture opens to: the likeliest answers of every network."""
    right = int(key.labels[picture])
    rows = "".join(
        f'<tr><th scope=row><i style="color:{each.entry.colour};border-top-style:{_line(each)}"></i>'
        f"{escape(each.entry.title)}</th>{_top(key, right, each.top(picture, TOP_K))}</tr>"
        for each in readings
    )
    head = f"No. {picture + 1:,}.{_look_inside(key, picture, readings)}"
    return f'<div class="cp-opened"><p class="cp-small">{head}</p><table>{rows}</table></div>'


def _look_inside(key: AnswerKey, picture: int, readings: Sequence[Reading]) -> str:
    """The ways into the networks that are on this machine, where the picture is as well."""
    try:
        number = int(find_numbers(key, [picture])[0])
    except DataError:
        return ""
    links = [
        f'<a href="{escape(inside_address(each.entry.first.id, key.dataset, number))}">{escape(each.entry.title)}</a>'
        for each in readings
        if each.entry.first.weights
    ]
    return f" Look inside with {', '.join(links)}." if links else ""


def _line(reading: Reading) -> str:
    return {"dash": "dashed", "dot": "dotted"}.get(reading.entry.dash, "solid")


def _top(key: AnswerKey, right: int, answers: Sequence[tuple[int, float]]) -> str:
    cells = []
    for each, prob in answers:
        kind = "cp-right-name" if each == right else ""
        cells.append(f'<td class="{kind}"><em>{escape(key.classes[each])}</em> {percent(prob)}</td>')
    return "".join(cells)
