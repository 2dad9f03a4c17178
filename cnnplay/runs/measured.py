"""What was measured of trained networks, kept by the content of their weights: how fast and how sturdy they are.

`CNNPLAY_HOME/measured/<hash of the weights>/` holds JSON files: `latency-<machine>.json`, and for each data set
`robustness-<data set>-<its content hash>.json`. Curves that come with shipped weights lie beside them and count as long
as the weights are the same.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cnnplay.data.arrayfile import read_arrays
from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import content_hash, find_file, is_available, load_dataset
from cnnplay.evaluation.corruptions import VERSION, corruptions_for
from cnnplay.evaluation.latency import Timing
from cnnplay.settings import home_dir
from cnnplay.training.machine import processor_name

HASH_CHARS = 16
SHIPPED_SUFFIX = ".robustness.json"


@dataclass(frozen=True, kw_only=True)
class Latency:
    """How fast a network answers on this machine.

    Attributes:
        single, batch: one picture, and `batch.batch` pictures.
        device, hardware, threads: what it was computed on; threads of a processor.
        torch_version: of PyTorch.
        measured_at: date, ISO 8601.
    """

    single: Timing
    batch: Timing
    device: str
    hardware: str
    threads: int
    torch_version: str
    measured_at: str

    @property
    def images_per_s(self) -> float:
        """Pictures a second, many at a time."""
        return 1000 * self.batch.batch / self.batch.median_ms


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Accuracies (0..1) at growing strengths of one corruption, of which the first is 0.

    Attributes:
        corruption: key of the corruption.
        strengths, accuracies: of equal length.
        hardware: what it was computed on.
        measured_at: date, ISO 8601.
    """

    corruption: str
    strengths: tuple[float, ...]
    accuracies: tuple[float, ...]
    hardware: str
    measured_at: str

    @property
    def mean(self) -> float:
        """Accuracy over all strengths above 0."""
        return sum(self.accuracies[1:]) / len(self.accuracies[1:])


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """How well a network reads the changed test pictures of a data set.

    Attributes:
        dataset, data_hash: key and content hash of the data set.
        n: number of its test pictures; each was read at each strength.
        curves: one for each corruption, in the order of `CORRUPTIONS`.
    """

    dataset: str
    data_hash: str
    n: int
    curves: tuple[Curve, ...]

    @property
    def clean(self) -> float:
        """Accuracy on the pictures as they are, 0..1."""
        return self.curves[0].accuracies[0]

    @property
    def mean(self) -> float:
        """Mean over all corruptions of their mean accuracies, 0..1."""
        return sum(curve.mean for curve in self.curves) / len(self.curves)

    def curve(self, corruption: str) -> Curve | None:
        """The curve of that corruption, or None where it was not measured."""
        return next((curve for curve in self.curves if curve.corruption == corruption), None)

    @property
    def is_complete(self) -> bool:
        """Whether there is a curve for each corruption that this version knows."""
        return len(self.curves) == len(corruptions_for(get_dataset_spec(self.dataset).image_shape[0]))


