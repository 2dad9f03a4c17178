"""A zip of class folders, from a stranger: read in memory with suspicion, refused whole at the first thing that is odd.

Nothing is ever extracted to a disk. What a refusal says names the entry and what is allowed.
"""

import re
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from cnnplay.data.arrayfile import ByteArray
from cnnplay.data.own_making import MAX_PICTURES, SHAPES, Kind, Labelled, check_counts, tidy_name
from cnnplay.data.photo import crop_square, open_photo, shrink_to_32
from cnnplay.errors import EmptyDrawingError, InputError

LAYOUT = "one folder for each class, with JPEG, PNG or WEBP pictures in it and nothing else"
MAX_ZIP_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 400_000_000
"""Of all entries together; pictures hardly shrink in a zip."""
MAX_ENTRY_BYTES = 50_000_000
MAX_ENTRIES = 12_000
"""macOS adds one of its own to each picture."""
MAX_RATIO = 100
"""Unpacked to packed size of one entry; above 64 KB nothing but a bomb or an empty sheet comes near."""
RATIO_FROM_BYTES = 65_536
MAX_SECONDS = 600.0
"""That all pictures together may take to be read."""
MAX_SHOWN_CHARS = 80
_ENTRY_RECORD = b"PK\x01\x02"
_JUNK = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
_ENCRYPTED, _UTF8 = 0x1, 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
)


@dataclass(frozen=True)
class _Entry:
    info: zipfile.ZipInfo
    path: tuple[str, ...]

    @property
    def shown(self) -> str:
        return _shown("/".join(self.path))


def read_class_zip(data: bytes, *, kind: Kind, on_progress: Callable[[int, int], None] | None = None) -> Labelled:
    """Read a zip of class folders.

    Args:
        data: the file.
        kind: "photos" go the way of the Photo page (the middle square, shrunk), "drawings" that of the Draw page.
        on_progress: told how many pictures are done and how many there are.

    Returns:
        The pictures in the order of the classes, which are sorted by name.

    Raises:
        InputError: anything is odd; nothing is kept.
    """
    if len(data) > MAX_ZIP_BYTES:
        raise InputError(f"The zip has {len(data) / 1e6:.0f} MB; at most {MAX_ZIP_BYTES / 1e6:.0f} MB are read.")
    if data.count(_ENTRY_RECORD) > MAX_ENTRIES:  # before a table of them is built
        raise InputError(f"The zip has more than {MAX_ENTRIES:,} entries. At most {MAX_PICTURES:,} pictures are read.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            classes, labelled = _sort_into_classes(_list_entries(archive))
            images = _read_pictures(archive, [entry for entry, _ in labelled], kind=kind, on_progress=on_progress)
    except _UNREADABLE as error:
        raise InputError(f"The file is no zip that can be read ({_shown(str(error))}). Zip {LAYOUT}.") from error
    return Labelled(images, np.array([label for _, label in labelled], np.uint8), classes)


def _list_entries(archive: zipfile.ZipFile) -> list[_Entry]:
    """All entries but the junk of macOS and Windows, looked at without reading any."""
    entries, seen, n_bytes = [], set(), 0
    for info in archive.infolist():
        entry = _Entry(info, _safe_path(info))
        if _is_junk(entry.path):
            continue
        _check_entry(entry)
        name = "/".join(entry.path).casefold()
        if name in seen:
            raise InputError(f"{entry.shown} is in the zip twice. Give each picture a name of its own.")
        seen.add(name)
        n_bytes += info.file_size
        if n_bytes > MAX_UNPACKED_BYTES:
            raise InputError(
                f"With {entry.shown} the zip unpacks to over {MAX_UNPACKED_BYTES / 1e6:.0f} MB. Shrink the pictures."
            )
        entries.append(entry)
    return entries


def _safe_path(info: zipfile.ZipInfo) -> tuple[str, ...]:
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):  # macOS writes UTF-8 without saying so
            name = name.encode("cp437").decode("utf-8")
    parts = name.removesuffix("/").split("/")
    if not name.isprintable() or "\\" in name or re.match("[A-Za-z]:", name) or {"", ".", ".."} & set(parts):
        raise InputError(f"The zip has an entry {_shown(name)!r}, a name that leads elsewhere. Zip {LAYOUT}.")
    return tuple(parts)


def _is_junk(path: tuple[str, ...]) -> bool:
    return path[-1].startswith("._") or any(part.casefold() in _JUNK for part in path)


