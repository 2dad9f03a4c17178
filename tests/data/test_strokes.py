import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from cnnplay.data.strokes import (
    FLATTEN_STEP_PX,
    Strokes,
    canvas_from_strokes,
    draw_strokes,
    resample,
    segments_of,
    strokes_from_canvas,
)
from cnnplay.errors import InputError

# What streamlit-drawable-canvas 0.13 returned for a line drawn with the mouse and for a click, recorded in Chromium.
LINE = {
    "type": "Path",
    "version": "7.4.0",
    "originX": "center",
    "originY": "center",
    "left": 100,
    "top": 85,
    "width": 100.04,
    "height": 50.04,
    "fill": None,
    "stroke": "#1c1b19",
    "strokeWidth": 20,
    "strokeLineCap": "round",
    "strokeLineJoin": "round",
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "flipX": False,
    "flipY": False,
    "skewX": 0,
    "skewY": 0,
    "path": [
        ["M", 49.98, 59.98],
        ["Q", 50, 60, 55, 62.5],
        ["Q", 60, 65, 65, 67.5],
        ["Q", 70, 70, 75, 72.5],
        ["Q", 130, 100, 140, 105],
        ["L", 150.02, 110.02],
    ],
}
CLICK = {
    "type": "Path",
    "originX": "center",
    "originY": "center",
    "left": 200,
    "top": 200,
    "width": 0.04,
    "height": 0,
    "strokeWidth": 20,
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "path": [["M", 199.98, 200], ["L", 200.02, 200]],
}

points = st.tuples(st.floats(0, 280), st.floats(0, 280))
drawings = st.lists(st.lists(points, min_size=1, max_size=12), min_size=1, max_size=4).map(
    lambda drawn: tuple(np.array(stroke, dtype=np.float64) for stroke in drawn)
)


def one_path(**changes: Any) -> Strokes:
    return strokes_from_canvas({"version": "7.4.0", "objects": [{**LINE, **changes}]})


def test_a_recorded_drawing_becomes_dense_polylines_on_the_canvas() -> None:
    line, click = strokes_from_canvas({"objects": [LINE, CLICK]})
    assert np.allclose(line[0], (49.98, 59.98))
    assert np.allclose(line[-1], (150.02, 110.02))
    assert np.hypot(*np.diff(line, axis=0).T).max() <= 2 * FLATTEN_STEP_PX
    assert np.allclose(click, (200, 200), atol=0.03)


@pytest.mark.parametrize("nothing", [None, {}, {"objects": []}, {"objects": [{"type": "Rect", "left": 3}]}])
def test_a_canvas_without_paths_has_no_strokes(nothing: dict[str, Any] | None) -> None:
    assert strokes_from_canvas(nothing) == ()


def test_a_moved_path_moves() -> None:
    (moved,), (line,) = one_path(left=110, top=80), one_path()
    assert np.allclose(moved, line + np.array((10, -5)))


def test_a_path_held_by_its_corner_counts_the_pen_as_part_of_it() -> None:
    (held,), (line,) = one_path(originX="left", originY="top", left=100 - 60.02, top=85 - 35.02), one_path()
    assert np.allclose(held, line, atol=0.01)


def test_a_scaled_flipped_and_turned_path_goes_around_its_middle() -> None:
    (line,) = one_path()
    (scaled,), (flipped,), (turned,) = one_path(scaleX=2, scaleY=2), one_path(flipX=True), one_path(angle=90)
    middle = np.array([100.0, 85.0])
    assert np.allclose(scaled, (line - middle) * 2 + middle)
    assert np.allclose(flipped, (line - middle) * (-1, 1) + middle)
    assert np.allclose(turned, (line - middle)[:, ::-1] * (-1, 1) + middle)


def test_curves_of_both_kinds_and_closing_lines_are_followed() -> None:
    path = [["M", 0, 0], ["C", 0, 40, 40, 40, 40, 0], ["L", 40, -20], ["Z"], ["M", 5, 5], ["L", 8, 5]]
    loop, dash = one_path(path=path, left=20, top=5)
    assert np.allclose(loop[-1], loop[0])
    assert np.isclose(loop[:, 1].max(), 30, atol=0.05)  # a cubic reaches three quarters of its controls' height
    assert np.allclose(dash, [(5, 5), (6.5, 5), (8, 5)])


