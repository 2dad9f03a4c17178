"""The curves of a training as figures: what is drawn, on which axis, and how fast."""

import time
from dataclasses import dataclass

import numpy as np
import pytest

from cnnplay.figures.curves import gradient_norms, training_curves
from cnnplay.figures.downsample import MAX_POINTS
from cnnplay.figures.lr_curve import lr_curve
from cnnplay.runs.records import Metric


def make_points(n: int, *, every: int = 0) -> list[Metric]:
    points = []
    for step in range(1, n + 1):
        at = {"step": step, "epoch": step / 10, "elapsed_s": step / 4}
        grads = {"conv1": 0.5 / step, "out": 2.0 / step}
        points.append(Metric(kind="train", loss=2.3 / step, accuracy=1 - 0.9 / step, lr=0.1, grad_norms=grads, **at))
        if every and step % every == 0:
            points.append(Metric(kind="epoch", loss=1.0, accuracy=0.8, val_accuracy=0.7, test_accuracy=0.6, **at))
    return points


def test_accuracy_and_loss_share_the_axis_of_steps() -> None:
    accuracy, loss = training_curves(make_points(8)).data
    assert list(accuracy.x) == list(loss.x) == list(range(1, 9))
    assert loss.y[1] == pytest.approx(1.15)
    assert (accuracy.yaxis, loss.yaxis) == ("y", "y2")


def test_the_same_over_the_time_of_training() -> None:
    assert list(training_curves(make_points(4), axis="time").data[0].x) == [0.25, 0.5, 0.75, 1.0]


def test_validation_and_test_are_points_of_their_own_and_named_in_their_colours() -> None:
    figure = training_curves(make_points(20, every=10))
    _, validation, test, _ = figure.data
    assert list(validation.y) == [70, 70]
    assert list(test.y) == [60, 60]
    title = figure.layout.annotations[0].text
    assert validation.line.color in title
    assert "validation" in title
    assert "validation" not in training_curves(make_points(20)).layout.annotations[0].text


def test_a_curve_grows_into_the_steps_that_are_still_to_come() -> None:
    assert tuple(training_curves(make_points(5), n_steps=500).layout.xaxis.range) == (0, 500)


def test_nothing_to_draw_yet_is_an_empty_chart_of_the_same_height() -> None:
    empty, full = training_curves([]), training_curves(make_points(50))
    assert empty.layout.height == full.layout.height
    assert gradient_norms([]).data == ()


def test_a_loss_that_is_no_number_leaves_a_gap() -> None:
    points = [Metric(kind="train", step=i, epoch=0.1, elapsed_s=1.0, loss=None if i == 2 else 1.0, accuracy=0.5)
              for i in (1, 2, 3)]  # fmt: skip
    assert list(training_curves(points).data[-1].y) == [1.0, None, 1.0]


def test_the_wild_first_steps_do_not_press_the_rest_into_a_line() -> None:
    figure = training_curves(make_points(400))
    assert figure.layout.yaxis2.range[1] < 2.3
    assert figure.layout.yaxis.range[0] > 50


def test_every_layer_has_its_gradient_from_the_first_to_the_last() -> None:
    first, last = gradient_norms(make_points(5)).data
    assert list(first.y) == [0.5, 0.25, pytest.approx(0.1667, abs=1e-3), 0.125, 0.1]
    assert "out" in last.hovertemplate
    assert first.line.color != last.line.color


def test_a_gradient_of_zero_has_no_place_on_a_logarithm() -> None:
    points = [Metric(kind="train", step=i, epoch=0.1, elapsed_s=1.0, loss=1.0, accuracy=0.5, grad_norms={"a": i - 1.0})
              for i in (1, 2)]  # fmt: skip
    assert list(gradient_norms(points).data[0].y) == [None, 1.0]


def test_a_hundred_thousand_points_are_drawn_with_a_thousand() -> None:
    points = [Point(step) for step in range(100_000)]
    began = time.process_time()
    figure = training_curves(points)
    assert time.process_time() - began < 3
    assert all(len(trace.x) <= MAX_POINTS for trace in figure.data)


@dataclass(frozen=True, slots=True)
class Point:
    """Light enough to make very many of."""

    step: int
    kind: str = "train"
    epoch: float = 0.0
    elapsed_s: float = 0.0
    loss: float = 1.0
    accuracy: float = 0.5
    val_accuracy: None = None
    test_accuracy: None = None
    grad_norms: None = None


def test_the_suggested_rate_is_marked_where_there_is_one() -> None:
    lrs, losses = np.geomspace(1e-6, 10, 50).tolist(), np.linspace(2, 1, 50).tolist()
    figure = lr_curve(lrs, losses, lrs[20])
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.shapes[0].x0 == lrs[20]
    assert lr_curve(lrs, losses, None).layout.shapes == ()
