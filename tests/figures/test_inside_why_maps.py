"""Maps keep their zero white and their signs apart."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.figures.inside_why_maps import (
    AGAINST,
    FOR,
    lay_over,
    paint,
    paint_difference,
    paint_signs,
    scale_of,
)


@given(st.integers(0, 10_000))
def test_zero_is_white_and_colours_follow_the_sign(seed: int) -> None:
    values = np.random.default_rng(seed).integers(-3, 4, (4, 5)).astype(np.float32)
    painted = paint(values).astype(int)
    assert (painted[values == 0] == 255).all()
    red_less_blue = painted[..., 0] - painted[..., 2]
    assert (np.sign(red_less_blue) == np.sign(values)).all()
    if values.any():
        full = painted[np.abs(values) == scale_of(values)]
        assert {tuple(each) for each in full} <= {AGAINST, FOR}


def test_the_strength_goes_from_the_picture_to_the_map() -> None:
    values = np.array([[1.0, -1.0]], np.float32)
    picture = np.array([[0, 200]], np.uint8)
    assert (lay_over(values, picture, strength=0)[..., 0] == picture).all()
    assert (lay_over(values, picture, strength=1) == paint(values)).all()
    coloured = np.stack([picture] * 3, -1)
    assert (lay_over(values, coloured, strength=0.5) == lay_over(values, picture, strength=0.5)).all()


def test_a_push_that_is_nothing_shows_nothing() -> None:
    assert (paint_signs(np.ones((1, 2, 2), np.int8), strength=0) == 255).all()
    assert (paint_signs(np.ones((1, 2, 2), np.int8), strength=3) == FOR).all()
    assert np.ptp(paint_signs(np.ones((3, 2, 2), np.int8), strength=0)) == 0
    assert paint_signs(np.array([1, 0, -1], np.int8).reshape(3, 1, 1), strength=2).tolist() == [[[255, 128, 0]]]


def test_a_difference_shows_ink_that_came_and_ink_that_went() -> None:
    before, after = np.array([[[0, 255, 9]]], np.uint8), np.array([[[255, 0, 9]]], np.uint8)
    assert paint_difference(before, after).tolist() == [[list(FOR), list(AGAINST), [255] * 3]]
    photo = np.full((3, 1, 2), 100, np.uint8)
    edited = photo.copy()
    edited[:, 0, 1] = (255, 0, 0)
    shown = paint_difference(photo, edited)
    assert shown[0, 1].tolist() == [255, 0, 0]
    assert len(set(shown[0, 0].tolist())) == 1
