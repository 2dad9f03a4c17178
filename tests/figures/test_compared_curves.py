"""The chart of several trainings: what it draws, thinned where there is much, on the scales that are asked for."""

import numpy as np
import pytest

from cnnplay.figures.compared_curves import N_POINTS, Line
from cnnplay.figures.compared_curves import compared_curves as draw


def line(y, *, quantity="accuracy", pictures="training", x=None, **more):
    values = np.asarray(y, dtype=np.float64)
    return Line(
        name="vgg", colour="#5c940d", dash="dash", quantity=quantity, pictures=pictures,
        x=np.arange(1.0, len(values) + 1) if x is None else np.asarray(x, dtype=np.float64), y=values, **more,
    )  # fmt: skip


def compared_curves(*arguments, **options):
    return draw(*arguments, **options).figure


def test_accuracies_stand_above_losses_in_percent():
    accuracy, loss = compared_curves([line([0.5, 0.9]), line([1.0, 0.5], quantity="loss")]).data
    assert (list(accuracy.y), accuracy.yaxis, accuracy.line.dash) == ([50, 90], "y", "dash")
    assert (list(loss.y), loss.yaxis) == ([1, 0.5], "y2")
    assert "vgg" in accuracy.hovertemplate


def test_long_curves_keep_their_peaks_and_stay_fluid():
    values = np.random.default_rng(0).uniform(0.4, 0.6, 50_000)
    values[31_234] = 0.99
    figure = compared_curves([line(values, raw=((np.arange(1.0, 50_001), values),)) for _ in range(10)])
    assert sum(len(trace.x) for trace in figure.data) <= N_POINTS
    assert all(max(trace.y) == pytest.approx(99) for trace in figure.data)


def test_a_band_surrounds_the_mean_and_the_seeds_lie_faintly_below():
    std = np.array([0.1, 0.1])
    seeds = tuple((np.array([1.0, 2.0]), np.array([v, v])) for v in (0.7, 0.9))
    band, one, other, mean = compared_curves([line([0.8, 0.8], std=std, raw=seeds, n=3)]).data
    assert list(band.y) == pytest.approx([90, 90, 70, 70])
    assert one.opacity == other.opacity < 0.5
    assert "mean of 3 seeds" in mean.hovertemplate


@pytest.mark.parametrize(
    ("seconds", "title", "last"), [(90, "seconds", 90), (1200, "minutes", 20), (7.2e4, "hours", 20)]
)
def test_times_are_told_in_a_unit_that_reads_well(seconds, title, last):
    figure = compared_curves([line([0.5, 0.9], x=[seconds / 2, seconds])], by="time")
    assert figure.layout.xaxis.title.text == f"{title} of training"
    assert figure.data[0].x[-1] == pytest.approx(last)


def test_on_a_logarithmic_axis_there_is_no_zero():
    figure = compared_curves([line([0.1, 0.5, 0.9], x=[0, 1, 2])], log_x=True, log_loss=True)
    assert list(figure.data[0].x) == [1, 2]
    assert (figure.layout.xaxis.type, figure.layout.yaxis2.type) == ("log", "log")


def test_kinds_of_pictures_are_told_apart_without_colour():
    kinds = ("training", "validation", "test", "published")
    traces = compared_curves([line([0.5, 0.6], pictures=each) for each in kinds]).data
    assert [trace.mode for trace in traces] == ["lines", *["lines+markers"] * 3]
    assert len({trace.marker.symbol for trace in traces}) == 4
    assert traces[-1].line.dash == "dot"
    assert compared_curves([line([0.5])]).data[0].mode == "markers"


def test_the_wild_beginning_does_not_press_the_end_into_a_line():
    figure = compared_curves([line([0.1, *[0.98] * 9, 0.99])])
    assert figure.layout.yaxis.range[0] > 95
    assert compared_curves([line([0.1, *[0.98] * 9, 0.99])], log_x=True).layout.yaxis.range[0] < 10


def test_an_empty_chart_has_its_axes():
    figure = compared_curves([])
    assert (len(figure.data), list(figure.layout.yaxis.range)) == (0, [0, 100])
