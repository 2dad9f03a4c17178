"""Charts of weights show what they are given."""

import numpy as np

from cnnplay.figures.inside_weights import (
    LayerLine,
    Spread,
    layer_sizes,
    moved_layers,
    weight_histogram,
    weight_spreads,
)


def test_two_histograms_are_told_apart_and_named() -> None:
    edges = np.linspace(-1, 1, 5)
    shares = [np.array([0.25, 0.25, 0.25, 0.25]), np.array([0.0, 0.5, 0.5, 0.0])]
    figure = weight_histogram(edges, shares, ["before", "after"], title="conv1.weight")
    assert [list(trace.y) for trace in figure.data] == [[25, 25, 25, 25], [0, 50, 50, 0]]
    assert figure.data[0].line.color != figure.data[1].line.color
    assert "before" in figure.layout.annotations[0].text


def test_a_row_goes_from_the_least_weight_to_the_largest() -> None:
    rows = [Spread("conv1", -1, 2, 0.5, 0.1, True), Spread("fc", -0.2, 0.2, 0, 0.1)]
    figure = weight_spreads(rows)
    assert [list(trace.x) for trace in figure.data[:4]] == [
        [-0.2, 0.2, None], [-0.1, 0.1, None], [-1, 2, None], [0.4, 0.6, None],
    ]  # fmt: skip
    assert list(figure.layout.yaxis.ticktext) == ["conv1", "fc"]


def test_what_is_zero_has_no_place_on_a_logarithm() -> None:
    layers = [f"layer{i}" for i in range(40)]
    figure = layer_sizes(layers, [LayerLine("mine", "#2563eb", (0.0, *[0.1] * 39))], title="Signal")
    assert figure.data[0].y[0] is None
    assert len(figure.layout.xaxis.ticktext) <= 12
    moved = moved_layers(["a", "b"], [0.0, 2.0], [1.0, 0.5], chosen="b")
    assert list(moved.data[0].x) == [None, 2.0]