def _check_entry(entry: _Entry) -> None:
    info, mode = entry.info, entry.info.external_attr >> 16
    if info.flag_bits & _ENCRYPTED:
        raise InputError(f"{entry.shown} is encrypted. Make a zip without a password.")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError(f"{entry.shown} is a link or a device, not a file. Zip {LAYOUT}.")
    if info.compress_type not in _METHODS:
        raise InputError(f"{entry.shown} is packed in a way that is not read. Make a plain zip (store or deflate).")
    if info.file_size > MAX_ENTRY_BYTES:
        raise InputError(
            f"{entry.shown} unpacks to {info.file_size / 1e6:.0f} MB; a picture has at most "
            f"{MAX_ENTRY_BYTES / 1e6:.0f} MB. Shrink it."
        )
    if info.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * info.compress_size):
        raise InputError(f"{entry.shown} unpacks to more than {MAX_RATIO} times its size, as no photo does.")


def _sort_into_classes(entries: list[_Entry]) -> tuple[tuple[str, ...], list[tuple[_Entry, int]]]:
    """The classes, sorted by name, and the pictures with the number of their class; one folder around all may be."""
    tops = {entry.path[0] for entry in entries}
    files = [entry for entry in entries if not entry.info.is_dir()]
    n_around = int(len(tops) == 1 and bool(files) and all(len(entry.path) > 2 for entry in files))
    folders: dict[str, str] = {}
    pictures: list[tuple[_Entry, str]] = []
    for entry in entries:
        path = entry.path[n_around:]
        if entry.info.is_dir() and not path:
            continue
        if len(path) != 2 - entry.info.is_dir():
            where = "outside of any class folder" if len(path) < 2 else "too deep"
            raise InputError(f"{entry.shown} lies {where}. Zip {LAYOUT}.")
        name = tidy_name(path[0], f"The folder of {entry.shown}: a class")
        if folders.setdefault(name.casefold(), path[0]) != path[0]:
            raise InputError(f"{entry.shown}: two folders have the same name, {name}. Give each class its own.")
        if not entry.info.is_dir():
            pictures.append((entry, name))
    classes = tuple(sorted({name for _, name in pictures}, key=str.casefold))
    empty = folders.keys() - {name.casefold() for name in classes}
    if empty:
        raise InputError(f"The folder {_shown(folders[min(empty)])} is empty. Put pictures into it, or leave it out.")
    check_counts(classes, [sum(name == each for _, each in pictures) for name in classes])
    numbers = {name: i for i, name in enumerate(classes)}
    labelled = [(entry, numbers[name]) for entry, name in pictures]
    return classes, sorted(labelled, key=lambda pair: (pair[1], pair[0].path))


def _read_pictures(
    archive: zipfile.ZipFile, entries: list[_Entry], *, kind: Kind, on_progress: Callable[[int, int], None] | None
) -> ByteArray:
    images = np.empty((len(entries), *SHAPES[kind]), np.uint8)
    deadline = time.monotonic() + MAX_SECONDS
    for i, entry in enumerate(entries):
        images[i] = _prepare(_read_entry(archive, entry), entry, kind)
        if on_progress:
            on_progress(i + 1, len(entries))
        if time.monotonic() > deadline:
            raise InputError(
                f"Reading took longer than {MAX_SECONDS / 60:.0f} minutes and was given up at {entry.shown}. "
                "Use fewer or smaller pictures."
            )
    return images


def _read_entry(archive: zipfile.ZipFile, entry: _Entry) -> bytes:
    try:
        with archive.open(entry.info) as file:
            return file.read(MAX_ENTRY_BYTES)  # it ends at the size that was checked, and compares the CRC there
    except _UNREADABLE as error:
        raise InputError(f"{entry.shown} is damaged in the zip ({_shown(str(error))}). Make the zip again.") from error


def _prepare(data: bytes, entry: _Entry, kind: Kind) -> ByteArray:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise InputError(f"{entry.shown} is no JPEG, PNG or WEBP picture by its content. Zip {LAYOUT}.")
    picture = open_photo(data, entry.shown)
    if kind == "photos":
        return shrink_to_32(crop_square(picture, 0.5, 0.5, 1.0))
    from cnnplay.data.drawing import prepare_pixels

    try:
        return prepare_pixels(picture).image[None]
    except EmptyDrawingError:
        raise InputError(f"{entry.shown} shows no drawing that stands out from its paper. Leave it out.") from None


def _shown(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= MAX_SHOWN_CHARS else f"...{printable[3 - MAX_SHOWN_CHARS :]}"
