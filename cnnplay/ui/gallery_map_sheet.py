"""The map of the test set with the pictures themselves in place of points: one for each spot."""

from base64 import b64encode
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnplay.figures.gallery_map import N_CELLS, Points, cell_middles, into_cells
from cnnplay.ui.gallery_change import as_shown

FRAME_PX = 2
FRAME = (0xE8, 0x59, 0x0C)
"""Orange, round those that are read wrongly."""
GAP_PX = 1
QUALITY = 80


def draw_sheet(points: Points, images: npt.NDArray[np.uint8]) -> tuple[Points, str]:
    """Puts pictures that do not cover each other on one sheet; those read wrongly are framed.

    Args:
        points: of which those that are shown are drawn.
        images: (N, C, H, W) uint8, in which the tokens of the points are indices.

    Returns:
        The points that are drawn, in the middle of their pictures, with those that are not shown; and the address of
        the sheet.
    """
    shown, others = np.flatnonzero(points.is_shown), np.flatnonzero(~points.is_shown)
    chosen, cells = into_cells(points.xy[shown])
    at = np.concatenate([shown[chosen], others])
    side = max(images.shape[2:]) + 2 * (FRAME_PX + GAP_PX)
    sheet = np.zeros((N_CELLS * side, N_CELLS * side, 4), np.uint8)
    for place, (row, column) in zip(at, cells, strict=False):
        picture = as_shown(np.asarray(images[points.tokens[place]]))
        framed = points.is_wrong is not None and bool(points.is_wrong[place])
        _put(sheet, picture, int(row) * side, int(column) * side, framed=framed)
    drawn = Points(
        xy=np.concatenate([cell_middles(cells), points.xy[others]]),
        labels=points.labels[at],
        is_wrong=None if points.is_wrong is None else points.is_wrong[at],
        words=[points.words[place] for place in at],
        tokens=points.tokens[at],
        is_shown=points.is_shown[at],
    )
    return drawn, _address(sheet)


def _address(sheet: npt.NDArray[np.uint8]) -> str:
    """As WebP: with colours and a clear ground, PNG would be five times as large."""
    buffer = BytesIO()
    Image.fromarray(sheet).save(buffer, format="WEBP", quality=QUALITY, method=0)
    return "data:image/webp;base64," + b64encode(buffer.getvalue()).decode("ascii")


def _put(sheet: npt.NDArray[np.uint8], picture: npt.NDArray[np.uint8], top: int, left: int, *, framed: bool) -> None:
    height, width = picture.shape[:2]
    if framed:
        outer = slice(top + GAP_PX, top + GAP_PX + 2 * FRAME_PX + height)
        sheet[outer, left + GAP_PX : left + GAP_PX + 2 * FRAME_PX + width] = (*FRAME, 255)
    top, left = top + GAP_PX + FRAME_PX, left + GAP_PX + FRAME_PX
    place = sheet[top : top + height, left : left + width]
    place[..., :3] = picture[..., None] if picture.ndim == 2 else picture
    place[..., 3] = 255
