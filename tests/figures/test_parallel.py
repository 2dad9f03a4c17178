"""Parallel coordinates: words and numbers find their places, factors are logarithmic, and 0 has a place, too."""

import numpy as np
import pytest

from cnnplay.figures.parallel import Dimension, parallel_chart


def axis(values, **more):
    (found,) = (
        parallel_chart(
            [Dimension(title="Setting", values=tuple(values), **more)], best=[1.0] * len(values), title="best"
        )
        .data[0]
        .dimensions
    )
    return found


def test_words_each_have_a_place_and_what_is_not_set_has_one_too():
    found = axis(["sgd", "adamw", None, "sgd"])
    assert dict(zip(found.ticktext, found.tickvals, strict=True)) == {"adamw": 0, "none": 1, "sgd": 2}
    assert list(found["values"]) == [2, 0, 1, 2]
    assert list(axis([True, False])["ticktext"]) == ["False", "True"]


def test_a_rate_runs_by_factors_and_its_ticks_say_so():
    found = axis([0.001, 0.01, 0.1, 10], is_log=True)
    assert list(found["values"]) == pytest.approx([-3, -2, -1, 1])
    assert dict(zip(found.ticktext, found.tickvals, strict=True))["0.01"] == pytest.approx(-2)
    assert list(found.ticktext) == ["0.001", "0.01", "0.1", "1", "10"]
    assert list(axis([0.1, 0.4], is_log=True).ticktext) == ["0.1", "0.2"]


def test_nothing_has_no_logarithm_and_stands_below_all():
    found = axis([0, 0.001, 0.1], is_log=True)
    assert list(found["values"]) == pytest.approx([-4, -3, -1])
    assert found.ticktext[0] == "0"


def test_numbers_that_would_touch_are_left_out():
    assert list(axis([8, 9.9, 10, 12, 36]).ticktext) == ["8", "9.9", "12", "36"]
    assert axis(list(range(20))).tickvals is None


def test_lines_are_coloured_by_the_result_and_a_failed_run_does_not_make_the_others_alike():
    best = [10.0, *np.linspace(90, 95, 19)]
    for theme in ("light", "dark"):
        figure = parallel_chart([Dimension(title="a", values=tuple(range(20)))], best=best, title="%", theme=theme)
        line = figure.data[0].line
        assert list(line.color) == best
        assert (line.cmin > 85, line.cmax) == (True, 95)
