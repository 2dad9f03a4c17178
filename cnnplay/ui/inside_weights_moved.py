"""What training moved: the weights of a network at two moments."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.ui.address import choose_in_address
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.inside_weights import show_chart, shown_layer
from cnnplay.ui.inside_weights_begin import fresh_start
from cnnplay.ui.pictures import data_address, kernel_pictures
from cnnplay.ui.run_queue import get_store

if TYPE_CHECKING:
    from torch import nn

    from cnnplay.inference.inside.moved import Move
    from cnnplay.inference.inside.parameters import Histogram

FROM_PARAMETER, TO_PARAMETER = "from", "to"
MAX_KERNELS = 32
MAX_KEPT, MAX_LAYERS = 16, 60
FIRST_SEED = 0


@dataclass(frozen=True, eq=False)
class Pair:
    """A network at two moments.

    Attributes:
        before, after: the network then; shared, never to be changed.
        names: of the two moments, short.
    """

    before: "nn.Module"
    after: "nn.Module"
    names: tuple[str, str]


def show_moved(inside: Inside) -> None:
    """Two moments to choose where they were kept; then each layer's way, one layer closely, and the first kernels."""
    from cnnplay.figures.inside_weights import moved_layers, weight_histogram

    pair = _choose_moments(inside)
    layer = shown_layer(inside)
    moves = _compare((id(pair.before), id(pair.after)), pair)[1]
    names, changes, cosines = zip(*((move.layer, move.change, move.cosine) for move in moves), strict=True)
    st.subheader("How far each layer went")
    show_chart(moved_layers(names, changes, cosines, chosen=layer), "moved_layers")
    if move := next((each for each in moves if each.layer == layer), None):
        cosine = round(move.cosine, 2) + 0  # no minus before a zero
        st.write(
            f"The weights of **{layer}** moved by {move.change:.2g} times their length; the cosine of the angle "
            f"between before and after is {cosine:.2f}. At 1 they kept their direction; at 0 none of it is left."
        )
    spreads = _spread((id(pair.before), id(pair.after)), layer, pair)[1]
    for place, (name, (before, after)) in zip(st.columns(2), spreads.items(), strict=False):
        shares, title = [before.shares, after.shares], f"{layer}.{name}"
        with place:
            show_chart(weight_histogram(before.edges, shares, list(pair.names), title=title), f"moved_{name}")
    _show_kernels(inside, pair)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _compare(numbers: tuple[int, int], _pair: Pair) -> "tuple[Pair, tuple[Move, ...]]":  # noqa: ARG001 - the numbers are the key
    """With the pair: nothing else can get its numbers while this is kept."""
    from cnnplay.inference.inside.moved import compare_weights

    return _pair, compare_weights(_pair.before, _pair.after)


@st.cache_resource(max_entries=MAX_LAYERS, show_spinner=False)
def _spread(
    numbers: tuple[int, int],  # noqa: ARG001 - likewise
    layer: str,
    _pair: Pair,
) -> "tuple[Pair, dict[str, tuple[Histogram, ...]]]":
    from cnnplay.inference.inside.parameters import histogram, weights_of

    before, after = (weights_of(model, layer) for model in (_pair.before, _pair.after))
    return _pair, {name: histogram(values, after[name]) for name, values in before.items()}


def _show_kernels(inside: Inside, pair: Pair) -> None:
    from cnnplay.inference.replay import first_kernels

    both = [first_kernels(model, inside.predictor.spec) for model in (pair.before, pair.after)]
    found = [kernels for kernels in both if kernels is not None and kernels.shape[1] in {1, 3}]
    if len(found) < len(both):
        return
    st.subheader("The first layer's kernels")
    for place, kernels, name in zip(st.columns(2), found, pair.names, strict=True):
        pictures = "".join(
            f'<img class="cp-pixels" src="{data_address(picture)}" alt="kernel {i + 1}">'
            for i, picture in enumerate(kernel_pictures(kernels[:MAX_KERNELS]))
        )
        place.html(f'<h3 class="cp-h3">{name.capitalize()}</h3><div class="cp-kernels">{pictures}</div>')
    shown = f"The first {MAX_KERNELS} of {len(found[0])}" if len(found[0]) > MAX_KERNELS else f"All {len(found[0])}"
    st.caption(f"{shown}. Light is positive, dark negative, middle grey 0; each side on its own scale.")


def _choose_moments(inside: Inside) -> Pair:
    run = inside.network.run
    records = [] if run is None else [each for each in get_store().milestones(run.id) if each.snapshot is not None]
    if len(records) > 1:
        return _choose_snapshots({str(record.step): record.snapshot for record in records if record.snapshot})
    why = "This network came with the app" if run is None else "Of this run fewer than two snapshots are here"
    st.caption(
        f"{why}: how it began was not kept. So this sets a freshly drawn start of the same architecture beside it. "
        "Train a network of your own, and you can choose any two moments of its training."
    )
    return Pair(kept(inside, fresh_start, FIRST_SEED), inside.predictor.model, ("a fresh start", "trained"))


def _choose_snapshots(snapshots: dict[str, Path]) -> Pair:
    steps = list(snapshots)
    chosen = []
    for place, label, parameter, usual in zip(
        st.columns(2), ("From step", "To step"), (FROM_PARAMETER, TO_PARAMETER), (steps[0], steps[-1]), strict=True
    ):
        with place:
            chosen.append(
                choose_in_address(label, steps, parameter, default=usual, kind=st.select_slider, words=_with_commas)
            )
    before, after = (_load(str(snapshots[step]), snapshots[step].stat().st_mtime_ns) for step in chosen)
    return Pair(before, after, (f"step {int(chosen[0]):,}", f"step {int(chosen[1]):,}"))


def _with_commas(step: str) -> str:
    return f"{int(step):,}"


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _load(path: str, changed_ns: int) -> "nn.Module":  # noqa: ARG001 - the time is part of the key
    from cnnplay.models.checkpoint import load_model

    return load_model(Path(path))[1]
