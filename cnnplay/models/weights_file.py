"""The header of a safetensors file: read with suspicion, for files come from strangers too, and without torch.

Format: an unsigned 64-bit little-endian length, a JSON header of that length, the bytes of the tensors
(https://github.com/huggingface/safetensors).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cnnplay.errors import CheckpointError

MAX_BYTES = 200_000_000
"""Of a whole file: five times the largest network here in single precision."""
MAX_HEADER_BYTES = 1_000_000
MAX_TENSORS = 4_000
MAX_DIMENSIONS = 8
ITEM_BYTES = {"F16": 2, "BF16": 2, "F32": 4}
"""What weights may be stored as, and the bytes of one number."""
_LENGTH_BYTES = 8
_PICKLES = (b"PK\x03\x04", b"\x80")


@dataclass(frozen=True)
class WeightsHeader:
    """What a file of weights holds.

    Attributes:
        shapes: of the tensors, by name.
        metadata: what the file says of itself.
        entries: the tensors' part of the JSON header, as it stands in the file.
        data_start: where the bytes of the tensors begin.
    """

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str]
    entries: Mapping[str, Any]
    data_start: int


def read_header(path: Path) -> WeightsHeader:
    """Reads and checks the header; whatever passes is whole, and no larger than a network here can be.

    Raises:
        CheckpointError: there is no such file, or it is empty, too large, truncated, a pickle, or anything else than
            floating-point weights.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_LENGTH_BYTES)
            data_start = _LENGTH_BYTES + int.from_bytes(start, "little")
            _check_start(path, start, size, data_start)
            raw = file.read(data_start - _LENGTH_BYTES)
    except FileNotFoundError:
        raise CheckpointError(f"There are no weights at {path}. Train the network, or give another path.") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror or error}).") from error
    entries = _parse(path, raw)
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        _refuse(path, "its metadata is not text")
    if len(entries) > MAX_TENSORS:
        _refuse(path, f"it holds {len(entries):,} tensors, and {MAX_TENSORS:,} are the most")
    ranges = sorted(_check_entry(path, name, entry) for name, entry in entries.items())
    if [start for start, _ in ranges] != [0, *(stop for _, stop in ranges)][: len(ranges)]:
        _refuse(path, "its tensors overlap, or leave gaps")
    if (stop := data_start + (ranges[-1][1] if ranges else 0)) != size:
        _refuse(path, f"it should have {stop:,} bytes, and has {size:,}")
    shapes = {name: tuple(entry["shape"]) for name, entry in entries.items()}
    return WeightsHeader(shapes, metadata, entries, data_start)


def with_metadata(path: Path, metadata: Mapping[str, str]) -> bytes:
    """The same file with other metadata; the tensors stay as they are, to the last bit.

    Raises:
        CheckpointError: as `read_header`, or the metadata is too long.
    """
    header = read_header(path)
    text = json.dumps({"__metadata__": dict(metadata), **header.entries}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)  # tensors begin at a multiple of eight bytes
    if len(text) > MAX_HEADER_BYTES:
        raise CheckpointError(f"{len(text):,} bytes are too long for a header; {MAX_HEADER_BYTES:,} are the most.")
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + path.read_bytes()[header.data_start :]


def _check_start(path: Path, start: bytes, size: int, data_start: int) -> None:
    if not size:
        raise CheckpointError(f"{path} is empty. Give a .safetensors file.")
    if size > MAX_BYTES:
        raise CheckpointError(f"{path} has {size / 1e6:,.0f} MB, and {MAX_BYTES / 1e6:.0f} MB are the most.")
    if start.startswith(_PICKLES) and data_start > size:
        raise CheckpointError(
            f"{path} is a pickle, as torch.save writes it, and opening one can run any code. "
            "Save the weights with safetensors."
        )
    if not _LENGTH_BYTES + 2 <= data_start <= min(size, MAX_HEADER_BYTES + _LENGTH_BYTES):
        _refuse(path, "its header is truncated, too long or none at all")


def _parse(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError):
        _refuse(path, "its header is not JSON")
    if not isinstance(header, dict):
        _refuse(path, "its header is not a table")
    return header


def _check_entry(path: Path, name: str, entry: Any) -> tuple[int, int]:
    """The first byte of a tensor and the first one past it."""
    try:
        kind, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
        numbers = [*shape, start, stop]
    except (KeyError, TypeError, ValueError):
        _refuse(path, "its header is not that of a safetensors file")
    if kind not in ITEM_BYTES:
        _refuse(path, f"a tensor is stored as {str(kind)[:20]}, and only {', '.join(ITEM_BYTES)} are taken")
    if not all(type(number) is int and 0 <= number <= MAX_BYTES for number in numbers) or len(shape) > MAX_DIMENSIONS:
        _refuse(path, f"the shape of {name[:60]!r} is not possible")
    if stop - start != math.prod(shape) * ITEM_BYTES[kind]:
        _refuse(path, f"the shape of {name[:60]!r} does not fit its bytes")
    return start, stop


def _refuse(path: Path, reason: str) -> NoReturn:
    raise CheckpointError(f"{path} is not a readable safetensors file of weights ({reason}). Fetch it again.")
