"""Pen strokes: what the drawing canvas returns, flattened to polylines and drawn at any pen width.

Strokes are a tuple of (n, 2) float64 arrays, n >= 1: points in drawing order, x to the right, y down, in pixels.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnnplay.errors import InputError

FloatArray = NDArray[np.float64]
ByteArray = NDArray[np.uint8]
Strokes = tuple[FloatArray, ...]

FLATTEN_STEP_PX = 2.0
"""Mean piece of a flattened curve: a tenth of the default brush, far below what a pen can bend."""
MAX_POINTS = 50_000
"""More than an hour of scribbling; what goes beyond is refused rather than left to fill the memory."""
SUPERSAMPLING = 2
"""Each canvas pixel is drawn as 2 x 2: five grey levels on an edge, as close as a browser's own smoothing."""
DECIMATE_PX = 0.4
FABRIC_VERSION = "7.4.0"
_ORIGINS = {"left": 0.5, "top": 0.5, "center": 0.0, "right": -0.5, "bottom": -0.5}
_N_NUMBERS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}


def strokes_from_canvas(json_data: Mapping[str, Any] | None) -> Strokes:
    """Flatten the freehand paths of a drawing canvas.

    Args:
        json_data: what streamlit-drawable-canvas 0.13 returns as `json_data` with drawing_mode="freedraw": fabric.js 7
            objects of type "Path". Objects of other types are passed over; None is an empty canvas.

    Returns:
        One polyline a path, in canvas pixels; a single click is a polyline shorter than 0.1 px.

    Raises:
        InputError: a path is malformed.
    """
    strokes: list[FloatArray] = []
    for item in (json_data or {}).get("objects", ()):
        if str(item.get("type", "")).lower() == "path" and item.get("path"):
            pieces = _flatten(item["path"])
            strokes.extend(_place(pieces, item))
    if sum(map(len, strokes)) > MAX_POINTS:
        raise InputError(f"The drawing has more than {MAX_POINTS:,} points: clear it and draw one digit.")
    return tuple(strokes)


def _flatten(path: Sequence[Sequence[Any]]) -> list[FloatArray]:
    """Polylines of a path: every command becomes a cubic Bezier curve, and all are evaluated at once."""
    curves: list[list[FloatArray]] = []
    begins: list[int] = []
    at = start = np.zeros(2)
    for name, *numbers in path:
        if len(numbers) != _N_NUMBERS.get(name, -1) or not all(_is_number(n) for n in numbers):
            raise InputError(
                f"The drawing holds the path command {str(name)[:10]!r}, which cannot be read: draw again."
            )
        points = [at, *np.array(numbers, dtype=np.float64).reshape(-1, 2)]
        if name == "M":
            at = start = points[1]
            begins.append(len(curves))
            points = [at, at]
        elif name == "Z":
            points = [at, start]
        curves.append(_as_cubic(points))
        at = points[-1]
    flat, of_curve = _evaluate(np.array(curves))
    return [piece for piece in np.split(flat, np.searchsorted(of_curve, begins[1:])) if len(piece)]


def _as_cubic(points: list[FloatArray]) -> list[FloatArray]:
    """Raise the degree of a Bezier curve to three."""
    first, last = points[0], points[-1]
    if len(points) == 2:
        return [first, (2 * first + last) / 3, (first + 2 * last) / 3, last]
    if len(points) == 3:
        return [first, (first + 2 * points[1]) / 3, (last + 2 * points[1]) / 3, last]
    return points


