"""How a stack of kernels makes one map: each channel with its own layer, then the sum of all, then the bias."""

from html import escape

import numpy as np
import streamlit as st

from cnnplay.inference.convolution import FloatArray
from cnnplay.ui.address import write
from cnnplay.ui.kernels_colours import Scale, scale_for
from cnnplay.ui.kernels_state import CHANNELS_PARAMETER, Result
from cnnplay.ui.kernels_text import Grid
from cnnplay.ui.kernels_walk import number
from cnnplay.ui.pictures import EXACT_UP_TO_PX, data_address


def show_stack(result: Result) -> None:
    """A line for each channel that the chosen kernel sees, and one for their sum.

    Args:
        result: of the layer, with maps.
    """
    if result.settings.n_channels == 1:
        st.write("A grey picture has one channel, and each kernel one layer of numbers.")
        if len(result.source.image) == 3:
            st.button("Show it in colour", on_click=write, args=(CHANNELS_PARAMETER, 3))
        else:
            st.write("Choose a photo to see how three channels become one map.")
        return
    settings = result.settings
    n_seen, n_kernels = settings.n_seen, len(settings.kernels)
    st.write(_explain(n_seen, n_kernels, settings.convolution.groups))
    parts = settings.convolution.products(result.picture, settings.chosen)
    scale = scale_for(np.concatenate([parts, result.map[None]]), "numbers")
    lines = [_line(result, channel, parts[channel], scale) for channel in range(n_seen)]
    st.html(f'<div class="cp-k-stack">{"".join(lines)}{_last(result, parts, scale)}</div>')
    row, column = result.place
    st.caption(
        f"Each number is that of row {row}, column {column}. All maps here share one scale of colours. "
        f"{scale.words(result.map)}"
    )
    if settings.convolution.groups == n_kernels == settings.n_channels:
        _show_together(result)


def _explain(n_seen: int, n_kernels: int, groups: int) -> str:
    if groups == 1:
        return (
            "A kernel has one layer of numbers for each channel. Every layer slides over its own channel, and the "
            f"{n_seen} results are added up to one map. {n_kernels} such kernel{'s' if n_kernels > 1 else ''} "
            f"make{'' if n_kernels > 1 else 's'} {n_kernels} map{'s' if n_kernels > 1 else ''}."
        )
    return (
        f"With {groups} groups, each kernel sees {n_seen} channel{'s' if n_seen > 1 else ''} alone: "
        "nothing is added up across groups."
    )


def _line(result: Result, channel: int, part: FloatArray, scale: Scale) -> str:
    settings = result.settings
    seen = settings.convolution.channels_of(settings.chosen)[channel]
    pixels = result.picture[seen].astype(np.uint8)
    name = result.channel_names[channel]
    return (
        f"{_figure(data_address(pixels), name, pixels.shape)}<span>\N{ASTERISK OPERATOR}</span>"
        f"{_small_grid(settings.kernel.layer(channel), settings.kernel.divisor)}<span>=</span>"
        f"{_figure(data_address(scale.picture(part)), number(float(part[result.place])), part.shape)}"
    )


def _last(result: Result, parts: FloatArray, scale: Scale) -> str:
    values = [float(part[result.place]) for part in parts]
    bias = float(result.settings.convolution.bias[result.settings.chosen])  # type: ignore[index]
    terms = [number(values[0]), *(_added(value) for value in values[1:]), f"{_added(bias)} (bias)"]
    total = data_address(scale.picture(result.map))
    return (
        f"<p>{' '.join(terms)}</p><span>=</span>"
        f"{_figure(total, number(float(result.map[result.place])), result.map.shape)}"
    )


def _added(value: float) -> str:
    return f"+ {number(value)}" if value >= 0 else f"\N{MINUS SIGN} {number(-value)}"


def _figure(address: str, caption: str, shape: tuple[int, ...]) -> str:
    pixels = ' class="cp-pixels"' if max(shape) <= EXACT_UP_TO_PX else ""
    return f'<figure><img{pixels} src="{address}" alt=""><figcaption>{escape(caption)}</figcaption></figure>'


def _small_grid(grid: Grid, divisor: str) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{escape(_signed(cell))}</td>' for cell in row)}</tr>" for row in grid)
    under = "" if divisor == "1" else f"<small>\N{DIVISION SIGN} {escape(_signed(divisor))}</small>"
    return f"<div><table>{rows}</table>{under}</div>"


def _signed(cell: str) -> str:
    return cell.replace("-", "\N{MINUS SIGN}")


def _show_together(result: Result) -> None:
    """Three maps of three groups as one picture in colour."""
    assert result.maps is not None
    together = np.clip(np.round(result.maps), 0, 255).astype(np.uint8)
    address = data_address(np.ascontiguousarray(together.transpose(1, 2, 0)))
    note = "The three maps together as red, green and blue, clipped to 0 to 255"
    st.html(f'<div class="cp-k-together">{_figure(address, note, together.shape[1:])}</div>')
