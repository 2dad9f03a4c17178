"""Picture, kernel and result in one row; the kernel's numbers can be changed, and a number of the result chosen."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnnplay.errors import InputError
from cnnplay.ui import state
from cnnplay.ui.address import write
from cnnplay.ui.kernels_colours import Scale, scale_for
from cnnplay.ui.kernels_state import (
    LAYER_PARAMETER,
    MAP_PARAMETER,
    PLACE_PARAMETER,
    Result,
    Settings,
    keep_kernel,
    with_divisor,
)
from cnnplay.ui.kernels_text import Kernel, known_name, parse_cell, parse_divisor, parse_grid, write_decimal
from cnnplay.ui.pictures import EXACT_UP_TO_PX, data_address

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_mount = st.components.v2.component("cnnplay_kernels_stage", js=_JS, isolate_styles=False)


def show_stage(result: Result, show: str) -> None:
    """The row; what is done in it goes into the address before the page runs again.

    Args:
        result: of the layer.
        show: "picture" or "numbers".
    """

    def tell() -> None:
        picked = st.session_state.kernels_stage_picks.get("picked")
        if picked is not None:
            take(result.settings, str(picked))

    with st.container(key="kernels_stage"):
        _mount(key="kernels_stage_picks", data=_data(result, show), on_picked_change=tell)


def take(settings: Settings, picked: str) -> None:
    """Do what was asked for in the row: `at:ROW,COLUMN`, `map:N`, `layer:N`, `tool:NAME` or `cells:JSON`."""
    kind, _, what = picked.partition(":")
    if kind in {"map", "layer"}:  # other cells are shown
        st.session_state.pop(state.KERNELS_ERROR, None)
    if kind == "at":
        write(PLACE_PARAMETER, what)
    elif kind == "map":
        write(MAP_PARAMETER, int(what) + 1, usual=1)
    elif kind == "layer":
        write(LAYER_PARAMETER, int(what) + 1, usual=1)
    elif kind in {"tool", "cells"}:
        try:
            is_tool = kind == "tool"
            keep_kernel(settings, _TOOLS[what](settings.kernel) if is_tool else _edited(settings, json.loads(what)))
        except InputError as error:
            st.session_state[state.KERNELS_ERROR] = str(error)


def _edited(settings: Settings, written: dict[str, Any]) -> Kernel:
    grid = parse_grid(written["cells"], settings.kernel.size[1])
    kernel = settings.kernel.with_layer(settings.layer, grid, settings.n_seen)
    bias = parse_cell(written["bias"], "The bias")
    return replace(kernel, divisor=parse_divisor(written["divisor"]), bias=bias)


def _turn(kernel: Kernel) -> Kernel:
    """A quarter to the right."""
    layers = tuple(tuple(zip(*grid[::-1], strict=True)) for grid in kernel.layers)
    return replace(kernel, layers=layers)


def _negate(kernel: Kernel) -> Kernel:
    layers = tuple(tuple(tuple(_minus(cell) for cell in row) for row in grid) for grid in kernel.layers)
    return replace(kernel, layers=layers)


def _minus(cell: str) -> str:
    return cell if not Fraction(cell) else cell.removeprefix("-") if cell.startswith("-") else f"-{cell}"


def _as_mean(kernel: Kernel) -> Kernel:
    """Divided by what its numbers add up to, so that brightness stays; where that is 0, as it is.

    Raises:
        InputError: they add up to more than a cell holds, or to next to nothing.
    """
    total = sum((Fraction(cell) for row in kernel.layers[0] for cell in row), Fraction())
    return with_divisor(kernel, parse_divisor(write_decimal(total))) if total else kernel


_TOOLS: dict[str, Callable[[Kernel], Kernel]] = {"turn": _turn, "negate": _negate, "mean": _as_mean}


def _data(result: Result, show: str) -> dict[str, Any]:
    settings, layer = result.settings, result.settings.convolution
    height, width = result.picture.shape[1:]
    cells = [cell for row in settings.kernel.layer(settings.layer) for cell in row]
    return {
        "picture": data_address(_as_image(result.picture)),
        "pictureNote": result.source.note,
        "height": height,
        "width": width,
        "pixelated": max(height, width) <= EXACT_UP_TO_PX,
        "rows": settings.kernel.size[0],
        "columns": settings.kernel.size[1],
        "cells": cells,
        "divisor": settings.kernel.divisor,
        "bias": settings.kernel.bias,
        "layers": list(result.channel_names) if settings.n_seen > 1 else [],
        "layer": settings.layer,
        "kernelTitle": _kernel_title(settings),
        "error": st.session_state.get(state.KERNELS_ERROR, ""),
        "stride": layer.stride,
        "padding": layer.padding,
        "span": list(layer.span),
        **_result_data(result, show),
    }


def _result_data(result: Result, show: str) -> dict[str, Any]:
    if result.maps is None:
        return {"maps": [], "chosen": 0, "missing": result.error}
    rows, columns = result.map.shape
    scale, chosen = Scale(show, result.limit), result.settings.chosen
    scales = [scale if each == chosen else scale_for(map_, show) for each, map_ in enumerate(result.maps)]
    thumbs = [data_address(each.picture(map_)) for each, map_ in zip(scales, result.maps, strict=True)]
    return {
        "maps": thumbs,
        "chosen": chosen,
        "missing": "",
        "outRows": rows,
        "outColumns": columns,
        "outPixelated": max(rows, columns) <= EXACT_UP_TO_PX,
        "resultNote": f"{rows} x {columns} numbers, {_range(result)}. {scale.words(result.map)}",
        "at": list(result.place),
    }


def _range(result: Result) -> str:
    low, high = (f"{round(float(end), 1):,g}" for end in (result.map.min(), result.map.max()))
    return f"{low} to {high}".replace("-", "\N{MINUS SIGN}")


def _kernel_title(settings: Settings) -> str:
    known = known_name(settings.kernel)
    name = known.title if known else "Your kernel"
    n_kernels = len(settings.kernels)
    return f"{name}, {settings.chosen + 1} of {n_kernels}" if n_kernels > 1 else name


def _as_image(picture: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.uint8]]":
    levels = picture.astype(np.uint8)
    return levels[0] if len(levels) == 1 else np.ascontiguousarray(levels.transpose(1, 2, 0))
