"""Named uint8 arrays in a safetensors file: read as memory maps, written all or nothing.

Format: an unsigned 64-bit little-endian header length, a JSON header, the bytes of the arrays
(https://github.com/huggingface/safetensors). Mapping the bytes ourselves lets every process share one copy in
memory and needs no torch.
"""

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from cnnplay.errors import DataError

HEADER_LENGTH_BYTES = 8
MAX_HEADER_BYTES = 1_000_000  # ours are below 4 kB; a larger number is garbage, not a header

ByteArray = npt.NDArray[np.uint8]


def read_arrays(path: Path) -> tuple[dict[str, ByteArray], dict[str, str]]:
    """Map the arrays of a safetensors file into memory.

    Returns:
        The arrays by name (read-only uint8 memory maps of the stored shapes) and the metadata.

    Raises:
        DataError: the file cannot be read, is truncated, is no safetensors file or holds something else than uint8.
    """
    try:
        size = path.stat().st_size
        header, data_start = _read_header(path, size)
        metadata = {str(name): str(value) for name, value in dict(header.pop("__metadata__", {})).items()}
        arrays = {name: _map_array(path, name, entry, data_start, size) for name, entry in header.items()}
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from error
    return arrays, metadata


def write_arrays(path: Path, arrays: Mapping[str, ByteArray], *, metadata: Mapping[str, str]) -> None:
    """Write uint8 arrays of any shape; `path` appears complete or not at all.

    Raises:
        DataError: the folder cannot be written.
    """
    contiguous = {name: np.ascontiguousarray(array, dtype=np.uint8) for name, array in arrays.items()}
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=".part")
        os.close(handle)
        part = Path(name)
        save_file(contiguous, part, metadata=dict(metadata))
        part.chmod(0o644)  # mkstemp gives 0o600, but other users may share the cache
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}).") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _read_header(path: Path, size: int) -> tuple[dict[str, Any], int]:
    with path.open("rb") as file:
        n_bytes = int.from_bytes(file.read(HEADER_LENGTH_BYTES), "little")
        data_start = HEADER_LENGTH_BYTES + n_bytes
        if not 2 <= n_bytes <= MAX_HEADER_BYTES or data_start > size:
            raise _damaged(path, "its header is not that of a safetensors file")
        raw = file.read(n_bytes)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header is not JSON") from error
    if not isinstance(header, dict) or not all(isinstance(entry, dict) for entry in header.values()):
        raise _damaged(path, "its header is not that of a safetensors file")
    return header, data_start


def _map_array(path: Path, name: str, entry: dict[str, Any], data_start: int, size: int) -> ByteArray:
    try:
        dtype, shape = entry["dtype"], tuple(int(n) for n in entry["shape"])
        start, stop = (int(offset) for offset in entry["data_offsets"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(path, f"the entry of {name} in its header is not understood") from error
    if dtype != "U8":
        raise _damaged(path, f"{name} is stored as {dtype}, not as U8")
    if min(shape, default=0) < 1 or start < 0 or stop - start != math.prod(shape):
        raise _damaged(path, f"{name} of shape {shape} does not fit its {stop - start} bytes")
    if data_start + stop > size:
        raise _damaged(path, f"it is truncated: {name} ends at byte {data_start + stop} of {size}")
    return np.memmap(path, dtype=np.uint8, mode="r", offset=data_start + start, shape=shape)


def _damaged(path: Path, reason: str) -> DataError:
    return DataError(f"{path} is damaged ({reason}); delete it and get the data set again.")
