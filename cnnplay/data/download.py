"""Gets the public data sets through torchvision's own downloads: checked, converted once, all or nothing.

Everything that arrives lies in a temporary folder beside the target and is removed with it, so that an interrupted
download leaves nothing behind and can simply be started again.
"""

import re
import socket
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from tarfile import TarError
from typing import Any
from urllib.error import URLError

import numpy as np
from tqdm import tqdm

from cnnplay import settings
from cnnplay.data.arrayfile import ByteArray
from cnnplay.data.catalog import DatasetSpec, get_dataset_spec
from cnnplay.data.embedded import unpack_mnist_5k
from cnnplay.data.store import Dataset, find_file, open_dataset, own_data_dir, write_dataset
from cnnplay.errors import DataError, DownloadError

STALL_TIMEOUT_S = 30.0  # torchvision sets none: a server that falls silent would hang the download for ever
NETWORK_ERRORS = (URLError, ConnectionError, TimeoutError, HTTPException)
CHECKSUM_WORDS = "corrupted"  # torchvision's RuntimeError for a wrong MD5: "File not found or corrupted."


def download_dataset(key: str, *, show_progress: bool = True) -> Path:
    """Bring a data set to this machine, unless it is here already.

    A damaged file is replaced. `show_progress` draws torchvision's progress bar on stderr.

    Returns:
        The file: in `settings.data_dir()`, or where that is read-only in the app's own data folder.

    Raises:
        InputError: there is no such key.
        DownloadError: no connection, or what came is incomplete or has a wrong checksum; nothing was written.
        DataError: neither folder can be written.
    """
    spec = get_dataset_spec(key)
    path = find_file(key)
    if path is not None and _is_whole(path, spec):
        return path
    if spec.is_embedded:
        return unpack_mnist_5k()
    with _work_folder() as work:
        dataset = _fetch(spec, work, show_progress=show_progress)
        target = work.parent / f"{key}.safetensors"
        write_dataset(target, dataset)
    return target


def _is_whole(path: Path, spec: DatasetSpec) -> bool:
    try:
        open_dataset(path, spec)
    except DataError:
        return False
    return True


@contextmanager
def _work_folder() -> Iterator[Path]:
    problems = []
    for folder in (settings.data_dir(), own_data_dir()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            work = tempfile.TemporaryDirectory(dir=folder, prefix="download-", suffix=".part")
        except OSError as error:
            problems.append(f"{folder} ({error.strerror or error})")
            continue
        with work as name:
            yield Path(name)
        return
    raise DataError(f"No folder for data sets can be written: {', '.join(problems)}; set CNNPLAY_DATA to one that can.")


def _fetch(spec: DatasetSpec, work: Path, *, show_progress: bool) -> Dataset:
    try:
        with _torchvision_settings(spec, show_progress=show_progress):
            train = _read_split(spec, work, train=True)
            test = _read_split(spec, work, train=False)
    except (*NETWORK_ERRORS, OSError, RuntimeError, EOFError, ValueError, TarError, zlib.error) as error:
        raise DownloadError(
            f"{spec.title} could not be downloaded: {_reason(error)}; nothing was written, "
            f"try again with: python -m cnnplay data {spec.key} --download"
        ) from error
    if (len(train[1]), len(test[1])) != (spec.n_train, spec.n_test):
        raise DownloadError(
            f"{spec.title} came with {len(train[1])} training and {len(test[1])} test images instead of "
            f"{spec.n_train} and {spec.n_test}; nothing was written."
        )
    return Dataset(spec=spec, train_images=train[0], train_labels=train[1], test_images=test[0], test_labels=test[1])


def _read_split(spec: DatasetSpec, work: Path, *, train: bool) -> tuple[ByteArray, ByteArray]:
    from torchvision import datasets

    source: Any = getattr(datasets, str(spec.torchvision_name))(work, train=train, download=True)
    images, labels = np.asarray(source.data), np.asarray(source.targets)
    # (N, H, W) where there is one channel, else (N, H, W, C)
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(images, dtype=np.uint8), labels.astype(np.uint8)


@contextmanager
def _torchvision_settings(spec: DatasetSpec, *, show_progress: bool) -> Iterator[None]:
    from torchvision.datasets import utils

    bar, timeout = utils.tqdm, socket.getdefaulttimeout()
    utils.tqdm = partial(tqdm, desc=spec.title, disable=not show_progress)
    socket.setdefaulttimeout(STALL_TIMEOUT_S)
    try:
        with warnings.catch_warnings():
            # The pickles of CIFAR were written by a numpy of 2009, which newer ones remark upon.
            warnings.simplefilter("ignore", np.exceptions.VisibleDeprecationWarning)
            yield
    finally:
        utils.tqdm = bar
        socket.setdefaulttimeout(timeout)


def _reason(error: Exception) -> str:
    # torchvision tries several mirrors for MNIST and joins what they said into the text of one RuntimeError.
    text = " ".join(str(error).split())
    if CHECKSUM_WORDS in text:
        return "what came is incomplete or was changed, its checksum does not match"
    if answer := re.search(r"HTTP Error \d+[^;<>]*?(?= Tried |$)", text):
        return f"the server answered {answer.group().rstrip(': ')}"
    if isinstance(error, NETWORK_ERRORS) or "urlopen error" in text:
        cause = re.search(r"<urlopen error (?:\[Errno -?\d+\] )?([^>]*)>", text)
        return f"no connection to the server ({cause.group(1) if cause else text or type(error).__name__})"
    return text or type(error).__name__
