"""The charts of how sure and how sturdy: what they draw, in whose colours, and no name as mark-up."""

import numpy as np
import pytest

from cnnplay.evaluation.reliability import measure_reliability, measure_selective
from cnnplay.figures.reliability import (
    MIN_COUNT,
    ErrorPair,
    ReliabilityLine,
    SelectiveLine,
    calibration_errors,
    reliability_diagram,
    selective_curves,
)
from cnnplay.figures.robustness import MeanPair, RobustnessLine, robustness_chart, robustness_means

NAMED = {"name": "<b>a %{x}", "colour": "#2563eb", "dash": "dash"}


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.full(4, 0.3), 800)
    return probs, np.where(rng.random(800) < 0.7, probs.argmax(1), rng.integers(0, 4, 800))


def test_bins_with_pictures_enough_are_drawn_beside_the_line_of_those_who_keep_their_word(answers):
    found = measure_reliability(*answers)
    figure = reliability_diagram([ReliabilityLine(**NAMED, reliability=found)])
    diagonal, accuracy, counts = figure.data
    held = found.counts >= MIN_COUNT
    assert list(diagonal.x) == list(diagonal.y)
    assert list(accuracy.x) == pytest.approx(100 * found.confidence[held])
    assert list(accuracy.y) == pytest.approx(100 * found.accuracy[held])
    assert list(counts.y) == list(found.counts[held])
    assert (accuracy.line.color, accuracy.line.dash) == ("#2563eb", "dash")
    assert "<b>a" not in accuracy.hovertemplate.replace("<b>&lt;b&gt;a", "")
    assert len(reliability_diagram([]).data) == 1


def test_errors_stand_in_rows_with_their_intervals(answers):
    found = measure_reliability(*answers)
    figure = calibration_errors(
        [ErrorPair(**NAMED, before=found, after=found), ErrorPair(**NAMED, before=found, after=None)]
    )
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [dot.marker.symbol for dot in dots] == ["diamond-open", "diamond", "diamond-open"]
    assert all(dot.x[0] == pytest.approx(100 * found.error) for dot in dots)
    bands = [trace for trace in figure.data if trace.mode == "lines"]
    assert all(list(band.x) == pytest.approx([100 * found.low, 100 * found.high]) for band in bands)


def test_the_axis_of_a_selective_curve_shows_the_differences(answers):
    found = measure_selective(*answers)
    figure = selective_curves([SelectiveLine(**NAMED, selective=found)])
    low, high = figure.layout.yaxis.range
    assert 0 < 100 * found.accuracies.min() - low < 5
    assert 100 < high < 103
    assert len(selective_curves([]).data) == 0


def test_strengths_stand_at_equal_distances_with_their_numbers():
    line = RobustnessLine(**NAMED, accuracies=(0.9, 0.8, 0.5))
    figure = robustness_chart([line], ["none", "15°", "quality 30"], low=0.4)
    assert list(figure.layout.xaxis.ticktext) == ["none", "15", "30"]
    assert list(figure.data[0].y) == pytest.approx([90, 80, 50])
    assert figure.layout.yaxis.range[0] == pytest.approx(40)


def test_means_are_told_from_pictures_as_they_are():
    (trace,) = robustness_means([MeanPair(**NAMED, clean=0.9, changed=0.6)]).data
    assert list(trace.x) == pytest.approx([60, 90])
    assert list(trace.marker.symbol) == ["diamond", "diamond-open"]
