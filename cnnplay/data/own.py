"""The data sets that people made here: which there are, what they are called, and their deletion, which can be undone.

A set is one file like any other, `own-<8 hex>.safetensors` in the app's own folder. It never changes, so that runs that
learned from it can be resumed, looked into and measured again. Sets that were made from one book of drawings, one after
the other, are its states; only the newest is offered to be trained on.
"""

import json
import logging
import os
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cnnplay.data.arrayfile import read_arrays
from cnnplay.data.catalog import OWN_PREFIX, DatasetSpec
from cnnplay.data.store import own_data_dir
from cnnplay.errors import DataError, InputError

KEPT_AFTER_DELETION_S = 24 * 3600.0
DELETED = ".deleted"
"""Added to the name of a file that was deleted and can still be brought back."""
_KEY = re.compile(OWN_PREFIX + "[0-9a-f]{8}")

log = logging.getLogger(__name__)


def is_own_key(key: str) -> bool:
    """Whether a word has the form of the key of such a set, which may be on another machine."""
    return _KEY.fullmatch(key) is not None


def own_path(key: str) -> Path:
    """Where the file of a set is, or would be.

    Raises:
        InputError: that is no key of such a set.
    """
    if not is_own_key(key):
        raise InputError(f"{key[:40]!r} is no key of a data set made here: {OWN_PREFIX} and 8 hexadecimal digits.")
    return own_data_dir() / f"{key}.safetensors"


def read_own_spec(key: str) -> DatasetSpec:
    """What the file of a set says of it.

    Raises:
        InputError: there is no such set here, or its file is damaged.
    """
    path = own_path(key)
    try:
        return _read_spec(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise InputError(f"The data set {key} is not here: it was deleted, or made on another machine.") from None
    except (DataError, ValueError, KeyError, OSError) as error:
        raise InputError(f"The data set {key} cannot be read ({error}). Delete {path} and make it again.") from error


def list_own_specs() -> tuple[DatasetSpec, ...]:
    """The sets that can be trained on, the newest first; of those made from one book of drawings only the newest."""
    newest = sorted(_list_all(), key=lambda spec: -spec.made_at)
    books: set[str] = set()
    found = []
    for spec in newest:
        if spec.book not in books:
            found.append(spec)
        books |= {spec.book} - {""}
    return tuple(found)


def states_of(book: str) -> tuple[str, ...]:
    """Keys of all sets that were made from a book of drawings."""
    return tuple(spec.key for spec in _list_all() if spec.book == book)


def delete_files(paths: Iterable[Path]) -> None:
    """Delete files so that they can be brought back for a day; those deleted longer ago go for good.

    Raises:
        DataError: the folder cannot be written.
    """
    try:
        for path in paths:
            if path.is_file():
                os.utime(path)  # when it was deleted
                path.rename(path.with_name(path.name + DELETED))
        for path in own_data_dir().glob(f"*{DELETED}"):
            if time.time() - path.stat().st_mtime > KEPT_AFTER_DELETION_S:
                path.unlink()
    except OSError as error:
        raise DataError(f"{own_data_dir()} cannot be written ({error.strerror or error}).") from error


def restore_files(paths: Iterable[Path]) -> None:
    """Bring files back that were deleted; those that are no longer there are passed over.

    Raises:
        DataError: the folder cannot be written.
    """
    try:
        for path in paths:
            deleted = path.with_name(path.name + DELETED)
            if deleted.is_file() and not path.exists():
                deleted.rename(path)
    except OSError as error:
        raise DataError(f"{own_data_dir()} cannot be written ({error.strerror or error}).") from error


def is_deleted(path: Path) -> bool:
    """Whether a file was deleted and can be brought back."""
    return path.with_name(path.name + DELETED).is_file()


def _list_all() -> list[DatasetSpec]:
    specs = []
    for path in sorted(own_data_dir().glob(f"{OWN_PREFIX}*.safetensors")):
        if is_own_key(path.stem):
            try:
                specs.append(read_own_spec(path.stem))
            except InputError:
                log.exception("%s is left out of the data sets", path)
    return specs


@lru_cache(maxsize=512)
def _read_spec(path: Path, _changed_ns: int) -> DatasetSpec:
    arrays, metadata = read_arrays(path)
    _, channels, height, width = arrays["train_images"].shape
    return DatasetSpec(
        key=path.stem,
        title=metadata["title"],
        classes=tuple(map(str, json.loads(metadata["classes"]))),
        image_shape=(channels, height, width),
        n_train=len(arrays["train_labels"]),
        n_test=len(arrays["test_labels"]),
        source=metadata["source"],
        licence=metadata["licence"],
        citation="",
        made_at=float(metadata["made_at"]),
        book=metadata["book"],
    )
