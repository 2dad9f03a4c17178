"""The part 'weights' of Look inside: as they are, as they begin, and what training moved."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnplay.figures.template import CONFIG
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.inside_ribbon import show_ribbon
from cnnplay.words import count

if TYPE_CHECKING:
    from cnnplay.inference.inside.parameters import Histogram, Parameter

VIEWS = {"now": "As they are", "begin": "First weights", "moved": "What moved"}
VIEW_PARAMETER = "weights"


def show_weights(inside: Inside) -> None:
    """The ribbon, and under it one of the three views."""
    show_ribbon(inside)
    view = choose_in_address("About", list(VIEWS), VIEW_PARAMETER, words=VIEWS.__getitem__, hide_label=True)
    with st.container(key=f"inside_weights_{view}"):
        if view == "now":
            _show_now(inside)
        else:
            show: Callable[[Inside], None] = getattr(import_module(f"cnnplay.ui.inside_weights_{view}"), f"show_{view}")
            show(inside)


def show_chart(figure: Any, key: str) -> None:
    """A chart in the house style, as wide as its place."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, width="stretch")


def shown_layer(inside: Inside) -> str:
    """The module whose weights belong to the chosen step; says so where it is another one."""
    from cnnplay.inference.inside.parameters import layer_with_weights

    layer = layer_with_weights(inside.graph, inside.layer)
    if layer != inside.layer:
        st.caption(f"{inside.layer} has no weights of its own; these are those of {layer}.")
    return layer


def _show_now(inside: Inside) -> None:
    from cnnplay.figures.inside_weights import Spread, weight_histogram, weight_spreads

    layer = shown_layer(inside)
    histograms = kept(inside, _count, layer)
    for place, (name, histogram) in zip(st.columns(2), histograms.items(), strict=False):
        n = count(int(histogram.counts.sum()))
        figure = weight_histogram(histogram.edges, [histogram.shares], [name], title=f"{layer}.{name}, {n} values")
        with place:
            show_chart(figure, f"histogram_{name}")
    parameters = kept(inside, _list)
    st.subheader("All layers")
    rows = [
        Spread(each.layer or each.name, each.low, each.high, each.mean, each.std, each.layer == layer)
        for each in parameters
        if len(each.shape) > 1
    ]
    show_chart(weight_spreads(rows), "weight_spreads")
    st.caption("A hairline from the least weight to the largest; thick is the mean plus and minus one deviation.")
    _show_table(parameters)


def _show_table(parameters: "tuple[Parameter, ...]") -> None:
    st.subheader("named_parameters")
    table = [
        {
            "Name": each.name,
            "Shape": " x ".join(map(str, each.shape)),
            "Values": each.n,
            "Mean": each.mean,
            "Deviation": each.std,
            "Least": each.low,
            "Largest": each.high,
            "Zeros": 100 * each.zeros,
            "": "trained" if each.is_trained else "fixed",
        }
        for each in parameters
    ]
    figures = dict.fromkeys(("Mean", "Deviation", "Least", "Largest"), st.column_config.NumberColumn(format="%.4f"))
    st.dataframe(
        table, hide_index=True, width="stretch", key="named_parameters",
        column_config={
            **figures,
            "Name": st.column_config.TextColumn(pinned=True),
            "Values": st.column_config.NumberColumn(format="localized"),
            "Zeros": st.column_config.NumberColumn(format="%.1f %%", help="Values that are exactly 0."),
        },
    )  # fmt: skip


def _list(inside: Inside) -> "tuple[Parameter, ...]":
    from cnnplay.inference.inside.parameters import list_parameters

    return list_parameters(inside.graph.model)


def _count(inside: Inside, layer: str) -> "dict[str, Histogram]":
    from cnnplay.inference.inside.parameters import histogram, weights_of

    return {name: histogram(values)[0] for name, values in weights_of(inside.graph.model, layer).items()}
