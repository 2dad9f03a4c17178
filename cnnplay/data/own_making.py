"""From labelled pictures to a data set of one's own: no picture twice, a fifth of each class kept for the test."""

import secrets
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnplay.data.arrayfile import ByteArray
from cnnplay.data.catalog import OWN_PREFIX, DatasetSpec
from cnnplay.data.own import own_path, read_own_spec
from cnnplay.data.store import Dataset, image_hashes, write_dataset
from cnnplay.errors import InputError

Kind = Literal["photos", "drawings"]
SHAPES: dict[Kind, tuple[int, int, int]] = {"photos": (3, 32, 32), "drawings": (1, 28, 28)}
"""What a network sees of each kind, (C, H, W): the pictures of the Photo page and of the Draw page."""
MIN_CLASSES, MAX_CLASSES = 2, 100
MIN_PER_CLASS = 2
"""One to learn from and one to test on."""
MAX_PICTURES = 5_000
MAX_NAME_CHARS = 40
FEW = 10
"""Below so many pictures of a class, what the test says is chance."""
UNEVEN = 3
"""Times the smallest class, from which on the largest is likely to be preferred."""
TEST_SHARE, MIN_TEST_SHARE, MAX_TEST_SHARE = 1 / 5, 1 / 6, 1 / 4


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures (N, C, H, W) uint8 in the form that networks take, labels (N,) uint8, and the names of the classes."""

    images: ByteArray
    labels: ByteArray
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A data set that was just made, and how many pictures were left out because they were there already."""

    spec: DatasetSpec
    n_duplicates: int


@dataclass(frozen=True)
class Concern:
    """What makes a set hard to learn from, in a sentence; it can be trained on all the same."""

    kind: Literal["few", "uneven"]
    sentence: str


def tidy_name(name: str, what: str, *, max_chars: int = MAX_NAME_CHARS) -> str:
    """A name that people chose, in one spelling: composed letters (NFC), single spaces.

    Args:
        name: as it came.
        what: it names, for the message: "A class", "The set".
        max_chars: that it may have.

    Raises:
        InputError: nothing is left of it, it is too long, or it holds what cannot be printed.
    """
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy or len(tidy) > max_chars or not tidy.isprintable():
        shown = "".join(letter if letter.isprintable() else "?" for letter in tidy)[:max_chars]
        raise InputError(f"{what} cannot be called {shown!r}: a name has 1 to {max_chars} letters that can be printed.")
    return tidy


