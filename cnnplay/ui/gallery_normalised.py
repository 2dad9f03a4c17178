"""Pictures as networks get them: mean taken off, divided by the spread; shown with their numbers, zero white."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnnplay.models.registry import list_specs
from cnnplay.runs.measured import data_hash
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.gallery import Shelf
from cnnplay.ui.gallery_change import ByteArray, Change, choose_originals
from cnnplay.ui.samples import open_dataset
from cnnplay.words import listing

CHANNELS = {1: ("gray",), 3: ("red", "green", "blue")}
NEGATIVE, ZERO, POSITIVE = (0x25, 0x63, 0xEB), (0xFF, 0xFF, 0xFF), (0xE8, 0x59, 0x0C)
"""Blue, white and orange."""
GAP_PX = 1
"""Between the channels of a picture."""
MAX_BYTE = 255
N_CACHED = 32
NUMBERS_PARAMETER, MOST_NAMES = "numbers", 3
ROUNDING = 0.0001
"""Published numbers have four decimals."""
Floats = npt.NDArray[np.float32]
Numbers = tuple[tuple[float, ...], tuple[float, ...]]
"""Means and standard deviations, one a channel."""


def choose_normalisation(shelf: Shelf) -> Change:
    """The numbers, and what becomes of the pictures."""
    channels = shelf.spec.image_shape[0]
    measured = _measure(shelf.spec.key, data_hash(shelf.spec.key))
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        numbers = _choose_numbers(shelf.spec.key, measured)
        mean, std = (np.array(each, np.float32).reshape(-1, 1, 1) for each in numbers)
        st.html(_table(channels, mean.ravel(), std.ravel()))
        st.caption(
            "Each value of 0 to 255 is divided by 255, the mean is taken off, and the rest is divided by the standard "
            f"deviation. {_compare(numbers, measured)} Values are then around 0 and about 1 in size, which suits the "
            "first weights and the learning rate."
        )
    limit = float(max(np.abs(mean / std).max(), np.abs((1 - mean) / std).max()))
    with right:
        st.html(_scale(limit))
        if channels > 1:
            st.caption("Red, green and blue side by side.")
        originals = choose_originals()
    return Change(
        make=partial(_colour, mean=mean, std=std, limit=limit),
        about=partial(_range_of, mean=mean, std=std),
        shows_originals=originals,
        n_beside=channels,
    )


def _choose_numbers(dataset: str, measured: Numbers) -> Numbers:
    """As the networks for this set have them, the most common first; the set's own where there are none."""
    users: dict[Numbers, list[str]] = {}
    for spec in list_specs(dataset):
        users.setdefault((spec.mean, spec.std), []).append(spec.key)
    found = sorted(users, key=lambda numbers: -len(users[numbers])) or [measured]
    if len(found) == 1:
        return found[0]
    by_key = {users[numbers][0]: numbers for numbers in found}

    def words(key: str) -> str:
        names = users[by_key[key]]
        return listing(names if len(names) <= MOST_NAMES else [*names[:MOST_NAMES], "others"])

    return by_key[choose_in_address("As for", list(by_key), NUMBERS_PARAMETER, words=words, kind=st.selectbox)]


@st.cache_data(max_entries=N_CACHED, show_spinner="Reads all training pictures")
def _measure(dataset: str, content: str | None) -> Numbers:  # noqa: ARG001 - other pictures have other numbers
    """Mean and standard deviation by channel, of all training pixels in 0..1."""
    images = open_dataset(dataset).train_images
    values = np.arange(MAX_BYTE + 1) / MAX_BYTE
    means, stds = [], []
    for channel in range(images.shape[1]):
        counts = np.zeros(MAX_BYTE + 1)
        for part in np.array_split(images[:, channel], max(1, len(images) // 5_000)):
            counts += np.bincount(part.ravel(), minlength=MAX_BYTE + 1)
        shares = counts / counts.sum()
        mean = float(shares @ values)
        means.append(mean)
        stds.append(float(np.sqrt(shares @ (values - mean) ** 2)) or 1.0)
    return tuple(means), tuple(stds)


def _compare(numbers: Numbers, measured: Numbers) -> str:
    """How the numbers compare with the set's own."""
    pairs = zip((*numbers[0], *numbers[1]), (*measured[0], *measured[1]), strict=True)
    if max(abs(a - b) for a, b in pairs) < ROUNDING:
        return "The numbers are those of all training pictures."
    own = listing([f"{mean:.4f} and {std:.4f}" for mean, std in zip(*measured, strict=True)])
    return f"Of all training pictures they would be {own}."


def _table(channels: int, mean: Floats, std: Floats) -> str:
    rows = "".join(
        f"<tr><th scope=row>{name}</th><td>{m:.4f}</td><td>{s:.4f}</td>"
        f"<td>{-m / s:.2f}</td><td>{(1 - m) / s:.2f}</td></tr>"
        for name, m, s in zip(CHANNELS[channels], mean, std, strict=True)
    )
    head = "<th>channel</th><th>mean</th><th>deviation</th><th>0 becomes</th><th>255 becomes</th>"
    return f'<table class="cp-change cp-shelf-numbers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _scale(limit: float) -> str:
    colours = ", ".join(f"rgb{colour}" for colour in (NEGATIVE, ZERO, POSITIVE))
    return (
        f'<div class="cp-shelf-scale"><span style="background:linear-gradient(90deg, {colours})"></span>'
        f"<p><i>{-limit:.2f}</i><i>0</i><i>{limit:.2f}</i></p></div>"
    )


def _normalise(images: ByteArray, mean: Floats, std: Floats) -> Floats:
    return (images.astype(np.float32) / np.float32(MAX_BYTE) - mean) / std


def _colour(images: ByteArray, *, mean: Floats, std: Floats, limit: float) -> list[ByteArray]:
    """The channels of each picture side by side: blue below zero, orange above."""
    share = (_normalise(images, mean, std) / limit).clip(-1, 1)[..., None]
    zero = np.array(ZERO, np.float32)
    ends = np.where(share < 0, np.array(NEGATIVE, np.float32), np.array(POSITIVE, np.float32))
    colours = np.round(zero + (ends - zero) * np.abs(share)).astype(np.uint8)
    return [_beside(list(picture)) for picture in colours]


def _beside(channels: list[ByteArray]) -> ByteArray:
    gap = np.full((channels[0].shape[0], GAP_PX, 3), MAX_BYTE, np.uint8)
    parts = [part for channel in channels for part in (gap, channel)][1:]
    return np.ascontiguousarray(np.concatenate(parts, axis=1))


def _range_of(image: ByteArray, *, mean: Floats, std: Floats) -> str:
    values = _normalise(image[None], mean, std)[0]
    lines = [
        f"{name}: {each.min():.2f} to {each.max():.2f}, mean {each.mean():.2f}"
        for name, each in zip(CHANNELS[len(image)], values, strict=True)
    ]
    return "; ".join(lines)
