"""The kernels of a convolution: all where they read the picture, else those of one map beside what they read."""

from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.inside import Inside, choose_pixel
from cnnplay.ui.inside_layers_maps import KEYS
from cnnplay.ui.inside_layers_picks import chosen_source, follow, pick_from, pick_map
from cnnplay.ui.inside_layers_sheets import current, ramp_words, shade, sheet_style, tile_style, whole_px
from cnnplay.ui.pictures import kernel_pictures

if TYPE_CHECKING:
    from torch import nn

KERNEL_PX, MAP_PX = 48, 48
MIDDLE = "0,0"


def has_kernels(inside: Inside) -> bool:
    """True for a convolution."""
    from cnnplay.inference.inside.graph import SOFTMAX

    return inside.layer != SOFTMAX and inside.graph.step(inside.layer).kind == "conv"


def show_kernels(inside: Inside, at: tuple[int, ...] | None) -> None:
    """The kernels of the chosen convolution; a click chooses a map, or an input map."""
    from cnnplay.inference.inside.graph import INPUT

    conv = cast("nn.Conv2d", inside.graph.module(inside.layer))
    channel = at[0] if at else 0
    if inside.graph.step(inside.layer).inputs == (INPUT,) and conv.groups == 1:
        html = draw_first(conv, channel)
        said = "Each kernel reads the picture and makes one map. Click one to choose its map."
    else:
        html = draw_stack(inside, conv, channel)
        said = (
            "The largest kernels first. Click one to see its numbers. Keys: N and P for the next and the previous map."
        )
    order = tuple(range(conv.out_channels))
    show_clickable(html, key="inside_sheet", on_pick=partial(_follow, inside, order=order, at=at), keys=KEYS)
    st.caption(said)


def _follow(inside: Inside, pick: str, *, order: tuple[int, ...], at: tuple[int, ...] | None) -> None:
    """A kernel stands for its map, at the place that is looked at already, or where the map is strongest."""
    from cnnplay.ui.inside_layers_picks import strongest

    kind, _, rest = pick.partition(":")
    if kind == "map":
        channel = int(rest)
        choose_pixel((channel, *at[1:]) if at else strongest(inside, channel))
        return
    if kind == "from" and at is None:
        choose_pixel(strongest(inside, 0))
    follow(inside, pick, order)


def draw_first(conv: "nn.Conv2d", chosen: int) -> str:
    """HTML of all kernels that read the picture: in its colours, or from blue to orange where it has none."""
    weights = conv.weight.detach().float().numpy()
    limit = float(np.abs(weights).max()) or 1.0
    is_coloured = weights.shape[1] == 3
    tiles = np.stack(kernel_pictures(weights)) if is_coloured else shade(weights[:, 0] / limit, signed=True)
    style = sheet_style("cp-sheet-first", tiles, whole_px(tiles.shape[2], KERNEL_PX))
    drawn = "".join(
        f'<i data-pick="{pick_map(i)}" data-n="{i}" class="cp-tile cp-sheet-first" style="{tile_style(i, len(tiles))}"'
        f' title="Kernel {i}"{current(i == chosen)}></i>'
        for i in range(len(tiles))
    )
    scale = (
        f"Red, green and blue weights as colours; middle grey is 0, the largest size {limit:.3g}."
        if is_coloured
        else ramp_words(-limit, limit, signed=True)
    )
    return f'<p class="cp-say-maps">{scale}</p>{style}<div class="cp-sheet cp-large" data-scroll="maps">{drawn}</div>'


def draw_stack(inside: Inside, conv: "nn.Conv2d", channel: int) -> str:
    """HTML of one map's kernels, each beside the input map that it reads, the largest first."""
    weights = conv.weight.detach()[channel].float().numpy()
    first = channel // (conv.out_channels // conv.groups) * len(weights)
    source = inside.graph.step(inside.layer).inputs[0]
    maps = np.nan_to_num(inside.values()[source][first : first + len(weights)].numpy())
    order = np.argsort(-np.abs(weights).sum((1, 2)), kind="stable")
    limit, most = float(np.abs(weights).max()) or 1.0, float(np.abs(maps).max()) or 1.0
    styles = sheet_style(
        "cp-sheet-first", shade(weights[order] / limit, signed=True), whole_px(weights.shape[2], KERNEL_PX)
    )
    shown = shade(maps[order] / most, signed=bool(maps.min() < 0))
    styles += sheet_style("cp-sheet-read", shown, whole_px(maps.shape[2], MAP_PX))
    picked = chosen_source(inside)
    drawn = "".join(
        f'<span class="cp-pair" data-pick="{pick_from(first + int(i))}" title="Input map {first + int(i)}"'
        f'{current(first + int(i) == picked)}><i class="cp-tile cp-sheet-read" style="{at}"></i>'
        f'<i class="cp-tile cp-sheet-first" style="{at}"></i><b>{first + int(i)}</b></span>'
        for i, at in zip(order, (tile_style(place, len(order)) for place in range(len(order))), strict=True)
    )
    return (
        f'<p class="cp-say-maps"><span>Map {channel} of {conv.out_channels}: what it reads, with which kernel</span>'
        f"{ramp_words(-limit, limit, signed=True)}</p>"
        f'{styles}<div class="cp-sheet cp-pairs" data-scroll="maps">{drawn}</div>'
    )
