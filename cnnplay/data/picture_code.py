"""A small picture as text for an address: a drawing can be shared without being stored anywhere."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import numpy as np
from numpy.typing import NDArray

from cnnplay.errors import InputError

ByteArray = NDArray[np.uint8]
SHAPES: tuple[tuple[int, int, int], ...] = ((1, 28, 28), (3, 32, 32))
_LEVEL = 9
_DAMAGED = "The picture in the address is damaged. Copy the whole address, or choose another picture."


def encode_picture(image: ByteArray) -> str:
    """Letters, digits, "-" and "_": some 300 of them for a digit, some 4,000 for a photo.

    Args:
        image: uint8 of one of `SHAPES`.

    Raises:
        InputError: another shape.
    """
    if image.shape not in SHAPES:
        raise InputError(f"A picture of shape {image.shape} fits into no address. Its shape must be one of {SHAPES}.")
    return urlsafe_b64encode(zlib.compress(np.ascontiguousarray(image).tobytes(), _LEVEL)).decode().rstrip("=")


def decode_picture(text: str) -> ByteArray:
    """The inverse of `encode_picture`: (C, H, W) uint8.

    Raises:
        InputError: the text is none, or not whole.
    """
    sizes = {int(np.prod(shape)): shape for shape in SHAPES}
    unpacker = zlib.decompressobj()
    try:
        packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        raw = unpacker.decompress(packed, max(sizes) + 1)  # whatever it claims to be, no more is unpacked
    except (zlib.error, ValueError) as error:
        raise InputError(_DAMAGED) from error
    if not unpacker.eof or len(raw) not in sizes:
        raise InputError(_DAMAGED)
    return np.frombuffer(raw, np.uint8).reshape(sizes[len(raw)])
