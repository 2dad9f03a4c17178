"""Two networks on the same pictures: the test against scipy and statsmodels, the interval against theory."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from statsmodels.stats.contingency_tables import mcnemar as reference

from cnnplay.evaluation.paired import (
    POWER,
    Z_POWER,
    PairTable,
    count_pairs,
    difference_interval,
    images_to_settle,
    mcnemar,
)

COUNTS = st.integers(0, 400)
TABLES = st.builds(PairTable, COUNTS, COUNTS, COUNTS, COUNTS).filter(lambda table: table.n > 0)


def swapped(table):
    return PairTable(table.n_both, table.n_only_b, table.n_only_a, table.n_neither)


def test_pictures_are_sorted_by_who_read_them():
    labels = np.array([0, 0, 1, 1, 2, 2])
    a, b = np.array([0, 0, 1, 2, 0, 2]), np.array([1, 1, 1, 1, 0, 2])
    table = count_pairs(a, b, labels)
    assert table == PairTable(n_both=2, n_only_a=2, n_only_b=1, n_neither=1)
    assert table.n == 6
    assert table.difference == pytest.approx((a == labels).mean() - (b == labels).mean())


@given(TABLES)
def test_the_test_is_that_of_scipy_and_statsmodels(table):
    square = [[table.n_both, table.n_only_a], [table.n_only_b, table.n_neither]]
    assert mcnemar(table) == pytest.approx(reference(square, exact=True).pvalue)
    n = table.n_only_a + table.n_only_b
    if n:
        assert mcnemar(table) == pytest.approx(binomtest(table.n_only_a, n).pvalue)


@given(TABLES)
def test_swapping_the_networks_changes_the_sign_and_nothing_else(table):
    assert mcnemar(swapped(table)) == mcnemar(table)
    assert images_to_settle(swapped(table)) == images_to_settle(table)
    low, high = difference_interval(table, n_resamples=200)
    assert difference_interval(swapped(table), n_resamples=200) == pytest.approx((-high, -low))


@given(TABLES)
def test_p_is_a_probability_and_the_interval_covers_the_difference(table):
    assert 0 <= mcnemar(table) <= 1
    low, high = difference_interval(table, n_resamples=2000)
    assert -1 <= low <= table.difference <= high <= 1


def test_without_a_difference_there_is_nothing_to_find():
    same = PairTable(90, 0, 0, 10)
    assert (mcnemar(same), difference_interval(same), images_to_settle(same)) == (1.0, (0.0, 0.0), None)


def test_the_interval_is_about_that_of_theory_and_repeatable():
    table = PairTable(9000, 420, 350, 230)
    a, b, n = table.n_only_a, table.n_only_b, table.n
    error = math.sqrt(a + b - (a - b) ** 2 / n) / n
    expected = table.difference - 1.96 * error, table.difference + 1.96 * error
    assert difference_interval(table) == pytest.approx(expected, abs=0.1 * error)
    assert difference_interval(table) == difference_interval(table)
    resampled = np.random.default_rng(0).choice([1, -1, 0], (2000, n), p=[a / n, b / n, 1 - (a + b) / n]).mean(1)
    assert difference_interval(table) == pytest.approx(np.quantile(resampled, [0.025, 0.975]), abs=0.15 * error)


@given(TABLES)
def test_what_would_settle_it_is_more_than_did_not(table):
    assume(table.n_only_a + table.n_only_b > 5)
    needed = images_to_settle(table)
    assert needed is None or needed > table.n or mcnemar(table) < 0.05


@pytest.mark.parametrize("table", [PairTable(9000, 300, 270, 430), PairTable(700, 60, 40, 200)])
def test_so_many_pictures_find_the_difference_four_times_out_of_five(table):
    assert norm.ppf(POWER) == pytest.approx(Z_POWER)
    needed = images_to_settle(table)
    shares = np.array([table.n_only_a, table.n_only_b, table.n_both + table.n_neither]) / table.n
    draws = np.random.default_rng(0).multinomial(needed, shares, size=2000)
    found = [mcnemar(PairTable(int(same), int(a), int(b), 0)) < 0.05 for a, b, same in draws]
    assert np.mean(found) == pytest.approx(POWER, abs=0.035)
