"""The number-by-number panel: the chosen value, what it sees of the picture, and the sum that made it."""

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnplay.ui.address import switch_in_address
from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.inside import Inside, choose_pixel
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.inside_layers_maps import as_maps
from cnnplay.ui.inside_layers_picks import follow, pick_map, strongest
from cnnplay.ui.inside_layers_sheets import exact_address, shade
from cnnplay.ui.inside_layers_terms import MOST_ROWS, draw_sum
from cnnplay.ui.pictures import as_paper

if TYPE_CHECKING:
    from cnnplay.inference.inside.receptive_field import Fields

ALL_PARAMETER = "all"


def show_sum(inside: Inside, at: tuple[int, ...] | None) -> None:
    """The panel for a value, or how to come to one.

    Args:
        inside: what is shown.
        at: index of the value in what the chosen step gives, or None.
    """
    if at is None:
        st.html(
            '<p class="cp-empty cp-sum-empty">Click a value. The sum that made it appears here, number by number.</p>'
        )
        st.button("Take the strongest", key="inside_strongest", on_click=lambda: choose_pixel(strongest(inside)))
        return
    from cnnplay.inference.inside.arithmetic import explain
    from cnnplay.inference.inside.ledger import choose_decimals, print_number

    values = inside.values()
    value = float(values[inside.layer][at])
    found = explain(inside.graph, values, inside.layer, at, temperature=inside.predictor.temperature)
    is_long = found.kind in {"conv", "linear"} and len(found.operands) > MOST_ROWS + 1
    place = st.container()
    shows_all = is_long and switch_in_address("All terms", ALL_PARAMETER)
    head = f"{_say_value(inside, at, print_number(value, choose_decimals(found, value)))}{_draw_pictures(inside, at)}"
    html = f'<div class="cp-sum">{head}{draw_sum(inside, found, value, shows_all=shows_all)}</div>'
    with place:
        show_clickable(html, key="inside_terms", on_pick=partial(follow, inside))


def _say_value(inside: Inside, at: tuple[int, ...], value: str) -> str:
    where = say_place(inside, inside.layer, at)
    return f'<p class="cp-sum-head"><span>{escape(where)}</span><b>{value}</b></p>'


def say_place(inside: Inside, name: str, at: tuple[int, ...]) -> str:
    """Where a value is, in words."""
    if len(at) == 3 and inside.values()[name].shape[1:].numel() > 1:
        return f"Map {at[0]}, row {at[1]}, column {at[2]}"
    from cnnplay.inference.inside.graph import SOFTMAX

    is_answer = name in {SOFTMAX, inside.graph.output} and at[0] < len(inside.predictor.classes)
    return f"Value {at[0]}, for {inside.predictor.classes[at[0]]}" if is_answer else f"Value {at[0]}"


def _draw_pictures(inside: Inside, at: tuple[int, ...]) -> str:
    """The chosen map, with its value marked, and the picture, with what this sees of it."""
    return f'<div class="cp-sees">{_draw_map(inside, at)}{_draw_field(inside, at)}</div>'


def _draw_map(inside: Inside, at: tuple[int, ...]) -> str:
    maps = as_maps(inside.values()[inside.layer])
    if maps is None:
        return ""
    own = np.nan_to_num(maps[at[0]])
    signed = bool(np.nan_to_num(maps).min() < 0)
    limit = float(np.abs(own).max()) or 1.0
    height, width = own.shape
    address = exact_address(shade(own / limit, signed=signed))
    mark = _box(at[1], at[1], at[2], at[2], height, width, kind="cp-pixel-mark")
    said = f"from {own.min():.3g} to {own.max():.3g}" if own.any() else "silent for this picture"
    return (
        f'<figure><div class="cp-framed" data-pick="{pick_map(at[0])}" data-grid="{height},{width}">'
        f'<img class="cp-pixels" src="{address}" alt="Map {at[0]}">{mark}</div>'
        f"<figcaption>Map {at[0]}<br>{said}</figcaption></figure>"
    )


def _draw_field(inside: Inside, at: tuple[int, ...]) -> str:
    image = inside.image
    height, width = image.shape[1:]
    (top, bottom), (left, right) = field_of(inside, at)
    shown = as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    is_whole = (bottom - top + 1, right - left + 1) == (height, width)
    seen = "the whole picture" if is_whole else f"{bottom - top + 1} x {right - left + 1} of {height} x {width} pixels"
    return (
        f'<figure><div class="cp-framed"><img class="cp-pixels" src="{exact_address(shown)}" alt="The picture">'
        f"{_box(top, bottom, left, right, height, width, kind='cp-field')}</div>"
        f"<figcaption>It can see<br>{seen}</figcaption></figure>"
    )


def field_of(inside: Inside, at: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row, first and last column of the picture that a value of the chosen step can depend on."""
    from cnnplay.inference.inside.graph import SOFTMAX

    name = inside.graph.output if inside.layer == SOFTMAX else inside.layer
    down, across = kept(inside, _read_fields)[name]
    if len(at) == 3:
        row, column = at[1:]
    else:  # a flattened map keeps the fields of its values
        row, column = divmod(at[0] % (down.n_units * across.n_units), across.n_units)
    return down.pixels_of(row), across.pixels_of(column)


def _read_fields(inside: Inside) -> "dict[str, Fields]":
    from cnnplay.inference.inside.receptive_field import read_fields

    return read_fields(inside.graph, {name: tuple(value.shape) for name, value in inside.values().items()})


def _box(top: int, bottom: int, left: int, right: int, height: int, width: int, *, kind: str) -> str:
    """A frame around rows and columns, both ends included."""
    return (
        f'<i class="{kind}" style="left:{left / width:.3%};top:{top / height:.3%};'
        f'width:{(right - left + 1) / width:.3%};height:{(bottom - top + 1) / height:.3%}"></i>'
    )
