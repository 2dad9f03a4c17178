"""Files of digits as pen strokes, one JSON object a line, as they come from a writing tablet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cnnplay.data.digit import PreparedDigit
from cnnplay.data.drawing import DEFAULT_BRUSH_PX, DEFAULT_CANVAS_PX, prepare_pixels, prepare_strokes
from cnnplay.data.strokes import Strokes, canvas_from_strokes, draw_strokes, strokes_from_canvas
from cnnplay.errors import EmptyDrawingError, InputError

TABLET_PX = 500
"""Side of the box that the coordinates of a file lie in."""
FARTHEST_PX = 1e6
N_CLASSES = 10
Source = Literal["strokes", "pixels"]


@dataclass(frozen=True, slots=True)
class PenDigit:
    """One line of a file: the line's number from 1, the digit meant, polylines in the 500 x 500 box of the tablet."""

    line: int
    label: int
    strokes: Strokes


def read_pen_digits(path: Path) -> list[PenDigit]:
    """Read a file of pen strokes.

    Each line is `{"label": 8, "strokes": [[[x, y], ...], ...]}`, x to the right, y down; other fields are passed over.

    Returns:
        One entry a line that is not blank, in order.

    Raises:
        InputError: there is no such file, a line is not of this form (the message names it), or no line is there.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): name a .jsonl file of pen strokes.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a text file: a .jsonl file of pen strokes is expected.") from error
    digits = [_read_line(number, text, path) for number, text in enumerate(lines, start=1) if text.strip()]
    if not digits:
        raise InputError(f"{path} is empty: one JSON object with label and strokes is expected on each line.")
    return digits


def _read_line(number: int, text: str, path: Path) -> PenDigit:
    try:
        record = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}, line {number}: not JSON; an object with label and strokes is expected.") from error
    if not isinstance(record, Mapping):
        raise InputError(f"{path}, line {number}: not an object; each line must hold label and strokes.")
    label = record.get("label")
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < N_CLASSES:
        raise InputError(f"{path}, line {number}: label is {str(label)[:20]!r}; a digit from 0 to 9 is expected.")
    strokes = _read_strokes(record.get("strokes"))
    if strokes is None:
        raise InputError(
            f"{path}, line {number}: strokes must be a list of lists of [x, y] in numbers below a million."
        )
    return PenDigit(line=number, label=label, strokes=strokes)


def _read_strokes(value: Any) -> Strokes | None:
    if not isinstance(value, list) or not all(isinstance(stroke, list) and stroke for stroke in value):
        return None
    points = [point for stroke in value for point in stroke]
    if not points or not all(_is_point(point) for point in points):
        return None
    return tuple(np.array(stroke, dtype=np.float64) for stroke in value)


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < FARTHEST_PX for n in value)
    )


def prepare_pen_digit(
    digit: PenDigit, *, brush_px: float = DEFAULT_BRUSH_PX, source: Source = "strokes"
) -> PreparedDigit | None:
    """Send a digit down the Draw page's own path, as if it had been drawn on a 280 x 280 canvas with that brush.

    Args:
        digit: strokes in the box of the tablet.
        brush_px: width of the pen in canvas pixels.
        source: "strokes" goes through the canvas's own JSON; "pixels" draws white on black and takes the path of an
            uploaded picture.

    Returns:
        The prepared digit, or None where there is nothing to read.
    """
    scale = DEFAULT_CANVAS_PX / TABLET_PX
    drawn = strokes_from_canvas(canvas_from_strokes([stroke * scale for stroke in digit.strokes], brush_px=brush_px))
    try:
        if source == "strokes":
            return prepare_strokes(drawn, brush_px=brush_px, canvas_px=DEFAULT_CANVAS_PX)
        return prepare_pixels(draw_strokes(drawn, brush_px=brush_px, canvas_px=DEFAULT_CANVAS_PX))
    except EmptyDrawingError:
        return None


def load_pen_images(
    path: Path, *, brush_px: float = DEFAULT_BRUSH_PX, source: Source = "strokes"
) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.uint8]]]:
    """Prepare a whole file for training: images (N, 1, 28, 28) uint8 and labels (N,) uint8; empty drawings left out."""
    images, labels = [], []
    for digit in read_pen_digits(path):
        prepared = prepare_pen_digit(digit, brush_px=brush_px, source=source)
        if prepared is not None:
            images.append(prepared.image)
            labels.append(digit.label)
    return np.stack(images)[:, None], np.array(labels, dtype=np.uint8)
