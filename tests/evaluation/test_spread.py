"""Mean, standard deviation and interval, against figures worked out by hand."""

import pytest
from scipy.stats import t

from cnnplay.evaluation.spread import MIN_RUNS, T_95, measure_spread


def test_the_quantiles_are_those_of_scipy():
    degrees = range(MIN_RUNS - 1, MIN_RUNS - 1 + len(T_95))
    assert list(T_95) == pytest.approx([t.ppf(0.975, n) for n in degrees], abs=1e-6)


def test_the_interval_is_that_of_the_t_distribution():
    found = measure_spread([0.90, 0.92, 0.94])
    assert found.mean == pytest.approx(0.92)
    assert found.std == pytest.approx(0.02)
    assert (found.low, found.high, found.n) == (
        pytest.approx(0.92 - 4.302653 * 0.02 / 3**0.5),
        pytest.approx(0.92 + 4.302653 * 0.02 / 3**0.5),
        3,
    )


def test_from_fewer_than_three_runs_nothing_is_told():
    assert measure_spread([0.9, 0.91]) is None
    assert measure_spread([]) is None


def test_equal_runs_have_no_spread_and_nothing_leaves_0_to_1():
    same = measure_spread([1.0, 1.0, 1.0])
    assert (same.std, same.low, same.high) == (0.0, 1.0, 1.0)
    assert measure_spread([0.8, 1.0, 1.0]).high == 1.0