def split_by_hash(hashes: NDArray[np.uint64], labels: ByteArray) -> NDArray[np.bool_]:
    """Choose the test pictures: of each class about a fifth, at least one, and mostly the same when others are added.

    A picture is for the test where its hash lies in the lowest fifth of all numbers. Where that would be less than a
    sixth of a class or more than a quarter, the lowest hashes of the class make it so.

    Args:
        hashes: (N,) of different pictures.
        labels: (N,) class indices; each class has at least two pictures.

    Returns:
        (N,) True for the test.
    """
    is_test = np.zeros(len(labels), dtype=bool)
    threshold = np.uint64(TEST_SHARE * 2**64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        members = members[np.argsort(hashes[members])]
        n, n_low = len(members), int((hashes[members] < threshold).sum())
        least, most = max(1, int(MIN_TEST_SHARE * n)), max(1, int(MAX_TEST_SHARE * n))
        is_test[members[: min(max(n_low, least), most)]] = True
    return is_test


def find_concerns(counts: dict[str, int]) -> tuple[Concern, ...]:
    """What is to be said about the number of pictures of each class."""
    if not counts:
        return ()
    found = []
    smallest, largest = min(counts, key=lambda name: counts[name]), max(counts, key=lambda name: counts[name])
    few = [name for name, n in counts.items() if n < FEW]
    if few:
        named = ", ".join(f"{counts[name]} of {name}" for name in few[:3])
        others = f" and {len(few) - 3} other classes" if len(few) > 3 else ""
        sentence = f"Few pictures: {named}{others}. With fewer than {FEW} the accuracy is little more than chance."
        found.append(Concern("few", sentence))
    if counts[largest] > UNEVEN * counts[smallest] > 0:
        sentence = (
            f"Uneven classes: {counts[largest]} of {largest}, {counts[smallest]} of {smallest}. "
            f"The network will say {largest} too often."
        )
        found.append(Concern("uneven", sentence))
    return tuple(found)


def make_own_set(pictures: Labelled, *, title: str, source: str, book: str = "") -> Made:
    """Write a data set; a picture that is there twice is kept once, so that none is learned from and tested on.

    Args:
        pictures: in any order; the first of equal ones is kept.
        title: for people.
        source: where they come from, in a few words.
        book: key of the drawings that they are, or "". The same drawings make the same set.

    Raises:
        InputError: too few classes or pictures, or too many.
        DataError: the folder cannot be written.
    """
    title = tidy_name(title, "The set")
    hashes = image_hashes(pictures.images)
    _, first = np.unique(hashes, return_index=True)
    kept = np.sort(first)
    images, labels, hashes = pictures.images[kept], pictures.labels[kept], hashes[kept]
    check_counts(pictures.classes, np.bincount(labels, minlength=len(pictures.classes)).tolist())
    is_test = split_by_hash(hashes, labels)
    key = _key_of(images, labels, pictures.classes, title, book) if book else OWN_PREFIX + secrets.token_hex(4)
    n_duplicates = len(pictures.labels) - len(kept)
    if book and own_path(key).is_file():
        return Made(read_own_spec(key), n_duplicates)
    spec = DatasetSpec(
        key=key,
        title=title,
        classes=pictures.classes,
        image_shape=images.shape[1:],
        n_train=int((~is_test).sum()),
        n_test=int(is_test.sum()),
        source=source,
        licence="that of whoever made the pictures",
        citation="",
        made_at=time.time(),
        book=book,
    )
    order = np.argsort(hashes)  # as good as shuffled: wherever one looks into the set, there is something of each class
    train, test = order[~is_test[order]], order[is_test[order]]
    dataset = Dataset(
        spec=spec,
        train_images=images[train],
        train_labels=labels[train],
        test_images=images[test],
        test_labels=labels[test],
    )
    write_dataset(own_path(key), dataset)
    return Made(spec, n_duplicates)


def check_counts(classes: Sequence[str], counts: Sequence[int]) -> None:
    """Refuse what cannot be learned from at all.

    Raises:
        InputError: too few classes, too many, or a class with too few different pictures.
    """
    if not MIN_CLASSES <= len(classes) <= MAX_CLASSES:
        names = f": {classes[0]}" if len(classes) == 1 else ""
        raise InputError(
            f"There {'is 1 class' if len(classes) == 1 else f'are {len(classes)} classes'}{names}. "
            f"A set has {MIN_CLASSES} to {MAX_CLASSES}."
        )
    for name, n in zip(classes, counts, strict=True):
        if n < MIN_PER_CLASS:
            raise InputError(
                f"{name} has {n} picture{'' if n == 1 else 's'} that differ{'s' if n == 1 else ''} from all others; "
                f"{MIN_PER_CLASS} are the least, one to learn from and one to test on. Add more."
            )
    if sum(counts) > MAX_PICTURES:
        raise InputError(f"There are {sum(counts):,} pictures; a set holds at most {MAX_PICTURES:,}. Leave some out.")


def _key_of(images: ByteArray, labels: ByteArray, classes: Sequence[str], title: str, book: str) -> str:
    digest = blake2b(digest_size=4)
    for part in (book, title, *classes):
        digest.update(part.encode() + b"\0")
    digest.update(np.ascontiguousarray(images).tobytes() + np.ascontiguousarray(labels).tobytes())
    return OWN_PREFIX + digest.hexdigest()
