"""Drawing fewer points loses neither the ends nor a peak."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.figures.downsample import FEWEST, MAX_POINTS, kept_indices

VALUES = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=400)


@given(VALUES, st.integers(FEWEST, 60))
def test_few_points_are_kept_and_the_ends_and_extremes_are_among_them(ys: list[float | None], most: int) -> None:
    kept = kept_indices(ys, most)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()
    if ys:
        assert kept[0] == 0
        assert kept[-1] == len(ys) - 1
    known = [y for y in ys if y is not None]
    shown = [ys[i] for i in kept if ys[i] is not None]
    if known:
        assert min(shown) == min(known)
        assert max(shown) == max(known)


@given(VALUES)
def test_a_short_curve_stays_as_it_is(ys: list[float | None]) -> None:
    assert kept_indices(ys, max(FEWEST, len(ys))).tolist() == list(range(len(ys)))


def test_a_single_spike_in_a_long_curve_survives() -> None:
    ys = np.sin(np.linspace(0, 40, 100_000))
    ys[61_803] = 9.0
    kept = kept_indices(ys)
    assert len(kept) <= MAX_POINTS
    assert 61_803 in kept


def test_a_curve_without_a_single_number_keeps_its_ends() -> None:
    assert set(kept_indices([math.nan] * 50, 10).tolist()) >= {0, 49}


def test_fewer_than_the_ends_and_one_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        kept_indices([1.0], 3)
