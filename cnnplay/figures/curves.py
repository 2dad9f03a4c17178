"""How a training went: accuracy and loss, and how large the gradient of each layer was."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import plotly.graph_objects as go

from cnnplay.figures.downsample import MAX_POINTS, kept_indices
from cnnplay.figures.template import BLUE, GREEN, ORANGE, heading, new_figure

Axis = Literal["step", "time"]
AXIS_TITLES: dict[Axis, str] = {"step": "training step", "time": "seconds of training"}
CURVES_PX, GRADIENTS_PX = 430, 260
"""Heights; the page reserves them, so that nothing jumps."""
OUTLIERS, MANY = 0.02, 40
"""Of at least so many points, this share at the far end may lie outside the chart: the first steps are wild, and would
press all that follows into a line. A double click shows them."""
N_GRADIENT_POINTS = 6_000
"""Of all layers together."""
TITLE_SHIFT_PX = -44
"""Headings begin where the labels of the axis do."""
_FIRST_LAYER, _LAST_LAYER = (232, 89, 12), (37, 99, 235)


class Point(Protocol):
    """One point of a run's curves, as the run store has them: accuracies 0..1, times in seconds."""

    @property
    def kind(self) -> str:
        """Either "train", between two reports, or "epoch", after a whole pass."""

    @property
    def step(self) -> int:
        """Training steps done."""

    @property
    def epoch(self) -> float:
        """Passes done."""

    @property
    def elapsed_s(self) -> float:
        """Seconds of training."""

    @property
    def loss(self) -> float | None:
        """Mean cross-entropy; None where it was not finite."""

    @property
    def accuracy(self) -> float:
        """On training pictures; NaN where nobody knows."""

    @property
    def val_accuracy(self) -> float | None:
        """On pictures kept out, after an epoch."""

    @property
    def test_accuracy(self) -> float | None:
        """On test pictures, after an epoch, where the recipe reads them."""

    @property
    def grad_norms(self) -> Mapping[str, float] | None:
        """Of each layer's weight, in the order of the network."""


def training_curves(
    points: Sequence[Point], *, axis: Axis = "step", n_steps: int | None = None, revision: str = ""
) -> go.Figure:
    """Accuracy above loss, on one axis.

    Args:
        points: of one run, in order.
        axis: what runs to the right.
        n_steps: length of the whole training where it is still to come: the curves then grow into the empty part.
        revision: what the reader has zoomed stays as long as this stays.
    """
    train = [point for point in points if point.kind == "train"]
    epochs = [point for point in points if point.kind == "epoch"]
    validation = [point for point in epochs if point.val_accuracy is not None]
    test = [point for point in epochs if point.test_accuracy is not None]
    traces = [_line(train, lambda p: 100 * p.accuracy, axis, _ACCURACY, yaxis="y")]
    if validation:
        traces.append(_dots(validation, lambda p: _percent(p.val_accuracy), axis, "validation", ORANGE))
    if test:
        traces.append(_dots(test, lambda p: _percent(p.test_accuracy), axis, "test", GREEN))
    traces.append(_line(train, lambda p: p.loss, axis, _LOSS, yaxis="y2"))
    colours = {"training": BLUE} | ({"validation": ORANGE} if validation else {}) | ({"test": GREEN} if test else {})
    shares = [share for p in points for share in (p.accuracy, p.val_accuracy, p.test_accuracy)]
    measured = [share for share in shares if share is not None and not math.isnan(share)]
    end = n_steps if axis == "step" else None
    layout: dict[str, Any] = {
        "height": CURVES_PX,
        "uirevision": f"{revision} {axis}",
        "xaxis": {
            "title": {"text": AXIS_TITLES[axis]},
            "anchor": "y2",
            "range": [0, end] if end else None,
            "showticklabels": bool(points),
        },
        "yaxis": {"domain": [0.56, 0.94], "ticksuffix": " %", "range": _accuracy_range(measured)},
        "yaxis2": {"domain": [0, 0.38], "rangemode": "tozero", "range": loss_range([p.loss for p in train])},
        "annotations": [panel_title(heading("Accuracy", colours), 1.0), panel_title(heading("Loss"), 0.44)],
    }
    return new_figure(**layout).add_traces(traces)


_ACCURACY = "step %{customdata[0]:,}, epoch %{customdata[1]:.1f}<br>%{y:.2f} % of the training pictures<extra></extra>"
_LOSS = "step %{customdata[0]:,}, epoch %{customdata[1]:.1f}<br>training loss %{y:.4g}<extra></extra>"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _x(point: Point, axis: Axis) -> float:
    return point.step if axis == "step" else point.elapsed_s


