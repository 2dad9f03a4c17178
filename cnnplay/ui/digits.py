"""From what lies on the canvas, strokes and perhaps a test digit under them, to what a digit reader is given."""

from typing import TYPE_CHECKING

import numpy as np

from cnnplay.data.strokes import Strokes, draw_strokes
from cnnplay.errors import EmptyDrawingError
from cnnplay.ui.samples import SampleDigit

if TYPE_CHECKING:
    from cnnplay.data.digit import PreparedDigit

MARGIN_SHARE = 0.2
"""Paper around a test digit that is drawn on, in canvas widths: ink at the edge of a photo is rarely the digit."""
PROMPT = "Draw a digit from 0 to 9"


def prepare(strokes: Strokes, *, sample: SampleDigit | None, brush_px: int, canvas_px: int) -> "PreparedDigit":
    """Prepare the drawing; a test digit alone is already what the networks were trained on and stays as it is.

    Raises:
        EmptyDrawingError: there is nothing to read.
        InputError: the strokes cannot be read.
    """
    if sample is None and not strokes:
        raise EmptyDrawingError(PROMPT)
    # Imported with the first stroke, if not yet by the warm-up: scipy would hold up the first page.
    from cnnplay.data.digit import PreparedDigit, Step
    from cnnplay.data.drawing import prepare_pixels, prepare_strokes

    if sample is None:
        return prepare_strokes(strokes, brush_px=brush_px, canvas_px=canvas_px)
    if not strokes:
        step = Step(sample.title, sample.caption, sample.image, sample.image)
        return PreparedDigit(image=sample.image, steps=(step,))
    paper = np.asarray(sample.on_paper(canvas_px))
    ink = draw_strokes(strokes, brush_px=brush_px, canvas_px=canvas_px)
    drawn = np.minimum(paper, 255 - ink)
    return prepare_pixels(np.pad(drawn, round(MARGIN_SHARE * canvas_px), constant_values=drawn.max()))
