"""Maps of test pictures, kept by the content of the weights: where a network's last features put each picture.

A file holds the hash of each picture and its place on the plane in half precision. It lies beside shipped weights as
`<name>.map.safetensors`, otherwise in `CNNPLAY_HOME/measured/<hash of the weights>/`. Reading one takes no torch.
"""

import contextlib
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from cnnplay.errors import DataError
from cnnplay.runs.answers import AnswerKey, Stamp, file_stamp
from cnnplay.runs.measured import weights_hash
from cnnplay.settings import home_dir

SHIPPED_SUFFIX = ".map.safetensors"
VERSION = "1"
"""Of the way a map is made; maps of another one are made anew."""
KEPT = 64


@dataclass(frozen=True, eq=False, kw_only=True)
class FeatureMap:
    """Where test pictures lie on the plane.

    Attributes:
        dataset: key of the data set.
        image_hashes: (N,) uint64, one a picture.
        xy: (N, 2) float32 in -1..1.
        n_features: how many numbers the last dense layer is given for a picture.
        kept_neighbours: share, 0..1, of the pictures' ten nearest ones in the features that are so on the map.
        perplexity, seed: settings of t-SNE.
        tsne_version: of openTSNE.
        made_at: date, ISO 8601.
    """

    dataset: str
    image_hashes: npt.NDArray[np.uint64]
    xy: npt.NDArray[np.float32]
    n_features: int
    kept_neighbours: float
    perplexity: float
    seed: int
    tsne_version: str
    made_at: str

    @property
    def n(self) -> int:
        """Number of pictures on it."""
        return len(self.xy)

    def places(self, key: AnswerKey) -> npt.NDArray[np.int64]:
        """Where its pictures are among those of the key.

        Args:
            key: right answers to the same test pictures, in any order.

        Returns:
            (N,) places, 0..key.n-1.

        Raises:
            DataError: a picture is not among them.
        """
        order = np.argsort(key.hashes, kind="stable")
        at = np.searchsorted(key.hashes, self.image_hashes, sorter=order)
        found: npt.NDArray[np.int64] = order[np.minimum(at, len(order) - 1)]
        if not np.array_equal(key.hashes[found], self.image_hashes):
            raise DataError(
                f"The test pictures of {self.dataset} here are others than those on the map. Map them anew."
            )
        return found


def read_map(weights: Path, dataset: str) -> FeatureMap | None:
    """The map of a network; None where there is none for these weights.

    Args:
        weights: its file.
        dataset: key of the data set.
    """
    for path in (shipped_map_file(weights), _own_file(weights, dataset)):
        with contextlib.suppress(OSError):
            found = _read(path, file_stamp(path), weights_hash(weights))
            if found is not None and found.dataset == dataset:
                return found
    return None


def write_map(weights: Path, feature_map: FeatureMap) -> None:
    """Keeps it.

    Raises:
        OSError: the folder cannot be written.
    """
    export_map(weights, feature_map, _own_file(weights, feature_map.dataset))


def export_map(weights: Path, feature_map: FeatureMap, path: Path) -> None:
    """Writes the map of a network, whole or not at all; beside its weights, it ships with them.

    Raises:
        OSError: the folder cannot be written.
    """
    metadata = {
        "version": VERSION,
        "weights_hash": weights_hash(weights),
        "dataset": feature_map.dataset,
        "n_features": str(feature_map.n_features),
        "kept_neighbours": f"{feature_map.kept_neighbours:.4f}",
        "perplexity": f"{feature_map.perplexity:g}",
        "seed": str(feature_map.seed),
        "opentsne": feature_map.tsne_version,
        "made_at": feature_map.made_at,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4()}.part")
    try:
        arrays: dict[str, npt.NDArray[Any]] = {"image_hash": feature_map.image_hashes}
        save_file(arrays | {"xy": feature_map.xy.astype(np.float16)}, part, metadata=metadata)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def shipped_map_file(weights: Path) -> Path:
    """Where the map of a shipped network lies."""
    return weights.with_suffix(SHIPPED_SUFFIX)


def _own_file(weights: Path, dataset: str) -> Path:
    return home_dir() / "measured" / weights_hash(weights) / f"map-{dataset}.safetensors"


@lru_cache(maxsize=KEPT)
def _read(path: Path, _stamp: Stamp, weights: str) -> FeatureMap | None:
    """What a file holds; None where it is damaged, of another version or of other weights."""
    try:
        with safe_open(path, "np") as file:
            facts = dict(file.metadata() or {})
            hashes, xy = file.get_tensor("image_hash"), file.get_tensor("xy").astype(np.float32)
        if (facts.get("version"), facts.get("weights_hash")) != (VERSION, weights):
            return None
        if xy.shape != (len(hashes), 2) or not len(xy):
            return None
        xy.flags.writeable = False
        return FeatureMap(
            dataset=facts["dataset"],
            image_hashes=hashes.astype(np.uint64),
            xy=xy,
            n_features=int(facts["n_features"]),
            kept_neighbours=float(facts["kept_neighbours"]),
            perplexity=float(facts["perplexity"]),
            seed=int(facts["seed"]),
            tsne_version=facts["opentsne"],
            made_at=facts["made_at"],
        )
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
