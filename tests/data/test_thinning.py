import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cnnplay.data.strokes import Strokes, draw_strokes, resample
from cnnplay.data.thinning import BoolArray, thin, trace_pen
from tests.data.glyphs import GLYPHS, arc, line, place

SKELETON_PX = 1
EVERY_SIDE = np.ones((3, 3))
masks = st.lists(st.integers(0, 2**12 - 1), min_size=12, max_size=12).map(
    lambda rows: np.pad(np.array([[row >> k & 1 for k in range(12)] for row in rows], dtype=bool), 1)
)


def n_holes(mask: BoolArray) -> int:
    return int(ndimage.label(~mask)[1]) - 1


def drawn(strokes: Strokes, brush_px: float) -> BoolArray:
    return draw_strokes(strokes, brush_px=brush_px, canvas_px=280) > 127


def farthest(points: np.ndarray, others: np.ndarray) -> float:
    return float(np.sqrt(((points[:, None] - others[None]) ** 2).sum(axis=2).min(axis=1)).max())


@settings(max_examples=60)
@given(masks)
def test_thinning_keeps_what_hangs_together_and_adds_nothing(mask: BoolArray) -> None:
    lines = thin(mask)
    assert not (lines & ~mask).any()
    # A block of 2 x 2 alone is the one thing that Zhang and Suen's rule wipes out.
    assert ndimage.label(lines, structure=EVERY_SIDE)[1] <= ndimage.label(mask, structure=EVERY_SIDE)[1]
    assert (thin(lines) == lines).all()


@pytest.mark.parametrize(("digit", "holes"), [(0, 1), (1, 0), (2, 0), (3, 0), (6, 1), (7, 0), (8, 2)])
def test_the_thinned_digit_has_its_loops(digit: int, holes: int) -> None:
    ink = drawn(place(GLYPHS[digit], scale=2, x=40, y=40), 14)
    lines = thin(ink)
    assert n_holes(lines) == n_holes(ink) == holes
    assert ndimage.distance_transform_edt(lines).max() <= 2


@pytest.mark.parametrize("brush_px", [6, 12, 20, 28])
@pytest.mark.parametrize("digit", [0, 1, 2, 5, 7])
def test_the_pen_is_found_again(digit: int, brush_px: int) -> None:
    strokes = place(GLYPHS[digit], scale=2, x=40, y=40)
    path = trace_pen(drawn(strokes, brush_px))
    assert 2 * path.radius_px == pytest.approx(brush_px, abs=2.5)
    truth = np.concatenate(resample(strokes, step=1.0))
    assert farthest(path.points, truth) < 0.3 * brush_px + 1.5  # in the corners that the pen closed
    assert farthest(truth, path.points) < 0.35 * brush_px + 2


def test_a_loop_that_ran_full_stays_full_and_its_stem_thin() -> None:
    loop = (arc(140, 140, 11, 11, 0, 360), line((151, 140), (151, 240)))
    ink = drawn(loop, 28)
    assert n_holes(ink) == 0
    path = trace_pen(ink)
    x, y = path.points.T
    assert np.ptp(x[y < 150]) > 14
    assert np.ptp(x[y > 165]) < 3


def test_a_full_oval_is_no_line() -> None:
    path = trace_pen(drawn((arc(140, 140, 9, 20, 0, 360),), 28))
    width, _ = np.ptp(path.points, axis=0)
    assert width > 4 * SKELETON_PX


def test_a_fat_short_line_stays_a_line() -> None:
    path = trace_pen(drawn((line((140, 120), (150, 165)),), 28))
    assert 2 * path.radius_px == pytest.approx(28, abs=2.5)
    along = path.points - path.points.mean(axis=0)
    assert np.linalg.svd(along, compute_uv=False)[1] / np.sqrt(len(along)) < 2


def test_a_crossing_is_no_loop() -> None:
    cross = (line((60, 60), (220, 220)), line((220, 60), (60, 220)))
    points = trace_pen(drawn(cross, 28)).points
    assert np.hypot(*(points - 140).T).min() < 2


def test_a_rough_edge_makes_no_spurs() -> None:
    ink = drawn((line((60, 140), (220, 140)),), 24)
    ink[126, 80:200:9] = True
    ink[155, 85:200:7] = True
    points = trace_pen(ink).points
    assert np.abs(points[:, 1] - 140).max() < 3
