"""What a step gives, to look at: all its maps on one sheet, or its values as bars or cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.ui.address import choose_in_address
from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_layers_picks import follow, pick_cell, pick_map, pick_turn, pick_value
from cnnplay.ui.inside_layers_sheets import current, exact_address, ramp_words, shade, sheet_style, tile_style, whole_px
from cnnplay.words import count, percent

if TYPE_CHECKING:
    from torch import Tensor

    from cnnplay.inference.inside.maps import Maps, Order, Scale

Size = Literal["small", "large"]
SIZES_PX: dict[str, int] = {"small": 32, "large": 72}
"""About so wide is a map; exactly, each of its values takes a whole number of pixels."""
ORDER_WORDS = {"number": "By number", "mean": "Mean", "largest": "Largest"}
SIZE_WORDS = {"small": "Small", "large": "Large"}
SCALE_WORDS = {"shared": "One scale", "own": "Own scales"}
FEW = 32
CELLS_IN_ROW, MOST_IN_SHORT_ROWS = 32, 512
"""Single values stand in rows of so many; if there are more of them, in rows twice as long."""
KEYS = {"p": pick_turn(-1), "P": pick_turn(-1), "n": pick_turn(1), "N": pick_turn(1)}


@dataclass(frozen=True)
class View:
    """How maps are looked at; all of it stands in the address."""

    order: "Order"
    size: Size
    scale: "Scale"


def as_maps(value: "Tensor") -> "NDArray[np.float32] | None":
    """(N, H, W) float32, or None where a step gives single values."""
    return value.numpy() if value.ndim == 3 and value.shape[1:].numel() > 1 else None


def choose_view(n_maps: int) -> View:
    """Three choices; few maps are large unless somebody wants them small."""
    usual = "large" if n_maps <= FEW else "small"
    order = choose_in_address("Order", list(ORDER_WORDS), "sort", words=ORDER_WORDS.__getitem__, hide_label=True)
    size = choose_in_address(
        "Size", list(SIZE_WORDS), "size", default=usual, words=SIZE_WORDS.__getitem__, hide_label=True
    )
    scale = choose_in_address("Scale", list(SCALE_WORDS), "scale", words=SCALE_WORDS.__getitem__, hide_label=True)
    return View(cast("Order", order), cast("Size", size), cast("Scale", scale))


def show_maps(inside: Inside, at: tuple[int, ...] | None, view: View) -> None:
    """All maps of the chosen step; a click chooses a value."""
    from cnnplay.inference.inside.maps import arrange

    values = as_maps(inside.values()[inside.layer])
    assert values is not None
    maps = arrange(values, order=view.order, scale=view.scale)
    order = tuple(map(int, maps.order))
    html = f"{_say_maps(maps, view)}{draw_maps(maps, view, at[0] if at else None)}"
    show_clickable(html, key="inside_sheet", on_pick=partial(follow, inside, order=order), keys=KEYS)
    st.caption("Click a value in a map. Keys: N and P for the next and the previous map, arrows for steps.")


def draw_maps(maps: "Maps", view: View, chosen: int | None) -> str:
    """HTML of all maps in their order.

    Args:
        maps: on their scales.
        view: gives the size.
        chosen: number of the map that is marked.
    """
    n, height, width = maps.values.shape
    ordered = maps.order
    tiles = shade(maps.shown[ordered], signed=maps.signed)
    style = sheet_style("cp-sheet-maps", tiles, whole_px(width, SIZES_PX[view.size]))
    drawn = "".join(
        f'<i data-pick="{pick_map(channel)}" data-grid="{height},{width}" data-n="{channel}"'
        f' class="cp-tile cp-sheet-maps{" cp-silent" if maps.silent[channel] else ""}" style="{tile_style(place, n)}"'
        f' title="{_title(maps, channel)}"{current(channel == chosen)}></i>'
        for place, channel in enumerate(map(int, ordered))
    )
    return f'{style}<div class="cp-sheet cp-{view.size}" data-scroll="maps">{drawn}</div>'


def _title(maps: "Maps", channel: int) -> str:
    if maps.silent[channel]:
        return f"Map {channel}: silent for this picture, 0 everywhere"
    return f"Map {channel}: {maps.lows[channel]:.3g} to {maps.highs[channel]:.3g}"


def _say_maps(maps: "Maps", view: View) -> str:
    """The scale in numbers, and how many maps are silent."""
    limit = float(maps.limits.max())
    if view.scale == "shared":
        scale = ramp_words(-limit if maps.signed else 0.0, limit, signed=maps.signed)
    else:
        ends = maps.limits[~maps.silent]
        largest = f"{ends.min():.3g} to {ends.max():.3g}" if len(ends) else "0"
        ramp = '<i class="cp-ramp-signed"></i>' if maps.signed else '<i class="cp-ramp"></i>'
        scale = f'<span class="cp-scale">{ramp}<span>each map to its own largest size, {largest}</span></span>'
    n_silent = int(maps.silent.sum())
    silent = f"<span>{n_silent} of {len(maps.silent)} silent for this picture</span>" if n_silent else ""
    return f'<p class="cp-say-maps">{scale}{silent}</p>'


def show_values(inside: Inside, at: tuple[int, ...] | None, *, most_bars: int) -> None:
    """Single values: bars with names where they are few, else cells."""
    from cnnplay.inference.inside.graph import SOFTMAX

    values = inside.values()[inside.layer].flatten().numpy()
    chosen = at[0] if at else None
    if len(values) <= most_bars:
        names = inside.predictor.classes if _is_answer(inside) else [str(i) for i in range(len(values))]
        html = draw_bars(values, names, chosen, is_share=inside.layer == SOFTMAX)
    else:
        html = draw_cells(values, chosen)
    order = tuple(range(len(values)))
    show_clickable(html, key="inside_sheet", on_pick=partial(follow, inside, order=order), keys=KEYS)
    st.caption("Click a value. Keys: N and P for the next and the previous value, arrows for steps.")


def _is_answer(inside: Inside) -> bool:
    """True for the logits, what is only scaled to become them, and the probabilities."""
    from cnnplay.inference.inside.graph import SOFTMAX

    last = inside.graph.step(inside.graph.output)
    answers = {SOFTMAX, last.name, *(last.inputs if last.kind == "other" else ())}
    return inside.layer in answers and len(inside.predictor.classes) == len(inside.values()[inside.layer])


def draw_bars(values: "NDArray[np.float32]", names: Sequence[str], chosen: int | None, *, is_share: bool) -> str:
    """HTML of a bar for each value, from a common zero.

    Args:
        values: (K,) float32.
        names: of the values.
        chosen: number of the one that is marked.
        is_share: they are probabilities.
    """
    known = np.nan_to_num(values)
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    span = (high - low) or 1.0
    rows = []
    for i, (name, value) in enumerate(zip(names, map(float, known), strict=True)):
        left, width = (min(value, 0) - low) / span, abs(value) / span
        kind = "cp-below" if value < 0 else "cp-above"
        said = percent(value) if is_share else f"{value:.3f}"
        rows.append(
            f'<div class="cp-value" data-pick="{pick_value(i)}"{current(i == chosen)}><span>{escape(name)}</span>'
            f'<span class="cp-lane"><i class="{kind}" style="left:{left:.2%};width:{width:.2%}"></i>'
            f'<i class="cp-zero" style="left:{-low / span:.2%}"></i></span><span>{said}</span></div>'
        )
    return f'<div class="cp-values">{"".join(rows)}</div>'


def draw_cells(values: "NDArray[np.float32]", chosen: int | None) -> str:
    """HTML of a cell for each value, in rows; signed values from blue to orange.

    Args:
        values: (K,) float32.
        chosen: number of the one that is marked.
    """
    known = np.nan_to_num(values)
    n_columns = CELLS_IN_ROW if len(known) <= MOST_IN_SHORT_ROWS else 2 * CELLS_IN_ROW
    n_rows = -(-len(known) // n_columns)
    limit, signed = float(np.abs(known).max()) or 1.0, bool(known.min() < 0)
    padded = np.zeros(n_rows * n_columns, np.float32)
    padded[: len(known)] = known / limit
    picture = shade(padded.reshape(n_rows, n_columns), signed=signed)
    mark = ""
    if chosen is not None:
        row, column = divmod(chosen, n_columns)
        mark = (
            f'<i class="cp-cell-mark" style="left:{column / n_columns:.3%};top:{row / n_rows:.3%};'
            f'width:{1 / n_columns:.3%};height:{1 / n_rows:.3%}"></i>'
        )
    scale = ramp_words(-limit if signed else 0.0, limit, signed=signed)
    zeros = int((known == 0).sum())
    silent = f"<span>{count(zeros)} of {count(len(known))} are 0 for this picture</span>" if zeros else ""
    return (
        f'<p class="cp-say-maps">{scale}{silent}</p><div class="cp-cells" data-pick="{pick_cell(n_columns)}"'
        f' data-grid="{n_rows},{n_columns}" style="aspect-ratio:{n_columns}/{n_rows}">'
        f'<img class="cp-pixels" src="{exact_address(picture)}" alt="{count(len(known))} values">{mark}</div>'
    )
