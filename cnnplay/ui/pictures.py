"""Pictures inside HTML: arrays as PNG data addresses, so that a step costs no request of its own."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ByteArray = NDArray[np.uint8]
EXACT_UP_TO_PX = 64
"""Pictures up to this side are shown with their pixels visible."""
PAPER, INK = 252, 28
"""Grey values of the canvas's paper and ink, so that steps look like the drawing they come from."""


def as_paper(ink: ByteArray) -> ByteArray:
    """White-on-black ink (H, W) uint8 as dark ink on the canvas's paper."""
    return np.round(PAPER + (INK - PAPER) * (ink / 255)).astype(np.uint8)


def kernel_pictures(kernels: NDArray[np.float32]) -> list[ByteArray]:
    """Kernels (N, C, h, w), of 1 or 3 channels, as (h, w) or (h, w, 3) pictures: 0 is middle grey, all on one scale."""
    largest = float(np.abs(kernels).max()) or 1.0
    shown = np.round(127.5 + 127.5 * kernels / largest).astype(np.uint8)
    return [picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0)) for picture in shown]


def data_address(image: ByteArray | Image.Image) -> str:
    """A (H, W) or (H, W, 3) uint8 image as a `data:` address: small ones exactly, as PNG, photos as JPEG."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    kind = "JPEG" if picture.mode == "RGB" and max(picture.size) > EXACT_UP_TO_PX else "PNG"
    options = {"quality": 85} if kind == "JPEG" else {"compress_level": 1}
    buffer = BytesIO()
    picture.save(buffer, format=kind, **options)
    return f"data:image/{kind.lower()};base64," + b64encode(buffer.getvalue()).decode("ascii")