def _evaluate(cubics: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Points along (k, 4, 2) curves, each without its first, and the number of the curve each belongs to."""
    lengths = np.sqrt((np.diff(cubics, axis=1) ** 2).sum(axis=2)).sum(axis=1)
    counts = np.maximum(1, np.ceil(lengths / FLATTEN_STEP_PX).astype(np.intp))
    of_curve = np.repeat(np.arange(len(cubics)), counts)
    within = np.arange(len(of_curve)) - np.repeat(np.cumsum(counts) - counts, counts)
    t = ((within + 1) / counts[of_curve])[:, None]
    a, b, c, d = np.moveaxis(cubics[of_curve], 1, 0)
    u = 1 - t
    return u**3 * a + 3 * u**2 * t * b + 3 * u * t**2 * c + t**3 * d, of_curve


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6


def _place(pieces: list[FloatArray], item: Mapping[str, Any]) -> Iterator[FloatArray]:
    """Move path coordinates to the canvas: fabric draws a path around the centre of its bounding box."""
    every = np.concatenate(pieces)
    low, high = every.min(axis=0), every.max(axis=0)
    middle = (low + high) / 2
    scale = np.array([_number(item, "scaleX", 1.0), _number(item, "scaleY", 1.0)])
    flip = np.array([-1.0 if item.get("flipX") else 1.0, -1.0 if item.get("flipY") else 1.0])
    angle = np.deg2rad(_number(item, "angle", 0.0))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    size = (high - low + _number(item, "strokeWidth", 0.0)) * scale
    origin = np.array([_ORIGINS.get(str(item.get(key)), 0.0) for key in ("originX", "originY")])
    position = np.array([_number(item, "left", middle[0]), _number(item, "top", middle[1])])
    centre = position + (origin * size) @ turn
    for piece in pieces:
        yield ((piece - middle) * scale * flip) @ turn + centre


def _number(item: Mapping[str, Any], key: str, default: float) -> float:
    value = item.get(key, default)
    return float(value) if _is_number(value) else default


def canvas_from_strokes(strokes: Sequence[FloatArray], *, brush_px: float) -> dict[str, Any]:
    """What the canvas returns when these points are drawn on it: the brush smooths a path through their midpoints.

    Args:
        strokes: (n, 2) points of the pen in canvas pixels; the inverse of `strokes_from_canvas` up to that smoothing.
        brush_px: width of the pen in canvas pixels.

    Returns:
        The `json_data` of the canvas, with one object of type "Path" a stroke.
    """
    objects = []
    for stroke in strokes:
        path = _brush_path(_decimate(stroke), end_px=brush_px / 1000)
        flat = np.concatenate(_flatten(path))
        low, high = flat.min(axis=0), flat.max(axis=0)
        left, top = ((low + high) / 2).tolist()
        width, height = (high - low).tolist()
        placed = {"originX": "center", "originY": "center", "left": left, "top": top, "width": width, "height": height}
        pen = {"fill": None, "stroke": "#000000", "strokeWidth": brush_px, "strokeLineCap": "round"}
        objects.append({"type": "Path", "version": FABRIC_VERSION, **placed, **pen, "path": path})
    return {"version": FABRIC_VERSION, "objects": objects}


def _decimate(stroke: FloatArray) -> FloatArray:
    """Drop points nearer than 0.4 px to the last one kept, and the last but one, as fabric's PencilBrush does."""
    if len(stroke) <= 2:
        return stroke if len(stroke) == 2 else np.repeat(stroke, 2, axis=0)
    kept = [stroke[0]]
    for point in stroke[1:-2]:
        if ((point - kept[-1]) ** 2).sum() >= DECIMATE_PX**2:
            kept.append(point)
    return np.array([*kept, stroke[-1]])


def _brush_path(points: FloatArray, *, end_px: float) -> list[list[Any]]:
    """Path commands of fabric's `getSmoothPathFromPoints`: each point bends the curve between two midpoints."""
    first, last = points[0] - (end_px, 0), points[-1] + (end_px, 0)
    bends = [
        ["Q", *here.tolist(), *((here + after) / 2).tolist()]
        for here, after in pairwise(points)
        if (here != after).any()
    ]
    return [["M", *first.tolist()], *bends, ["L", *last.tolist()]]


def draw_strokes(strokes: Strokes, *, brush_px: float, canvas_px: int) -> ByteArray:
    """Draw strokes as a canvas shows them: round caps and joints, smoothed edges.

    Args:
        strokes: polylines in canvas pixels.
        brush_px: width of the pen, in canvas pixels.
        canvas_px: side of the square canvas.

    Returns:
        (canvas_px, canvas_px) uint8, 0 paper, 255 ink.
    """
    side = canvas_px * SUPERSAMPLING
    image = Image.new("L", (side, side))
    pen = ImageDraw.Draw(image)
    radius = brush_px * SUPERSAMPLING / 2
    for stroke in strokes:
        _draw_line(pen, stroke * SUPERSAMPLING, radius)
    return np.asarray(image.reduce(SUPERSAMPLING))


def _draw_line(pen: ImageDraw.ImageDraw, points: FloatArray, radius: float) -> None:
    for x, y in points.tolist():
        pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)
    if len(points) > 1:
        pen.line((points - 0.5).ravel().tolist(), fill=255, width=round(2 * radius))


def resample(strokes: Strokes, *, step: float) -> Strokes:
    """Place points at even distances of at most `step` along each stroke; ends stay where they are."""
    out = []
    for stroke in strokes:
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
        n = max(1, int(np.ceil(along[-1] / step)))
        at = np.linspace(0.0, along[-1], n + 1)
        out.append(np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1))
    return tuple(out)


def segments_of(strokes: Strokes) -> FloatArray:
    """(m, 2, 2) float64: the start and the end of each piece of the strokes; a stroke of one point is one piece."""
    pieces = [stroke if len(stroke) > 1 else np.repeat(stroke, 2, axis=0) for stroke in strokes]
    return np.concatenate([np.stack([piece[:-1], piece[1:]], axis=1) for piece in pieces])
