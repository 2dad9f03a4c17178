import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.data.digit import BOX_PX, PEN_PX, ByteArray, centre_by_mass, centre_of_mass, fit_box, render
from cnnplay.data.store import load_dataset
from cnnplay.data.strokes import FloatArray

coordinates = st.floats(-500, 500)
paths = (
    st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=15)
    .map(lambda points: np.array(points, dtype=np.float64))
    .filter(lambda points: np.ptp(points, axis=0).max() > 1)
    .map(lambda points: np.stack([points[:-1], points[1:]], axis=1))
)


def middle_row_width(digit: ByteArray) -> float:
    return float(digit[14].sum()) / 255


@pytest.mark.parametrize("pen_px", [1.5, PEN_PX, 4.0, 7.0])
def test_a_line_is_drawn_as_wide_as_the_pen(pen_px: float) -> None:
    upright = np.array([[[14.0, 4.0], [14.0, 24.0]]])
    assert middle_row_width(render(upright, pen_px=pen_px)) == pytest.approx(pen_px, abs=0.12)


def test_a_line_between_pixels_is_drawn_evenly() -> None:
    widths = [middle_row_width(render(np.array([[[x, 4.0], [x, 24.0]]]))) for x in np.linspace(14, 15, 11)]
    assert max(widths) - min(widths) < 0.25


def test_a_point_is_a_disc() -> None:
    dot = render(np.full((1, 2, 2), 14.0), pen_px=6.0)
    assert dot.sum() / 255 == pytest.approx(np.pi * 9, rel=0.03)
    assert (dot == dot.T).all()


@given(paths)
def test_the_ink_fills_the_box_along_its_longer_side(path: FloatArray) -> None:
    ys, xs = np.nonzero(render(fit_box(path)) > 127)
    longer = max(np.ptp(ys), np.ptp(xs)) + 1
    assert BOX_PX - 2 <= longer <= BOX_PX + 1


@given(paths)
def test_the_box_keeps_proportions(path: FloatArray) -> None:
    before, after = np.ptp(path, axis=(0, 1)), np.ptp(fit_box(path), axis=(0, 1))
    assert np.allclose(before / before.max(), after / after.max(), atol=1e-6)


@given(paths)
def test_the_centre_of_mass_comes_to_the_middle(path: FloatArray) -> None:
    centred = render(centre_by_mass(fit_box(path)))
    border = np.concatenate([centred[0], centred[-1], centred[:, 0], centred[:, -1]])
    if not border.any():  # ink that would leave the image is cut off, and the rest has another centre
        assert np.abs(centre_of_mass(centred) - 14).max() < 0.1


def test_the_pen_leaves_as_much_ink_as_real_digits_have() -> None:
    digits = load_dataset("mnist-5k").train_images[:1000, 0]
    ink = digits[digits > 0]
    real = (ink >= 250).mean()
    angle = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([14 + 5 * np.cos(angle), 14 + 8 * np.sin(angle)], axis=1)
    drawn = render(np.stack([ring[:-1], ring[1:]], axis=1))
    assert (drawn[drawn > 0] >= 250).mean() == pytest.approx(real, abs=0.08)
