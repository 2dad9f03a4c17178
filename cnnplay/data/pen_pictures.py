"""Training pictures from a file of pen strokes: each digit by every path of the app, and in other hands.

Making them takes minutes, so they are kept in the app's own folder, under the content of the file they come from.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnplay.data.kept import read_or_make
from cnnplay.data.pen_strokes import TABLET_PX, PenDigit, prepare_pen_digit, read_pen_digits
from cnnplay.data.scribbles import make_scribbles
from cnnplay.errors import DataMissingError
from cnnplay.settings import data_dir, home_dir

VERSION = 2
"""Changes whenever the same file gives other pictures."""
BRUSHES_PX = (10.0, 30.0)
"""Range of the brush of the one picture of each digit that takes the path from pixels."""
N_HANDS = 4
"""Each digit is redrawn so often in another hand: turned, slanted, stretched and bent as strokes."""
TURN_DEG, SLANT, STRETCH, BEND = 8.0, 0.15, 0.15, 0.02
"""Largest turn, slant as tangent, relative stretch and share of the box by which lines bend; more makes a 1 a 7."""
N_SCRIBBLES = 6_000


@dataclass(frozen=True)
class PenPictures:
    """images (N, 1, 28, 28) uint8, labels (N,) uint8; scribbles (M, 1, 28, 28) uint8 that mean nothing."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    scribbles: NDArray[np.uint8]


def find_pen_file(name: str) -> Path:
    """Where a file of pen strokes lies: beside the data sets.

    Raises:
        DataMissingError: it is not there.
    """
    for folder in (data_dir(), home_dir() / "data"):
        if (folder / name).is_file():
            return folder / name
    raise DataMissingError(
        f"The pen strokes {name} are not on this machine. Put the file into {data_dir()}; see the README."
    )


def load_pen_pictures(name: str, *, seed: int) -> PenPictures:
    """All training pictures of a file, made at the first call and read back after that.

    Args:
        name: file name, looked for beside the data sets.
        seed: of the hands and the scribbles.

    Raises:
        DataMissingError: the file is not there.
        InputError: the file is not one of pen strokes.
    """
    path = find_pen_file(name)
    arrays = read_or_make(
        "pen-pictures",
        lambda: vars(_make(read_pen_digits(path), seed)),
        follows_from=path.read_bytes() + f"{VERSION}/{seed}".encode(),
        source=name,
    )
    return PenPictures(**arrays)


def _make(digits: list[PenDigit], seed: int) -> PenPictures:
    rng = np.random.default_rng(seed)
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for digit in digits:
        prepared = [prepare_pen_digit(digit)]
        prepared.append(prepare_pen_digit(digit, brush_px=rng.uniform(*BRUSHES_PX), source="pixels"))
        prepared += [prepare_pen_digit(_in_another_hand(digit, rng)) for _ in range(N_HANDS)]
        whole = [picture.image for picture in prepared if picture is not None]
        images += whole
        labels += [digit.label] * len(whole)
    scribbles = make_scribbles(N_SCRIBBLES, seed=seed)
    return PenPictures(np.stack(images)[:, None], np.array(labels, np.uint8), scribbles)


def _in_another_hand(digit: PenDigit, rng: np.random.Generator) -> PenDigit:
    """The same digit turned, slanted, stretched and bent by smooth waves, within the box of the tablet."""
    angle, slant = math.radians(TURN_DEG) * rng.uniform(-1, 1), SLANT * rng.uniform(-1, 1)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1.0, slant], [0.0, 1.0]]) @ np.diag(1 + STRETCH * rng.uniform(-1, 1, 2))
    waves = rng.uniform(0.5, 1.5, (2, 2)), rng.uniform(0, 2 * math.pi, (2, 2))
    strokes = []
    for stroke in digit.strokes:
        unit = stroke / TABLET_PX - 0.5
        bent = unit + BEND * np.sin(2 * math.pi * (unit @ waves[0]) + waves[1][0]) * np.sign(waves[1][1] - math.pi)
        strokes.append(TABLET_PX * (0.5 + 0.8 * bent @ matrix.T))
    return PenDigit(line=digit.line, label=digit.label, strokes=tuple(strokes))
