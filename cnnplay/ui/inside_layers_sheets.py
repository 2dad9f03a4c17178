"""Many small pictures as one: a sheet that every tile shows its own part of, and the colours of values."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnplay.inference.inside.maps import lay_out
from cnnplay.ui.pictures import INK, PAPER, ByteArray

COLUMNS = 16
"""Of a sheet; the tiles on the page stand in as many as fit."""
NEGATIVE, POSITIVE = (37, 99, 235), (232, 89, 12)
"""Blue and orange of the theme, with white for zero between them."""
WHITE = 255


def shade(values: NDArray[np.floating], *, signed: bool) -> ByteArray:
    """Colours of values.

    Args:
        values: in 0..1, or in -1..1 where they are signed; what is beyond is cut off.
        signed: from blue over white to orange, else from paper to ink.

    Returns:
        uint8 of the same shape, with an axis for the colours where values are signed.
    """
    if not signed:
        grey: ByteArray = np.round(PAPER + (INK - PAPER) * np.clip(values, 0, 1)).astype(np.uint8)
        return grey
    size = np.abs(np.clip(values, -1, 1))[..., None]
    ends = np.where(values[..., None] < 0, np.array(NEGATIVE), np.array(POSITIVE))
    coloured: ByteArray = np.round(WHITE + (ends - WHITE) * size).astype(np.uint8)
    return coloured


def sheet_style(name: str, tiles: ByteArray, width_px: int) -> str:
    """A style sheet that gives elements of this class the tiles as background; which one, `tile_style` says.

    Args:
        name: of the class.
        tiles: (N, H, W) or (N, H, W, 3) uint8.
        width_px: of a tile on the page.
    """
    n, height, width = tiles.shape[:3]
    columns = min(COLUMNS, n)
    height_px = round(width_px * height / width)
    size = f"width:{width_px}px;height:{height_px}px;--w:{width_px}px;--h:{height_px}px"
    return (
        f"<style>.{name}{{{size};background-image:url({exact_address(lay_out(tiles, columns))});"
        f"background-size:{columns * width_px}px auto}}</style>"
    )


def exact_address(picture: ByteArray) -> str:
    """A picture (H, W) or (H, W, 3) as a `data:` address: PNG, however large it is, for every value counts."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode("ascii")


def tile_style(place: int, n_tiles: int) -> str:
    """The value of a `style` attribute: the part of the sheet at a place.

    Args:
        place: of the tile in the sheet.
        n_tiles: in the whole sheet.
    """
    row, column = divmod(place, min(COLUMNS, n_tiles))
    return f"--x:{column};--y:{row}"


def whole_px(width: int, target_px: int) -> int:
    """The width on the page nearest to the target at which every value of a map is as wide as every other."""
    return width * max(1, round(target_px / width))


def ramp_words(low: float, high: float, *, signed: bool) -> str:
    """HTML of the scale: its ends in numbers, its colours between them."""
    kind = "cp-ramp-signed" if signed else "cp-ramp"
    zero = "<span>0</span>" if signed else ""
    return f'<span class="cp-scale"><span>{low:.3g}</span><i class="{kind}">{zero}</i><span>{high:.3g}</span></span>'


def current(is_chosen: bool) -> str:
    """Attributes of a tile that can be picked: Tab comes to the chosen one alone, from there it is N and P."""
    return ' aria-current="true"' if is_chosen else ' tabindex="-1"'
