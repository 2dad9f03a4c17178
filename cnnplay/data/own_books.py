"""Books of drawings: what was drawn in the app for each class, stroke by stroke, before it is a data set.

A book is a log, `book-<8 hex>.jsonl`: one line for each drawing, each new class and each drawing taken back, added at
once, so that a refresh of the page loses nothing. A data set is made of it when it is to be trained on.
"""

import json
import re
import secrets
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnplay.data.arrayfile import ByteArray
from cnnplay.data.own import delete_files, is_deleted, own_path, restore_files, states_of
from cnnplay.data.own_making import (
    MAX_CLASSES,
    MAX_PICTURES,
    MIN_CLASSES,
    SHAPES,
    Labelled,
    Made,
    make_own_set,
    tidy_name,
)
from cnnplay.data.store import own_data_dir
from cnnplay.data.strokes import Strokes
from cnnplay.errors import DataError, InputError

BOOK_PREFIX = "book-"
MAX_BOOK_BYTES = 100_000_000
_KEY = re.compile(BOOK_PREFIX + "[0-9a-f]{8}")


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing: its id, the name of its class, and what a network sees of it, (1, 28, 28) uint8, 255 ink."""

    id: str
    label: str
    image: ByteArray


@dataclass(frozen=True, eq=False)
class Book:
    """The drawings of a book as they are now, the oldest first; `made_at` in seconds since 1970."""

    key: str
    title: str
    classes: tuple[str, ...]
    drawings: tuple[Drawing, ...]
    made_at: float

    @property
    def counts(self) -> dict[str, int]:
        """Number of drawings of each class, in the order of the classes."""
        return {name: sum(drawing.label == name for drawing in self.drawings) for name in self.classes}


def book_path(key: str) -> Path:
    """Where the file of a book is, or would be.

    Raises:
        InputError: that is no key of a book.
    """
    if not _KEY.fullmatch(key):
        raise InputError(f"{key[:40]!r} is no key of a book of drawings: {BOOK_PREFIX} and 8 hexadecimal digits.")
    return own_data_dir() / f"{key}.jsonl"


def create_book(title: str, classes: Sequence[str]) -> Book:
    """Begin a book.

    Raises:
        InputError: a name that cannot be, two classes of one name, or fewer than two.
        DataError: the folder cannot be written.
    """
    key = BOOK_PREFIX + secrets.token_hex(4)
    names: list[str] = []
    for name in classes:
        names.append(_new_class(name, names))
    if len(names) < MIN_CLASSES:
        raise InputError(f"Got {len(names)} class{'' if len(names) == 1 else 'es'}. Name at least {MIN_CLASSES}.")
    first = {"title": tidy_name(title, "The set"), "made_at": time.time()}
    _add_lines(key, first, *({"class": name} for name in names))
    return read_book(key)


def read_book(key: str) -> Book:
    """A book as it is now.

    Raises:
        InputError: there is none of this key, or its file is damaged.
    """
    path = book_path(key)
    try:
        found = path.stat()
        return _read(path, found.st_size, found.st_mtime_ns)
    except FileNotFoundError:
        raise InputError(f"The drawings {key} are not here: they were deleted, or made on another machine.") from None
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise InputError(f"The drawings {key} cannot be read ({error}). Delete {path} and draw again.") from error


def list_books() -> tuple[Book, ...]:
    """All books that can be read, the newest first."""
    books = []
    for path in own_data_dir().glob(f"{BOOK_PREFIX}*.jsonl"):
        try:
            books.append(read_book(path.stem))
        except InputError:  # said where it is opened
            continue
    return tuple(sorted(books, key=lambda book: -book.made_at))


def add_class(key: str, name: str) -> str:
    """Add a class to a book; returns its name as it is kept.

    Raises:
        InputError: there is no such book, a name that cannot be or that is there already, or too many classes.
        DataError: the folder cannot be written.
    """
    tidy = _new_class(name, read_book(key).classes)
    _add_lines(key, {"class": tidy})
    return tidy


def add_drawing(key: str, label: str, strokes: Strokes) -> None:
    """Keep a drawing.

    Args:
        key: of the book.
        label: name of its class.
        strokes: polylines in the pixels of the Draw page's canvas.

    Raises:
        EmptyDrawingError: nothing was drawn, or no more than a dot.
        InputError: there is no such book or class, or the book is full.
        DataError: the folder cannot be written.
    """
    from cnnplay.data.drawing import prepare_strokes

    book = read_book(key)
    if label not in book.classes:
        raise InputError(f"{book.title} has no class {label!r}. Choose one of {', '.join(book.classes)}, or add it.")
    if len(book.drawings) >= MAX_PICTURES or book_path(key).stat().st_size > MAX_BOOK_BYTES:
        raise InputError(f"{book.title} is full: it has {len(book.drawings):,} drawings. Begin another set.")
    image = prepare_strokes(strokes).image
    line = {
        "id": secrets.token_hex(4),
        "label": label,
        "image": b64encode(zlib.compress(image.tobytes())).decode(),
        "strokes": [np.round(stroke, 1).tolist() for stroke in strokes],
    }
    _add_lines(key, line)


def take_back(key: str, drawing_id: str) -> None:
    """Take a drawing out of a book; one that is not there is passed over.

    Raises:
        InputError: there is no such book.
        DataError: the folder cannot be written.
    """
    if any(drawing.id == drawing_id for drawing in read_book(key).drawings):
        _add_lines(key, {"taken_back": drawing_id})


def make_set_of_book(key: str) -> Made:
    """The data set of a book as it is now; classes without a drawing are left out, the same drawings make the same set.

    Raises:
        InputError: there is no such book, or it has too few classes or drawings.
        DataError: the folder cannot be written.
    """
    book = read_book(key)
    classes = tuple(name for name, n in book.counts.items() if n)
    pictures = Labelled(
        np.stack([drawing.image for drawing in book.drawings] or [np.zeros(SHAPES["drawings"], np.uint8)]),
        np.array([classes.index(drawing.label) for drawing in book.drawings] or [0], np.uint8),
        classes,
    )
    return make_own_set(pictures, title=book.title, source="drawn in the app", book=key)


def delete_own(key: str) -> None:
    """Delete a set, or a book with all sets that were made from it; for a day it can be brought back.

    Raises:
        InputError: that is no key of either.
        DataError: the folder cannot be written.
    """
    delete_files(_files_of(key))


def undelete_own(key: str) -> None:
    """Bring back what `delete_own` took away.

    Raises:
        InputError: that is no key of a set or a book.
        DataError: the folder cannot be written.
    """
    restore_files(_files_of(key))
    if key.startswith(BOOK_PREFIX):
        restore_files(own_path(state) for state in _deleted_states(key))


def was_deleted(key: str) -> bool:
    """Whether a set or book was deleted and can be brought back.

    Raises:
        InputError: that is no key of either.
    """
    return is_deleted(_files_of(key)[0])


def _files_of(key: str) -> list[Path]:
    if key.startswith(BOOK_PREFIX):
        return [book_path(key), *(own_path(state) for state in states_of(key))]
    return [own_path(key)]


def _deleted_states(book: str) -> list[str]:
    from cnnplay.data.arrayfile import read_arrays

    found = []
    for path in own_data_dir().glob("own-*.safetensors.deleted"):
        try:
            if read_arrays(path)[1].get("book") == book:
                found.append(path.name.partition(".")[0])
        except DataError:
            continue
    return found


def _new_class(name: str, classes: Sequence[str]) -> str:
    tidy = tidy_name(name, "A class")
    if tidy.casefold() in {each.casefold() for each in classes}:
        raise InputError(f"There is a class {tidy} already. Choose it, or another name.")
    if len(classes) >= MAX_CLASSES:
        raise InputError(f"A set has at most {MAX_CLASSES} classes. Begin another set.")
    return tidy


def _add_lines(key: str, *lines: Mapping[str, Any]) -> None:
    path = book_path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.seek(max(0, file.seek(0, 2) - 1))
            torn = file.read() not in (b"", b"\n")  # by a full disk or a killed process
            file.write(b"\n" * torn + "".join(json.dumps(line) + "\n" for line in lines).encode())
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}).") from error


@lru_cache(maxsize=64)
def _read(path: Path, _size: int, _changed_ns: int) -> Book:
    title, made_at = "", 0.0
    classes: list[str] = []
    drawings: dict[str, Drawing] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:  # torn while it was written
            continue
        if "title" in line:
            title, made_at = str(line["title"]), float(line["made_at"])
        elif "class" in line:
            classes.append(str(line["class"]))
        elif "taken_back" in line:
            drawings.pop(str(line["taken_back"]), None)
        else:
            pixels = np.frombuffer(zlib.decompress(b64decode(line["image"])), np.uint8)
            image = pixels.reshape(SHAPES["drawings"])
            drawings[line["id"]] = Drawing(str(line["id"]), str(line["label"]), image)
    return Book(path.stem, title, tuple(classes), tuple(drawings.values()), made_at)
