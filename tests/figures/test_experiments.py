"""Charts of experiments: what was measured is where it belongs, and what was not says so."""

import pytest

from cnnplay.figures.experiment_gradients import Flow, gradient_lines
from cnnplay.figures.experiment_reproduce import Reproduced, reproduced_curves, reproduced_rows
from cnnplay.figures.experiments import Measured, answer_lines, answer_rows, mean_and_interval


def texts(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def test_a_line_goes_through_the_means_at_equal_distances():
    arms = [
        Measured(label=f"{name} {x}", series=name, x=x, values=(base, base + 0.02, base + 0.01))
        for name, base in (("a", 0.5), ("b", 0.7))
        for x in (0, 4, 60_000)
    ]
    figure = answer_lines(arms, axis="knob")
    means = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [list(trace.y) for trace in means] == [pytest.approx([51] * 3), pytest.approx([71] * 3)]
    assert list(means[0].x) == pytest.approx([-0.025, 0.975, 1.975])
    assert list(figure.layout.xaxis.ticktext) == ["0", "4", "60,000"]
    assert means[0].error_y.array[0] == pytest.approx(100 * (mean_and_interval(arms[0].values)[2] - 0.51))
    low, high = figure.layout.yaxis.range
    assert low < 49
    assert high > 72


def test_own_runs_and_published_figures_are_layers_of_their_own():
    arms = [Measured(label="a", series="a", x=1, values=(0.5,), own=(0.6, 0.7), published=0.9)]
    for figure in (answer_lines(arms, axis="knob"), answer_rows(arms)):
        symbols = [trace.marker.symbol for trace in figure.data]
        assert "diamond-open" in symbols
        assert "x-thin-open" in symbols
        assert "your runs" in texts(figure)[0]


def test_a_row_without_a_measurement_says_so():
    figure = answer_rows([Measured(label="one", values=(0.98,)), Measured(label="other", values=())])
    assert texts(figure)[1:] == ["one", "98.00 %", "other", "not measured yet"]
    assert answer_rows([Measured(label="one", values=())]).layout.xaxis.range == (0, 100)


def test_too_few_seeds_have_a_mean_and_no_interval():
    assert mean_and_interval(()) is None
    assert mean_and_interval((0.5, 0.7)) == pytest.approx((0.6, 0.6, 0.6))


def test_gradients_run_from_the_first_layer_and_none_is_drawn_at_the_foot():
    flows = [
        Flow(label="7 layers", series="plain", layers=("conv1", "fc"), norms=(0.0, 1.0)),
        Flow(label="7 layers", series="short", layers=("conv1", "fc"), norms=(0.1, 1.0)),
    ]
    figure = gradient_lines(flows, when="at the first step")
    assert list(figure.data[0].y) == [0.01, 1.0]  # a tenth of the smallest other
    assert figure.data[0].customdata[0][1] == "0"
    assert "plain" in texts(figure)[0]
    assert sum("7 layers" in text for text in texts(figure)) == 2


def test_published_and_measured_are_told_by_their_distance():
    rows = [
        Reproduced(label="a", published=0.98, measured=0.985, low=0.982, high=0.988, own=(0.979,)),
        Reproduced(label="b", published=None, measured=0.7, low=0.69, high=0.71),
        Reproduced(label="c", published=0.8, measured=None),
    ]
    figure = reproduced_rows(rows)
    assert [list(trace.x) for trace in figure.data] == [pytest.approx([0.5]), pytest.approx([-0.1])]
    assert texts(figure)[2::2] == [
        "98.50 % / 98.00 %", "70.00 % / none", "not yet / 80.00 %",
    ]  # fmt: skip


def test_curves_of_one_recipe():
    figure = reproduced_curves([(1, 0.9), (2, 0.95)], [(1, 0.91)], [[(1, 0.92)]])
    assert [trace.line.dash for trace in figure.data] == ["solid", "dot", "solid"]
    assert [list(trace.y) for trace in figure.data] == [
        pytest.approx([92]),
        pytest.approx([90, 95]),
        pytest.approx([91]),
    ]
