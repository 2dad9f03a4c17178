"""What people told the networks they got wrong: their pictures with the right names, kept as a collection, a "hand".

A hand is a folder under `home_dir()/corrections` with one small file a correction. Its id is made here and cannot be
guessed: who knows it may add to it and take from it, as thirty people on one server each do with their own. To learn
from, corrections are frozen into one file that is named by its content, so that a run stays reproducible whatever
becomes of the hand.
"""

import json
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from cnnplay.data.arrayfile import ByteArray, read_arrays, write_arrays
from cnnplay.errors import DataError, DataMissingError, InputError
from cnnplay.settings import home_dir

MAX_CORRECTIONS = 200
"""In one hand."""
_ID_BYTES = 8
_ID = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"hand-[0-9a-f]{16}")
_SUFFIX, _REMOVED = ".safetensors", ".removed"


@dataclass(frozen=True, eq=False, kw_only=True)
class Correction:
    """One picture that a network misread, or was not to read so.

    Attributes:
        id: in its hand, by time.
        image: (C, H, W) uint8, as the network saw it.
        classes: names that there were to choose from.
        label: the right one.
        answer, prob: what the network said, and its probability in 0..1.
        network: key of that network.
        kept_at: seconds since 1970.
    """

    id: str
    image: ByteArray
    classes: tuple[str, ...]
    label: str
    answer: str
    prob: float
    network: str
    kept_at: float


@dataclass(frozen=True, eq=False)
class Frozen:
    """Corrections to learn from: images (N, C, H, W) uint8, labels (N,) uint8 class indices, names of the classes."""

    images: ByteArray
    labels: ByteArray
    classes: tuple[str, ...]


def new_hand() -> str:
    """An id for a collection; nothing is written yet."""
    return secrets.token_hex(_ID_BYTES)


def is_hand(text: str) -> bool:
    """Whether a word could be a hand's id."""
    return _ID.fullmatch(text) is not None


def add_correction(
    hand: str, image: ByteArray, *, classes: Sequence[str], label: str, answer: str, prob: float, network: str
) -> Correction:
    """Keeps a picture with its right name.

    Args:
        hand: id of the collection.
        image: (C, H, W) uint8, as the network saw it.
        classes: names that there are to choose from.
        label: one of them, the right one.
        answer: what the network said.
        prob: how sure it was, 0..1.
        network: its key.

    Raises:
        InputError: no such id, no such class, another kind of picture, or the hand is full.
        DataError: it cannot be written.
    """
    if label not in classes:
        raise InputError(f"{label!r} is none of its classes. Choose one of: {', '.join(classes)}.")
    if image.dtype != np.uint8 or image.ndim != 3:
        raise InputError(f"A correction is a picture (C, H, W) of uint8, not {image.dtype} of shape {image.shape}.")
    if count_corrections(hand) >= MAX_CORRECTIONS:
        raise InputError(f"{MAX_CORRECTIONS} corrections are kept already. Take some away first, or begin a new hand.")
    kept_at = time.time()
    id_ = f"{time.time_ns() // 1000:013x}{secrets.token_hex(2)[:3]}"  # ids are in the order of time
    correction = Correction(
        id=id_, image=image, classes=tuple(classes), label=label, answer=answer, prob=prob, network=network,
        kept_at=kept_at,
    )  # fmt: skip
    facts = {name: getattr(correction, name) for name in ("classes", "label", "answer", "prob", "network", "kept_at")}
    write_arrays(_folder(hand) / f"{id_}{_SUFFIX}", {"image": image}, metadata={"facts": json.dumps(facts)})
    return correction


def list_corrections(hand: str) -> tuple[tuple[Correction, ...], int]:
    """The corrections of a hand in the order in which they came, and the number of its files that are damaged.

    Raises:
        InputError: no such id.
    """
    found, n_damaged = [], 0
    for path in sorted(_folder(hand).glob(f"*{_SUFFIX}")):
        try:
            found.append(_read(path))
        except DataError:
            n_damaged += 1
    return tuple(found), n_damaged


