"""The part 'layers' of Look inside: what a step makes of the picture, map by map, and every number of it."""

from html import escape

import streamlit as st

from cnnplay.ui.address import choose_in_address
from cnnplay.ui.inside import Inside, chosen_pixel
from cnnplay.ui.inside_layers_kernels import has_kernels, show_kernels
from cnnplay.ui.inside_layers_maps import as_maps, choose_view, show_maps, show_values
from cnnplay.ui.inside_layers_picks import WHAT_PARAMETER
from cnnplay.ui.inside_layers_sum import show_sum
from cnnplay.ui.inside_ribbon import show_ribbon

MOST_BARS = 16
"""Vectors up to this length are bars, longer ones cells."""


def show_layers(inside: Inside) -> None:
    """Shows the part."""
    show_ribbon(inside)
    _say_what_happens(inside)
    left, right = st.columns(2, gap="large")
    at = chosen_pixel(inside)
    with left, st.container(key="inside_maps"):
        _show_step(inside, at)
    with right, st.container(key="inside_sum"):
        show_sum(inside, at)


def _say_what_happens(inside: Inside) -> None:
    from cnnplay.inference.inside.graph import SOFTMAX
    from cnnplay.inference.inside.step_words import describe_step

    values = inside.values()
    sources = (inside.graph.output,) if inside.layer == SOFTMAX else inside.graph.step(inside.layer).inputs
    said = describe_step(inside.graph, values, inside.layer, temperature=inside.predictor.temperature)
    before = " and ".join(dict.fromkeys(_shape(values[each].shape) for each in sources))
    shapes = f"{before} → {_shape(values[inside.layer].shape)}"
    st.html(f'<p class="cp-happens">{escape(said)} <span>{shapes}</span></p>')


def _shape(shape: "tuple[int, ...]") -> str:
    return " x ".join(map(str, shape))


def _show_step(inside: Inside, at: tuple[int, ...] | None) -> None:
    """The maps of the chosen step, or its kernels, or its values where they are single ones."""
    value = inside.values()[inside.layer]
    if as_maps(value) is None:
        show_values(inside, at, most_bars=MOST_BARS)
        return
    with st.container(key="inside_view", horizontal=True, gap="small"):
        shows_kernels = has_kernels(inside) and _choose_what() == "kernels"
        view = None if shows_kernels else choose_view(len(value))
    if view is None:
        show_kernels(inside, at)
    else:
        show_maps(inside, at, view)


def _choose_what() -> str:
    words = {"maps": "Maps", "kernels": "Kernels"}
    return choose_in_address("Show", list(words), WHAT_PARAMETER, words=words.__getitem__, hide_label=True)