@pytest.mark.parametrize(
    "path",
    [
        [["M", 0, 0], ["A", 1, 1]],
        [["M", 0]],
        [["M", 0, 0], ["L", "a", 3]],
        [["M", 0, 0], ["L", float("nan"), 3]],
        [["M", 0, 0], ["L", 1e9, 3]],
        [["M", 0, 0], ["Q", True, 1, 2, 3]],
    ],
)
def test_a_malformed_path_is_refused(path: list[list[Any]]) -> None:
    with pytest.raises(InputError, match="path command"):
        one_path(path=path)


def test_endless_scribbling_is_refused() -> None:
    path = [["M", 0, 0], *(["L", 280 * (k % 2), 0] for k in range(400))]
    with pytest.raises(InputError, match="50,000 points"):
        strokes_from_canvas({"objects": [{"type": "Path", "path": path}]})


@given(drawings)
def test_a_drawing_survives_the_way_to_the_canvas_and_back(drawing: Strokes) -> None:
    sent = json.loads(json.dumps(canvas_from_strokes(drawing, brush_px=20)))
    returned = strokes_from_canvas(sent)
    assert len(returned) == len(drawing)
    for before, after in zip(drawing, returned, strict=True):
        assert np.abs(after[0] - before[0]).max() <= 0.0201
        assert np.abs(after[-1] - before[-1]).max() <= 0.0201
        assert (after >= before.min(axis=0) - 0.0201).all()
        assert (after <= before.max(axis=0) + 0.0201).all()


def test_the_brush_smooths_as_fabric_does() -> None:
    recorded = [["Q", 50, 60, 55, 62.5], ["Q", 60, 65, 65, 67.5]]
    sent = canvas_from_strokes([np.array([(50, 60), (60, 65), (70, 70), (80, 75), (90, 80)], dtype=float)], brush_px=20)
    assert sent["objects"][0]["path"][1:3] == recorded


def test_a_dot_is_a_disc_of_the_brush_around_its_point() -> None:
    drawn = draw_strokes((np.array([[40.0, 60.0]]),), brush_px=20, canvas_px=100)
    ys, xs = np.nonzero(drawn > 127)
    assert (xs.min(), xs.max() + 1, ys.min(), ys.max() + 1) == (30, 50, 50, 70)
    assert drawn.sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.03)


@pytest.mark.parametrize("brush_px", [5, 12, 20, 28])
def test_a_line_has_the_brushs_width_and_round_caps(brush_px: int) -> None:
    drawn = draw_strokes((np.array([[40.0, 100.0], [160.0, 100.0]]),), brush_px=brush_px, canvas_px=200) / 255
    assert drawn[:, 100].sum() == pytest.approx(brush_px, abs=0.6)
    assert drawn.sum() == pytest.approx(120 * brush_px + np.pi * brush_px**2 / 4, rel=0.06)


def test_a_slanted_line_is_as_wide_as_a_level_one() -> None:
    drawn = draw_strokes((np.array([[30.0, 40.0], [170.0, 150.0]]),), brush_px=14, canvas_px=200)
    depth = ndimage.distance_transform_edt(drawn > 127)
    assert depth.max() == pytest.approx(7, abs=0.8)


@given(drawings, st.floats(0.5, 40))
def test_resampling_keeps_ends_and_stays_on_the_line(drawing: Strokes, step: float) -> None:
    for before, after in zip(drawing, resample(drawing, step=step), strict=True):
        assert np.allclose(after[0], before[0])
        assert np.allclose(after[-1], before[-1])
        assert np.hypot(*np.diff(after, axis=0).T).max() <= step + 1e-9
        assert (after >= before.min(axis=0) - 1e-9).all()
        assert (after <= before.max(axis=0) + 1e-9).all()


def test_segments_join_the_points_of_each_stroke_and_no_others() -> None:
    segments = segments_of((np.array([[0.0, 0], [1, 0], [1, 1]]), np.array([[5.0, 5]])))
    assert segments.tolist() == [[[0, 0], [1, 0]], [[1, 0], [1, 1]], [[5, 5], [5, 5]]]
