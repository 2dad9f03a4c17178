"""Groups of seeds: every test against scipy or statsmodels."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import tt_ind_solve_power

from cnnplay.evaluation.seeds import MOST_SEEDS, holm, one_against_group, seeds_to_settle, welch

ACCURACIES = st.integers(8000, 10_000).map(lambda n_right: n_right / 10_000)
GROUPS = st.lists(ACCURACIES, min_size=2, max_size=8).filter(lambda group: len(set(group)) > 1)


@given(GROUPS, GROUPS)
def test_welch_is_that_of_scipy(a, b):
    ours, theirs = welch(a, b), stats.ttest_ind(a, b, equal_var=False)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-6)
    assert (ours.low, ours.high) == pytest.approx(theirs.confidence_interval(), abs=1e-9)


@given(GROUPS, GROUPS)
def test_swapping_the_groups_changes_the_sign_and_nothing_else(a, b):
    one, other = welch(a, b), welch(b, a)
    assert other.p_value == pytest.approx(one.p_value)
    assert (other.value, other.low, other.high) == pytest.approx((-one.value, -one.high, -one.low))
    assert 0 <= one.p_value <= 1
    assert one.low <= one.value <= one.high


@given(ACCURACIES, GROUPS)
def test_one_run_is_held_against_a_further_seed_of_the_group(one, group):
    found = one_against_group(one, group)
    # a t-test of a group of one, whose spread is taken to be that of the other
    t = (one - np.mean(group)) / (np.std(group, ddof=1) * math.sqrt((len(group) + 1) / len(group)))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), len(group) - 1), rel=1e-6)
    assert (found.p_value < 0.05) == (not found.low <= 0 <= found.high)


def test_five_runs_in_a_hundred_seem_to_differ_from_seeds_of_their_own_recipe():
    runs = np.random.default_rng(0).normal(0.9, 0.01, (4000, 4))
    found = [one_against_group(run[0], list(run[1:])).p_value < 0.05 for run in runs]
    assert np.mean(found) == pytest.approx(0.05, abs=0.012)


@pytest.mark.parametrize(("other", "p_value"), [(0.9, 1.0), (0.8, 0.0)])
def test_seeds_that_all_came_to_the_same_do_not_break_it(other, p_value):
    for found in (welch([0.9, 0.9], [other, other]), one_against_group(0.9, [other, other])):
        assert found.value == found.low == found.high == pytest.approx(0.9 - other)
        assert found.p_value == p_value


@given(st.lists(st.floats(0, 1), min_size=1, max_size=45))
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm_of_nothing_is_nothing():
    assert holm([]) == ()


@given(st.floats(0.2, 4), st.floats(0.0005, 0.02))
def test_as_many_seeds_are_asked_for_as_by_statsmodels(effect, std):
    needed = seeds_to_settle(effect * std, std, std)
    assert needed == math.ceil(tt_ind_solve_power(effect_size=effect, alpha=0.05, power=0.8) - 1e-6)


def test_a_smaller_difference_takes_more_seeds_until_it_takes_too_many():
    needed = [seeds_to_settle(difference, 0.004, 0.002) for difference in (0.02, 0.01, 0.003, 0.001)]
    assert all(more > fewer for fewer, more in pairwise(needed))
    assert seeds_to_settle(0.0001, 0.004, 0.002) is None
    assert seeds_to_settle(0.0, 0.004, 0.002) is None
    assert seeds_to_settle(0.001, 0.0, 0.0) == 2
    assert max(needed) <= MOST_SEEDS