def weights_hash(weights: Path) -> str:
    """Names weights by their content; a file that did not change is read once.

    Raises:
        FileNotFoundError: there is no such file.
    """
    found = weights.stat()
    return _hash_file(str(weights.resolve()), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _hash_file(path: str, _mtime_ns: int, _size: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def data_hash(dataset: str) -> str | None:
    """Content hash of a data set, as its file says; None where it is not on this machine.

    Raises:
        InputError: there is no such key.
        DataError: its file is damaged.
    """
    if not is_available(dataset):
        return None
    path = find_file(dataset)
    if path is None:  # embedded, and not unpacked yet
        load_dataset(dataset)
        path = find_file(dataset)
    assert path is not None
    found = path.stat()
    return _data_hash(dataset, str(path), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _data_hash(dataset: str, path: str, _mtime_ns: int, _size: int) -> str:
    return read_arrays(Path(path))[1].get("hash") or content_hash(load_dataset(dataset))


def read_latency(weights: Path) -> Latency | None:
    """How fast a network answers on this machine, with this version of PyTorch; None where that was not measured.

    Args:
        weights: its file.
    """
    values = _read(_latency_path(weights))
    try:
        return Latency(**{**values, "single": Timing(**values["single"]), "batch": Timing(**values["batch"])})
    except (KeyError, TypeError):
        return None


def write_latency(weights: Path, latency: Latency) -> None:
    """Keeps it.

    Raises:
        OSError: the folder cannot be written.
    """
    _write(_latency_path(weights), asdict(latency))


def read_robustness(weights: Path, dataset: str, *, partial: bool = False) -> Robustness | None:
    """How sturdy a network is; None where that was not measured, or not with the data set that is here now.

    Args:
        weights: its file.
        dataset: key of the data set.
        partial: also where curves are missing yet.

    Raises:
        InputError: there is no such key.
        DataError: the data set's file is damaged.
    """
    known = data_hash(dataset)
    paths = [weights.with_suffix(SHIPPED_SUFFIX)]
    pattern = f"robustness-{dataset}-{known[:HASH_CHARS] if known else '*'}.json"
    paths += sorted(_folder(weights).glob(pattern))
    found = [each for path in paths if (each := _parse(_read(path), weights)) is not None]
    found = [each for each in found if each.dataset == dataset and known in (None, each.data_hash)]
    best = max(found, key=lambda each: len(each.curves), default=None)
    return best if best is not None and (partial or best.is_complete) else None


def write_curve(weights: Path, curve: Curve, *, dataset: str, data_hash: str, n: int) -> Robustness:
    """Adds a curve to what is known of a network.

    Args:
        weights: its file.
        curve: in place of an older one of the same corruption.
        dataset: key of the data set.
        data_hash: of that.
        n: number of its test pictures.

    Returns:
        All that is known now.

    Raises:
        OSError: the folder cannot be written.
    """
    known = read_robustness(weights, dataset, partial=True)
    curves = {each.corruption: each for each in (known.curves if known else ())} | {curve.corruption: curve}
    order = [each.key for each in corruptions_for(get_dataset_spec(dataset).image_shape[0])]
    whole = Robustness(
        dataset=dataset, data_hash=data_hash, n=n, curves=tuple(curves[key] for key in order if key in curves)
    )
    export_robustness(weights, whole, _folder(weights) / f"robustness-{dataset}-{data_hash[:HASH_CHARS]}.json")
    return whole


def export_robustness(weights: Path, robustness: Robustness, path: Path) -> None:
    """Writes the curves of a network, whole or not at all; beside its weights, they ship with them.

    Raises:
        OSError: the folder cannot be written.
    """
    facts = {"weights_hash": weights_hash(weights), "version": VERSION}
    rounded = replace(robustness, curves=tuple(_rounded(curve) for curve in robustness.curves))
    _write(path, {**facts, **asdict(rounded)})


def _rounded(curve: Curve) -> Curve:
    return replace(curve, accuracies=tuple(round(value, 6) for value in curve.accuracies))


def _folder(weights: Path) -> Path:
    return home_dir() / "measured" / weights_hash(weights)


def _latency_path(weights: Path) -> Path:
    return _folder(weights) / f"latency-{_this_machine()}.json"


@cache
def _this_machine() -> str:
    """Names what decides how fast a network answers: the processor, its cores and the version of PyTorch."""
    try:
        torch_version = version("torch")
    except PackageNotFoundError:
        torch_version = "none"
    text = f"{processor_name()}, {os.cpu_count()} cores, PyTorch {torch_version}"
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARS]


def _parse(values: Mapping[str, Any], weights: Path) -> Robustness | None:
    if values.get("version") != VERSION or values.get("weights_hash") != weights_hash(weights):
        return None
    try:
        curves = tuple(
            Curve(**{**each, "strengths": tuple(each["strengths"]), "accuracies": tuple(each["accuracies"])})
            for each in values["curves"]
        )
        return Robustness(curves=curves, **{name: values[name] for name in ("dataset", "data_hash", "n")})
    except (KeyError, TypeError):
        return None


def _read(path: Path) -> dict[str, Any]:
    """What a file holds; empty where there is none, or it is damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4()}.part")
    try:
        part.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
