"""From a picture of a digit, drawn, scanned or photographed, to the 28 x 28 image that an MNIST network reads."""

import numpy as np
from PIL import Image

from cnnplay.data.components import Found, find_digit
from cnnplay.data.digit import (
    BOX_PX,
    ONLY_A_DOT,
    SIDE_PX,
    ByteArray,
    PreparedDigit,
    Step,
    centre_by_mass,
    fit_box,
    render,
    squeeze,
)
from cnnplay.data.paper import Float32Array, Paper, resize_longest, separate_ink
from cnnplay.data.thinning import trace_pen
from cnnplay.errors import EmptyDrawingError

TRACE_PX = (128, 192)
"""Bounds of the longer side of the ink whose path is traced."""
MARGIN_SHARE = 0.75
"""Paper around a digit that is looked at again from nearby, as a share of its longer side."""
LONGEST_DOT = 1.1
"""Ink hardly longer than it is wide all over is a dot."""
HALF_INK = 127


def prepare_picture(picture: Image.Image) -> PreparedDigit:
    """Find the digit, trace the pen that wrote it, and draw it again with MNIST's own pen.

    Args:
        picture: of any mode, dark on light or light on dark.

    Returns:
        The 28 x 28 image and five steps.

    Raises:
        EmptyDrawingError: no ink that could be a digit is found.
    """
    whole = separate_ink(picture)
    found = find_digit(whole.ink)
    digit_ink = _cut_out(picture, whole, found)
    mask = np.asarray(resize_longest(digit_ink, TRACE_PX)) > HALF_INK
    path = trace_pen(mask)
    if max(mask.shape) < LONGEST_DOT * 2 * path.deepest_px:
        raise EmptyDrawingError(ONLY_A_DOT)
    fitted = fit_box(np.repeat(path.points[:, None], 2, axis=1))
    with_pen = render(fitted)
    final = render(centre_by_mass(fitted))
    seen = whole.grey if whole.is_light else 255 - whole.grey
    inked = _as_bytes(whole.ink)
    which = (
        f"the largest of {found.n_others + 1}\nnear the middle" if found.n_others else "the ink fills\na box of 20 px"
    )
    steps = (
        Step("Your picture", "squeezed\nto 28 x 28", 255 - whole.grey, squeeze(seen)),
        Step("Ink", "paper and light\ntaken away", inked, squeeze(inked)),
        Step("Cut out", which, np.asarray(digit_ink), _box(digit_ink)),
        Step("Pen width", "drawn again with\nthe pen of MNIST", with_pen, with_pen),
        Step("Centred", "centre of mass\nin the middle", final, final),
    )
    return PreparedDigit(image=final, steps=steps)


def _cut_out(picture: Image.Image, paper: Paper, found: Found) -> Image.Image:
    """The digit's ink alone, from the picture itself where that is finer than what was searched."""
    shrunk = max(picture.size) / max(found.mask.shape)
    if shrunk > 1 and max(found.size) < TRACE_PX[0]:
        left, top, right, bottom = (round(side * shrunk) for side in found.box)
        margin = round(MARGIN_SHARE * max(found.size) * shrunk)
        near = (max(left - margin, 0), max(top - margin, 0))
        far = (min(right + margin, picture.width), min(bottom + margin, picture.height))
        paper = separate_ink(picture.crop((*near, *far)))
        found = find_digit(paper.ink)
    left, top, right, bottom = found.box
    inked = np.where(found.mask_with_edge, _as_bytes(paper.ink), 0).astype(np.uint8)
    return Image.fromarray(inked[top:bottom, left:right])


def _as_bytes(ink: Float32Array) -> ByteArray:
    return np.round(np.clip(ink, 0.0, 1.0) * 255).astype(np.uint8)


def _box(ink: Image.Image) -> ByteArray:
    small = resize_longest(ink, (round(BOX_PX), round(BOX_PX)))
    out = Image.new("L", (SIDE_PX, SIDE_PX))
    out.paste(small, ((SIDE_PX - small.width) // 2, (SIDE_PX - small.height) // 2))
    return np.asarray(out)
