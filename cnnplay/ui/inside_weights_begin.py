"""Initialise a network by hand, and see how signal and gradient fare in it, beside its own beginning and its end."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import is_available
from cnnplay.errors import CnnplayError
from cnnplay.figures.template import BLUE, GREY, ORANGE
from cnnplay.ui.address import choose_in_address, write
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_input import DATASETS
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.inside_weights import show_chart
from cnnplay.ui.samples import open_dataset
from cnnplay.words import listing, plain

if TYPE_CHECKING:
    from torch import nn

    from cnnplay.inference.inside.initialising import Signals

METHOD_PARAMETER, NUMBER_PARAMETER = "init", "knob"
USUAL = "normal"
N_SEEDS, COSTLY_MACS = 3, 40_000_000
"""Draws that are shown, each with a seed of its own; of networks that cost more than this, one."""


def show_begin(inside: Inside) -> None:
    """A choice of methods, two charts and what they say."""
    from cnnplay.inference.inside.initialising import METHODS, N_PICTURES, verdict

    st.write(
        "Draw the first weights of this architecture in your own way, and see whether a picture's signal comes through "
        "to the last layer, and the gradient back to the first. The trained network stays as it is."
    )
    left, right = st.columns(2)
    with left:
        name = choose_in_address(
            "Method", list(METHODS), METHOD_PARAMETER, default=USUAL, kind=st.selectbox,
            words=lambda key: METHODS[key].title, then=lambda: write(NUMBER_PARAMETER, None),
        )  # fmt: skip
    method = METHODS[name]
    with right:
        numbers = [f"{value:g}" for value in method.values]
        number = choose_in_address(
            method.knob, numbers, NUMBER_PARAMETER, default=f"{method.default:g}",
            kind=st.select_slider,
        )  # fmt: skip
    st.caption(method.about)
    try:
        dataset = _dataset(inside)
        with st.spinner("Measuring"):
            hand, own, trained = (
                kept(inside, _measure, dataset, way, knob)
                for way, knob in ((name, float(number)), ("own", 0.0), ("trained", 0.0))
            )
    except CnnplayError as error:
        st.info(str(error))
        return
    draws = f"{len(hand)} draws, each with a seed of its own" if len(hand) > 1 else "one draw"
    st.write(verdict(hand[0]))
    _show_charts(hand, own, trained, f"{method.title} {number}")
    st.caption(
        f"{N_PICTURES} training pictures of {plain(open_dataset(dataset).spec.title)}, as in a training step; {draws}. "
        "Signal: the standard deviation of what a layer gives. Gradient: the length of the "
        "gradient of one picture's loss with respect to that. A layer in which nothing is left has no mark."
    )


def _show_charts(hand: "list[Signals]", own: "list[Signals]", trained: "list[Signals]", title: str) -> None:
    from cnnplay.figures.inside_weights import LayerLine, layer_sizes

    series = (("its own start", GREY, own), ("trained", ORANGE, trained), (title, BLUE, hand))
    names = "".join(f'<span><i style="border-color:{colour}"></i>{name}</span>' for name, colour, _ in series)
    st.html(f'<div class="cp-chosen">{names}</div>')
    for what, place in zip(("signal", "gradient"), st.columns(2), strict=True):
        lines = [
            LayerLine(name, colour, getattr(each, what), 2.0 if at == 0 else 0.9)
            for name, colour, found in series
            for at, each in enumerate(found)
        ]
        with place:
            show_chart(layer_sizes(hand[0].layers, lines, title=what.capitalize()), f"begin_{what}")
    if silent := [layer for layer, size in zip(hand[0].layers, hand[0].gradient, strict=True) if not size]:
        shown = listing(silent[:3]) + (f" and {len(silent) - 3} more" if len(silent) > 3 else "")
        st.caption(f"No gradient at all in {shown}.")


def fresh_start(inside: Inside, seed: int) -> "nn.Module":
    """The architecture of the page's network before its first step.

    Raises:
        CheckpointError: the file that knows its options is gone or damaged.
    """
    from cnnplay.inference.inside.initialising import fresh_network

    try:
        images = _batch(_dataset(inside), len(inside.predictor.classes))[0]
    except CnnplayError:
        images = None
    return fresh_network(inside.predictor.spec.key, _options_of(inside), seed=seed, images=images)


def _dataset(inside: Inside) -> str:
    """The set that the network learned from; where it is not here, another one with the same classes."""
    alike = [key for key in DATASETS.get(inside.network.input_shape, ()) if _classes(key) == inside.predictor.classes]
    candidates = (inside.network.dataset, *alike)
    return next((key for key in candidates if is_available(key)), candidates[0])


def _classes(dataset: str) -> tuple[str, ...]:
    return get_dataset_spec(dataset).classes


def _batch(dataset: str, n_classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Training pictures spread over the set, with their classes."""
    from cnnplay.inference.inside.initialising import N_PICTURES

    data = open_dataset(dataset)
    known = np.flatnonzero(np.asarray(data.train_labels) < n_classes)
    chosen = known[np.linspace(0, len(known) - 1, N_PICTURES).astype(np.int64)]
    return np.array(data.train_images[chosen]), np.array(data.train_labels[chosen]).astype(np.int64)


def _options_of(inside: Inside) -> dict[str, Any]:
    from cnnplay.models.card import shipped_files
    from cnnplay.models.checkpoint import read_metadata
    from cnnplay.runs.weights import find_weights

    run = inside.network.run
    path = shipped_files(inside.network.key).weights if run is None else find_weights(run)
    return dict(json.loads(read_metadata(path).get("options", "{}"))) if path else {}


def _measure(inside: Inside, dataset: str, way: str, number: float) -> "list[Signals]":
    from cnnplay.inference.inside.initialising import draw_weights, measure_signals
    from cnnplay.ui.inside_structure import get_structure

    images, labels = _batch(dataset, len(inside.predictor.classes))
    spec = inside.predictor.spec
    if way == "trained":
        return [measure_signals(inside.predictor.model, spec, images, labels)]
    found = []
    for seed in range(1 if get_structure(inside).macs > COSTLY_MACS else N_SEEDS):
        model = fresh_start(inside, seed)
        if way != "own":
            draw_weights(model, way, number, seed=seed)
        found.append(measure_signals(model, spec, images, labels))
    return found
