"""Feature maps as one sheet: order, scales and silence."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnplay.inference.inside.maps import ORDERS, SCALES, arrange, lay_out

MAPS = np.stack([np.full((2, 2), value, np.float32) for value in (1, 0, 4, 2)])
MAPS[3, 0, 0] = 9
stacks = arrays.arrays(
    np.float32,
    st.tuples(*[st.integers(1, 5)] * 3),
    elements=st.floats(-(2**20), 2**20, width=32, allow_subnormal=False),
)


def test_maps_stand_by_number_mean_or_largest_value() -> None:
    assert list(arrange(MAPS).order) == [0, 1, 2, 3]
    assert list(arrange(MAPS, order="mean").order) == [2, 3, 0, 1]
    assert list(arrange(MAPS, order="largest").order) == [3, 2, 0, 1]


def test_one_scale_compares_maps_and_own_scales_fill_them() -> None:
    assert arrange(MAPS).shown[0].max() == np.float32(1 / 9)
    own = arrange(MAPS, scale="own").shown
    assert [each.max() for each in own] == [1, 0, 1, 1]


def test_a_map_of_zeros_is_silent_and_nothing_else_is() -> None:
    assert list(arrange(MAPS).silent) == [False, True, False, False]
    assert not arrange(MAPS).signed
    assert arrange(-MAPS).signed


@given(stacks)
def test_zero_stays_zero_and_nothing_leaves_the_scale(values: np.ndarray) -> None:
    for order in ORDERS:
        for scale in SCALES:
            maps = arrange(values, order=order, scale=scale)
            assert sorted(maps.order) == list(range(len(values)))
            assert np.abs(maps.shown).max() <= 1
            assert np.array_equal(maps.shown == 0, values == 0) or np.abs(values[values != 0]).min() < 1e-30


def test_what_is_no_number_is_shown_as_zero() -> None:
    assert not np.isnan(arrange(np.full((2, 3, 3), np.nan, np.float32)).shown).any()


def test_tiles_are_laid_out_row_by_row() -> None:
    tiles = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 3), np.uint8)
    sheet = lay_out(tiles, 3)
    assert sheet.shape == (4, 9)
    assert sheet[::2, ::3].tolist() == [[0, 1, 2], [3, 4, 0]]
    assert lay_out(np.zeros((2, 4, 4, 3), np.uint8), 2).shape == (4, 8, 3)
