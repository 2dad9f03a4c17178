"""The charts of several runs: what they draw, and that they draw nothing that is not known."""

import pytest

from cnnplay.figures.series import Attempt, importance_bars, seed_curves, sweep_history

CURVES = {"seed 0": [(1, 0.80), (2, 0.90)], "seed 1": [(1, 0.82), (2, 0.92)], "seed 2": [(1, 0.84), (2, 0.94)]}


def test_seeds_have_a_line_each_a_mean_and_a_band():
    figure = seed_curves(CURVES, what="validation")
    band, *runs, mean = figure.data
    assert [list(run.y) for run in runs] == [[100 * value for _, value in curve] for curve in CURVES.values()]
    assert list(mean.y) == pytest.approx([82, 92])
    assert list(band.y) == pytest.approx([84, 94, 90, 80])
    assert "± standard deviation" in figure.layout.annotations[0].text


def test_the_mean_is_drawn_as_far_as_all_have_come_and_the_band_only_for_three():
    two = seed_curves({"seed 0": [(1, 0.8), (2, 0.9)], "seed 1": [(1, 0.82)]}, what="training")
    assert [list(trace.x) for trace in two.data] == [[1, 2], [1], [1]]
    assert "standard deviation" not in two.layout.annotations[0].text
    assert len(seed_curves({}, what="training").data) == 0
    assert len(seed_curves({"seed 0": [(1, 0.8)]}, what="training").data) == 1


def test_a_sweep_shows_the_best_so_far_and_marks_what_did_not_end():
    attempts = [Attempt(1, 0.8, True), Attempt(2, 0.3, False), Attempt(3, 0.9, True), Attempt(4, 0.85, True)]
    line, finished, early = sweep_history(attempts, n_runs=10).data
    assert (list(line.x), list(line.y)) == ([1, 3, 4, 4], pytest.approx([80, 90, 90, 90]))
    assert (list(finished.x), list(early.x)) == ([1, 3, 4], [2])
    assert early.marker.symbol == "x-thin"
    assert len(sweep_history([Attempt(1, 0.2, False)], n_runs=5).data) == 2
    assert len(sweep_history([], n_runs=5).data) == 2


def test_importances_are_bars_with_their_figures():
    (bars,) = importance_bars({"Learning rate": 0.83, "Batch size": 0.17}).data
    assert (list(bars.y), list(bars.text)) == (["Learning rate", "Batch size"], ["83 %", "17 %"])
