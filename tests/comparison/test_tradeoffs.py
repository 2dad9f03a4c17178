"""What no other network beats, against a brute force; points, intervals and words of the trade-offs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.leaderboard import make_rows
from cnnplay.comparison.tradeoffs import (
    AXES,
    best_entries,
    draw_tradeoffs,
    figure_in_words,
    measure_tradeoffs,
    pareto_front,
    value_of,
)

WAYS = st.sampled_from(["more", "less"])
FEW = st.integers(-3, 3).map(float)  # many ties
ANY = st.floats(allow_nan=False, allow_infinity=False, width=32)


@pytest.fixture(scope="module")
def rows():
    return make_rows(list_entries("cifar10"), None)


def beats(one, other, better):
    """As it is defined: at least as good in both, better in one."""
    signs = [1 if way == "more" else -1 for way in better]
    gains = [sign * (a - b) for sign, a, b in zip(signs, one, other, strict=True)]
    return min(gains) >= 0 and max(gains) > 0


@given(st.lists(st.tuples(FEW, FEW) | st.tuples(ANY, ANY), max_size=25), st.tuples(WAYS, WAYS))
def test_the_front_is_what_a_brute_force_finds(points, better):
    expected = {at for at, point in enumerate(points) if not any(beats(other, point, better) for other in points)}
    assert pareto_front(points, better=better) == expected


@given(st.lists(st.tuples(FEW, FEW), min_size=1, max_size=12), st.tuples(WAYS, WAYS), st.randoms())
def test_the_front_does_not_depend_on_the_order(points, better, random):
    shuffled = random.sample(points, len(points))
    fronts = [{each[at] for at in pareto_front(each, better=better)} for each in (points, shuffled)]
    assert fronts[0] == fronts[1]
    assert fronts[0]


def test_the_error_rate_is_the_accuracy_turned_over(rows):
    for row in rows:
        assert value_of(row, "error_rate") == 1 - value_of(row, "accuracy")
    fronts = [best_entries(measure_tradeoffs(rows, "macs", y).spots) for y in ("accuracy", "error_rate")]
    assert fronts[0] == fronts[1] == ("lenet5", "lenet", "simple_cnn", "resnet", "speedrun")


def test_an_accuracy_has_its_interval_and_no_other_figure_has_one(rows):
    row = rows[0]
    (spot,) = measure_tradeoffs([row], "error_rate", "accuracy").spots
    down, up = spot.y_error
    assert (spot.y - down, spot.y + up) == pytest.approx((100 * row.low, 100 * row.high))
    assert spot.x_error == (up, down)
    assert measure_tradeoffs([row], "macs", "loss").spots == ()
    group = replace(row, std=0.01, low=None, high=None)
    assert measure_tradeoffs([group], "macs", "accuracy").spots[0].y_error == (1, 1)


def test_networks_without_a_figure_are_named_and_stop_nobody(rows):
    unknown = replace(rows[0], values={**rows[0].values, "wall_s": None})
    broken = replace(rows[1], values={**rows[1].values, "wall_s": float("nan")})
    found = measure_tradeoffs([unknown, broken, *rows[2:]], "wall_s", "accuracy")
    assert found.missing == (rows[0].entry, rows[1].entry)
    assert [spot.token for spot in found.spots] == [row.entry.token for row in rows[2:]]


@pytest.mark.parametrize("x", AXES)
def test_any_figure_can_be_drawn_against_any_other(rows, x):
    known = [replace(row, values={name: row.values[name] or 0.5 for name in row.values}) for row in rows]
    for y in AXES:
        found = measure_tradeoffs(known, x, y)
        layout = draw_tradeoffs(found.spots, x, y, picked="resnet").figure.layout
        assert len(found.spots) == len(rows)
        assert np.isfinite([*layout.xaxis.range, *layout.yaxis.range]).all()


def test_figures_are_told_with_their_units(rows):
    row = next(row for row in rows if row.entry.token == "speedrun")
    told = [figure_in_words(row, name) for name in ("accuracy", "error_rate", "macs", "size_bytes", "wall_s")]
    assert told == ["93.15 %", "6.85 %", "118.1 M", "4.0 MB", "70 min"]
    assert figure_in_words(row, "loss") == "not known"
