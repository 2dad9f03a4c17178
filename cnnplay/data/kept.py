"""Arrays that take long to make: made once, and from then on read from the app's own folder."""

import hashlib
from collections.abc import Callable, Mapping

from cnnplay.data.arrayfile import ByteArray, read_arrays, write_arrays
from cnnplay.settings import home_dir

DIGEST_CHARS = 16


def read_or_make(
    name: str, make: Callable[[], Mapping[str, ByteArray]], *, follows_from: bytes, source: str
) -> dict[str, ByteArray]:
    """The arrays of that name, as they were made at the first call.

    Args:
        name: what they are, for the file's name.
        make: makes them.
        follows_from: everything that decides what is made; other bytes are other arrays.
        source: where they come from, for the file's metadata.

    Returns:
        Read-only memory maps, shared by all who read them.

    Raises:
        DataError: the folder cannot be written, or the file is damaged.
    """
    digest = hashlib.sha256(follows_from).hexdigest()[:DIGEST_CHARS]
    path = home_dir() / "data" / f"{name}-{digest}.safetensors"
    if not path.exists():
        write_arrays(path, make(), metadata={"source": source})
    return read_arrays(path)[0]
