"""A difference with its interval, and accuracies by class."""

import numpy as np
import pytest

from cnnplay.figures.differences import MOST_CLASSES, ClassSeries, class_dots, difference_interval


@pytest.mark.parametrize("bounds", [(-0.02, -0.03, -0.01), (0.0, 0.0, 0.0), (0.01, -0.005, 0.025)])
def test_zero_and_the_whole_interval_are_on_the_chart(bounds):
    value, low, high = bounds
    figure = difference_interval(value, low, high, names=("<b>", "other"))
    left, right = figure.layout.xaxis.range
    assert left < min(0, 100 * low) <= max(0, 100 * high) < right
    assert figure.data[1].x == (100 * value,)
    assert "&lt;b&gt; is better" in figure.layout.annotations[1].text


def series(*values):
    return [ClassSeries(name=f"net {at}", values=np.array(each), colour="#000") for at, each in enumerate(values)]


def test_the_hardest_class_is_on_top_and_classes_without_pictures_are_left_out():
    figure = class_dots(("a", "b", "c"), series([0.9, 0.5, np.nan], [0.8, 0.6, np.nan]))
    assert figure.layout.yaxis.ticktext == ("b", "a")
    assert [tuple(trace.x) for trace in figure.data] == [(50.0, 90.0), (60.0, 80.0)]


def test_of_very_many_classes_those_are_shown_that_differ_most():
    n = MOST_CLASSES + 20
    other = np.full(n, 0.5)
    other[7] = 0.9
    figure = class_dots([str(at) for at in range(n)], series(np.full(n, 0.5), other))
    assert len(figure.layout.yaxis.ticktext) == MOST_CLASSES
    assert "7" in figure.layout.yaxis.ticktext
