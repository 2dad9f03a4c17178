"""The kernel slides, in the browser, over a few pixels around the chosen place: each product and their sum."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from cnnplay.inference.convolution import Sum
from cnnplay.ui.address import write
from cnnplay.ui.kernels_colours import Scale
from cnnplay.ui.kernels_state import LAYER_PARAMETER, PLACE_PARAMETER, Result

WINDOW_PX = 13
"""Pixels of the picture across: as many as can be read on a phone."""
FEWEST_PLACES = 3
"""Results across, even where a wide kernel then needs more pixels."""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_mount = st.components.v2.component("cnnplay_kernels_walk", js=_JS, isolate_styles=False)


@dataclass(frozen=True)
class Piece:
    """A piece of a map along one side, and the pixels of the padded picture that it is made from.

    Attributes:
        first: row or column of the map.
        n_places: of the map.
        first_pixel: row or column of the padded picture.
        n_pixels: of the padded picture.
    """

    first: int
    n_places: int
    first_pixel: int
    n_pixels: int


def piece_around(place: int, *, n_places: int, span: int, stride: int) -> Piece:
    """The piece that a place lies in; neighbours share their piece, so that a walk does not move it at each step.

    Args:
        place: row or column of the map.
        n_places: rows or columns of the map.
        span: pixels that one number is made from.
        stride: from one number to the next.
    """
    fitting = min(n_places, max(FEWEST_PLACES, (WINDOW_PX - span) // stride + 1))
    first = min(place // fitting * fitting, n_places - fitting)
    return Piece(first, fitting, first * stride, (fitting - 1) * stride + span)


def show_walk(result: Result, show: str) -> None:
    """The piece, with buttons and keys to walk through it.

    Args:
        result: of the layer, with maps.
        show: "picture" or "numbers".
    """

    def tell() -> None:
        kind, _, what = str(st.session_state.kernels_walk_picks.get("picked") or "").rpartition(":")
        if kind:
            write(LAYER_PARAMETER, int(what) + 1, usual=1)
        elif what:
            write(PLACE_PARAMETER, what)

    with st.container(key="kernels_walk"):
        _mount(key="kernels_walk_picks", data=_data(result, show), on_picked_change=tell)
    told = result.settings.convolution.sum_at(result.picture, result.settings.chosen, *result.place)
    st.html(terms_table(told, result))


def terms_table(told: Sum, result: Result) -> str:
    """All terms of the chosen number as a table, folded away."""
    names = dict(zip(_seen(result), result.channel_names, strict=True))
    rows = "".join(
        f"<tr><td>{names[term.channel]}</td><td>{term.row}</td><td>{term.column}</td><td>{number(term.pixel)}</td>"
        f"<td>{number(term.weight)}</td><td>{number(term.product)}</td></tr>"
        for term in told.terms
    )
    row, column = result.place
    return (
        f'<details class="cp-k-terms"><summary>All {len(told.terms)} products of row {row}, column {column}</summary>'
        "<div><table><thead><tr><th>Channel</th><th>Row</th><th>Column</th><th>Pixel</th><th>Weight</th>"
        f"<th>Product</th></tr></thead><tbody>{rows}</tbody></table></div>"
        f"<p>Sum {escape(number(told.total))}, divided by {number(told.divisor)}, plus bias {number(told.bias)}: "
        f"<b>{number(told.value)}</b>. Rows and columns count from 0; below 0 or beyond the picture is padding.</p>"
        "</details>"
    )


def number(value: float) -> str:
    """Whole numbers whole, others to four decimals, with a true minus sign."""
    whole = value == int(value)
    text = f"{int(value):,}" if whole else f"{value:,.4f}".rstrip("0")
    return text.replace("-", "\N{MINUS SIGN}")


def _seen(result: Result) -> range:
    return result.settings.convolution.channels_of(result.settings.chosen)


def _data(result: Result, show: str) -> dict[str, Any]:
    settings, layer = result.settings, result.settings.convolution
    (rows, columns), (row, column) = result.map.shape, result.place
    down = piece_around(row, n_places=rows, span=layer.span[0], stride=layer.stride)
    across = piece_around(column, n_places=columns, span=layer.span[1], stride=layer.stride)
    padded = layer.pad(result.picture)[[*_seen(result)]]
    pixels = padded[
        :,
        down.first_pixel : down.first_pixel + down.n_pixels,
        across.first_pixel : across.first_pixel + across.n_pixels,
    ]
    height, width = result.picture.shape[1:]
    values = result.map[down.first : down.first + down.n_places, across.first : across.first + across.n_places]
    return {
        "pixels": pixels.tolist(),
        "firstPixel": [down.first_pixel - layer.padding, across.first_pixel - layer.padding],
        "size": [height, width],
        "kernel": layer.kernel[settings.chosen].tolist(),
        "divisor": float(1 if layer.divisors is None else layer.divisors[settings.chosen]),
        "bias": float(0 if layer.bias is None else layer.bias[settings.chosen]),
        "stride": layer.stride,
        "dilation": layer.dilation,
        "names": list(result.channel_names),
        "layer": settings.layer,
        "values": values.tolist(),
        "colours": Scale(show, result.limit).colours(values),
        "isPicture": show == "picture",
        "first": [down.first, across.first],
        "mapSize": [rows, columns],
        "at": [row, column],
    }