def count_corrections(hand: str) -> int:
    """How many there are; opens no file.

    Raises:
        InputError: no such id.
    """
    return sum(1 for _ in _folder(hand).glob(f"*{_SUFFIX}"))


def remove_correction(hand: str, correction_id: str) -> None:
    """Takes one away; `restore_correction` brings it back.

    Raises:
        InputError: there is none of that id.
    """
    _rename(hand, correction_id, _SUFFIX, _REMOVED)


def restore_correction(hand: str, correction_id: str) -> None:
    """Brings back what was taken away.

    Raises:
        InputError: there is none of that id.
    """
    _rename(hand, correction_id, _REMOVED, _SUFFIX)


def freeze(corrections: Sequence[Correction]) -> str:
    """Writes corrections as one file that is named by its content, once.

    Args:
        corrections: at least one, all of the same classes and shape.

    Returns:
        Its key, for `load_frozen`.

    Raises:
        InputError: there are none, or they are of different kinds.
        DataError: it cannot be written.
    """
    kinds = {(each.classes, each.image.shape) for each in corrections}
    if len(kinds) != 1:
        raise InputError("There must be corrections, and all of the same classes. Choose those of one kind.")
    ((classes, _),) = kinds
    images = np.stack([each.image for each in corrections])
    labels = np.array([classes.index(each.label) for each in corrections], np.uint8)
    names = json.dumps(classes)
    content = f"{images.shape} {names}".encode() + images.tobytes() + labels.tobytes()
    key = f"hand-{blake2b(content, digest_size=_ID_BYTES).hexdigest()}"
    if not _frozen_path(key).exists():
        write_arrays(_frozen_path(key), {"images": images, "labels": labels}, metadata={"classes": names})
    return key


def load_frozen(key: str) -> Frozen:
    """Opens corrections that were frozen.

    Raises:
        InputError: that is no such key.
        DataMissingError: they are not on this machine.
        DataError: their file is damaged.
    """
    path = _frozen_path(key)
    if not path.is_file():
        raise DataMissingError(f"The corrections {key} are not on this machine. Teach the network anew.")
    arrays, metadata = read_arrays(path)
    try:
        classes = tuple(map(str, json.loads(metadata["classes"])))
        frozen = Frozen(arrays["images"], arrays["labels"], classes)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} holds no corrections. Delete it and teach the network anew.") from error
    fits = frozen.images.ndim == 4 and frozen.labels.shape == frozen.images.shape[:1]
    if not fits or int(frozen.labels.max()) >= len(classes):
        raise DataError(f"{path} is damaged: its pictures and labels do not fit. Delete it and teach the network anew.")
    return frozen


def _read(path: Path) -> Correction:
    arrays, metadata = read_arrays(path)
    try:
        facts = json.loads(metadata["facts"])
        classes = tuple(map(str, facts["classes"]))
        correction = Correction(
            id=path.stem,
            image=arrays["image"],
            classes=classes,
            label=classes[classes.index(facts["label"])],
            answer=str(facts["answer"]),
            prob=float(facts["prob"]),
            network=str(facts["network"]),
            kept_at=float(facts["kept_at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} holds no correction. Delete it.") from error
    if correction.image.ndim != 3:
        raise DataError(f"{path} holds no picture. Delete it.")
    return correction


def _rename(hand: str, correction_id: str, old: str, new: str) -> None:
    if not is_hand(correction_id):
        raise InputError(f"{correction_id!r} is no correction's id.")
    path = _folder(hand) / f"{correction_id}{old}"
    try:
        path.replace(path.with_suffix(new))
    except FileNotFoundError:
        raise InputError("That correction is not there any more. Load the page again.") from None


def _folder(hand: str) -> Path:
    if not is_hand(hand):
        raise InputError(f"{hand[:40]!r} is no collection of corrections: its id has 16 digits from 0 to f.")
    return home_dir() / "corrections" / hand


def _frozen_path(key: str) -> Path:
    if _KEY.fullmatch(key) is None:
        raise InputError(f"{key[:40]!r} names no corrections: a name like hand-0123456789abcdef is expected.")
    return home_dir() / "data" / f"{key}.safetensors"
