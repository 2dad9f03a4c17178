"""From a drawing to the 28 x 28 image that an MNIST network reads, with every step kept to be shown."""

import numpy as np
from PIL import Image

from cnnplay.data.digit import (
    BOX_PX,
    ONLY_A_DOT,
    ByteArray,
    PreparedDigit,
    Step,
    centre_by_mass,
    fit_box,
    render,
    squeeze,
)
from cnnplay.data.strokes import FloatArray, Strokes, draw_strokes, resample, segments_of
from cnnplay.errors import EmptyDrawingError

DEFAULT_BRUSH_PX = 20
DEFAULT_CANVAS_PX = 280
SMALLEST_SHARE = 0.03
"""A drawing whose longer side is less than this share of the canvas is a dot, not a digit."""
SPECK_SHARE = 0.06
"""A stroke smaller than this share of the whole drawing is a slip of the pen."""
MAX_PIECES = 1000
"""A scribble is drawn in no more pieces than this, which takes some milliseconds."""
N_PIECES = 40
"""The longer side of a drawing is this many pieces of its path: half a pixel each, once it is in its 20 px box."""


def prepare_strokes(
    strokes: Strokes, *, brush_px: float = DEFAULT_BRUSH_PX, canvas_px: int = DEFAULT_CANVAS_PX
) -> PreparedDigit:
    """Prepare a digit drawn with a pen; the result does not depend on the brush, the place or the size of the drawing.

    Args:
        strokes: polylines in canvas pixels.
        brush_px: width of the pen that the user saw, in canvas pixels; it matters for the pictures of the steps alone.
        canvas_px: side of the square canvas.

    Returns:
        The 28 x 28 image and four steps.

    Raises:
        EmptyDrawingError: nothing was drawn, or no more than a dot.
    """
    visible = _clip(strokes, canvas_px)
    lines = _drop_specks(visible, canvas_px)
    drawn = draw_strokes(visible, brush_px=brush_px, canvas_px=canvas_px)
    scaled_brush = brush_px * BOX_PX / (_extent(lines) + brush_px)
    path = segments_of(resample(lines, step=max(_extent(lines) / N_PIECES, _length(lines) / MAX_PIECES)))
    fitted = fit_box(path)
    with_brush = render(fit_box(path, pen_px=scaled_brush), pen_px=scaled_brush)
    with_pen = render(fitted)
    image = render(centre_by_mass(fitted))
    steps = (
        Step("Your drawing", f"squeezed to 28 x 28\nfrom {canvas_px} x {canvas_px}", drawn, squeeze(drawn)),
        Step("Cut out", "the ink fills\na box of 20 px", with_brush, with_brush),
        Step("Pen width", "drawn again with\nthe pen of MNIST", with_pen, with_pen),
        Step("Centred", "centre of mass\nin the middle", image, image),
    )
    return PreparedDigit(image=image, steps=steps)


def prepare_pixels(image: Image.Image | ByteArray) -> PreparedDigit:
    """Prepare a picture of a digit: a drawing, a scan or a photo, dark on light or light on dark.

    Args:
        image: a Pillow image of any mode, or (H, W), (H, W, 3) or (H, W, 4) uint8.

    Returns:
        The 28 x 28 image and five steps.

    Raises:
        EmptyDrawingError: no ink that could be a digit is found.
    """
    from cnnplay.data.picture import prepare_picture  # with scipy: half a second that pen strokes need not wait for

    return prepare_picture(image if isinstance(image, Image.Image) else Image.fromarray(image))


def _clip(strokes: Strokes, canvas_px: int) -> Strokes:
    """Leave out what lies beyond the canvas, where no ink was seen; a stroke that leaves and returns becomes two."""
    pieces: list[FloatArray] = []
    for stroke in strokes:
        inside = ((stroke >= 0) & (stroke <= canvas_px)).all(axis=1)
        cuts = np.flatnonzero(np.diff(inside.astype(np.int8))) + 1
        parts = zip(np.split(stroke, cuts), np.split(inside, cuts), strict=True)
        pieces.extend(part for part, seen in parts if seen[0])
    return tuple(pieces)


def _extent(lines: Strokes) -> float:
    every = np.concatenate(lines)
    return float(np.ptp(every, axis=0).max())


def _length(lines: Strokes) -> float:
    return sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)


def _drop_specks(strokes: Strokes, canvas_px: int) -> Strokes:
    if not strokes:
        raise EmptyDrawingError("Nothing is drawn yet: draw a digit from 0 to 9.")
    longest = max(_extent((stroke,)) for stroke in strokes)
    if longest < SMALLEST_SHARE * canvas_px:
        raise EmptyDrawingError(ONLY_A_DOT)
    return tuple(stroke for stroke in strokes if _extent((stroke,)) >= SPECK_SHARE * longest)