def _line(
    points: Sequence[Point], value: Callable[[Point], float | None], axis: Axis, hover: str, *, yaxis: str
) -> go.Scatter:
    ys = [value(point) for point in points]
    kept = kept_indices(ys, MAX_POINTS)
    shown = [points[i] for i in kept]
    return go.Scatter(
        x=[_x(point, axis) for point in shown],
        y=[ys[i] for i in kept],
        customdata=[(point.step, point.epoch) for point in shown],
        mode="lines" if len(kept) > 1 else "markers",
        line={"color": BLUE, "width": 1.8},
        hovertemplate=hover,
        xaxis="x",
        yaxis=yaxis,
    )


def _dots(
    points: Sequence[Point], value: Callable[[Point], float | None], axis: Axis, name: str, colour: str
) -> go.Scatter:
    ys = [value(point) for point in points]
    kept = kept_indices(ys, MAX_POINTS)
    shown = [points[i] for i in kept]
    return go.Scatter(
        x=[_x(point, axis) for point in shown],
        y=[ys[i] for i in kept],
        customdata=[(point.step, point.epoch) for point in shown],
        mode="lines+markers",
        line={"color": colour, "width": 1.2},
        marker={"size": 6 if len(kept) <= 60 else 3},
        hovertemplate=f"after epoch %{{customdata[1]:.3g}}<br>%{{y:.2f}} % of the {name} pictures<extra></extra>",
        xaxis="x",
        yaxis="y",
    )


def panel_title(text: str, y: float) -> dict[str, Any]:
    """A heading over one of several panels, as an annotation.

    Args:
        text: see `template.heading`.
        y: height of its middle, 0..1 of the plot.
    """
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xshift": TITLE_SHIFT_PX,
        "y": y,
        "xanchor": "left",
        "yanchor": "middle",
        "showarrow": False,
    }


def _accuracy_range(values: Sequence[float]) -> list[float]:
    if not values:
        return [0, 100]
    low = float(np.quantile(values, OUTLIERS)) if len(values) >= MANY else 0.0
    return [100 * max(0.0, low - 0.06 * (1 - low)), 100 + 3 * (1 - low)]


def loss_range(values: Sequence[float | None]) -> list[float] | None:
    """Ends of an axis on which all losses are seen but the `OUTLIERS`; None leaves them to Plotly, where few are known.

    Args:
        values: of all points; those that are None or not finite are passed over.
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if len(finite) < MANY:
        return None
    return [0, 1.08 * float(np.quantile(finite, 1 - OUTLIERS))]


def gradient_norms(points: Sequence[Point], *, axis: Axis = "step", revision: str = "") -> go.Figure:
    """The gradient norm of each layer: the first in orange, the last in blue, those between them between.

    Args:
        points: of one run, in order; those without norms are passed over.
        axis: what runs to the right.
        revision: what the reader has zoomed stays as long as this stays.
    """
    measured = [point for point in points if point.grad_norms]
    layers = list(dict.fromkeys(name for point in measured for name in point.grad_norms or ()))
    ends = {"first layer": _rgb(_FIRST_LAYER), "last layer": _rgb(_LAST_LAYER)}
    figure = new_figure(
        height=GRADIENTS_PX,
        uirevision=f"{revision} {axis}",
        xaxis={"title": {"text": AXIS_TITLES[axis]}},
        yaxis={"type": "log", "tickformat": "~r", "dtick": 1},
        margin={"t": 36},
        annotations=[panel_title(heading("Gradient norm", ends), 1.08)],
    )
    n_each = max(50, min(MAX_POINTS, N_GRADIENT_POINTS // max(1, len(layers))))
    for at, layer in enumerate(layers):
        norms = [(point.grad_norms or {}).get(layer) for point in measured]
        kept = kept_indices(norms, n_each)
        figure.add_scatter(
            x=[_x(measured[i], axis) for i in kept],
            y=[norms[i] or None for i in kept],  # a logarithm has no place for 0
            mode="lines" if len(kept) > 1 else "markers",
            line={"width": 1.4, "color": _between(at / max(1, len(layers) - 1))},
            hovertemplate=f"{layer}: %{{y:.3g}}<extra></extra>",
        )
    return figure


def _between(share: float) -> str:
    mixed = [round(a + (b - a) * share) for a, b in zip(_FIRST_LAYER, _LAST_LAYER, strict=True)]
    return _rgb((mixed[0], mixed[1], mixed[2]))


def _rgb(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}"
