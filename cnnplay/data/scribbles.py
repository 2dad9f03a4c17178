"""Drawings that are no digits, made on purpose: a reader that has seen some can say that it is not sure.

Every kind is a function from a random generator to strokes in the unit square. What is held out of training,
`HELD_OUT`, is there to measure how well doubt carries over to things never seen.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnplay.data.drawing import prepare_strokes
from cnnplay.data.kept import read_or_make
from cnnplay.data.strokes import FloatArray, Strokes
from cnnplay.errors import EmptyDrawingError

VERSION = 1
"""Changes whenever the same seed gives other scribbles."""
CANVAS_PX = 280
Kind = Callable[[np.random.Generator], list[FloatArray]]


def _polygon(n: int, *, step: int = 1) -> Kind:
    """A closed polygon; with a step of 2 and five corners, a star."""

    def draw(rng: np.random.Generator) -> list[FloatArray]:
        angles = 2 * math.pi * (np.arange(n + 1) * step / n) + rng.uniform(0, 2 * math.pi)
        corners = 0.5 + 0.4 * np.stack([np.sin(angles), np.cos(angles)], axis=1)
        return [corners + rng.normal(0, 0.02, corners.shape)]

    return draw


def _scrawl(rng: np.random.Generator) -> list[FloatArray]:
    """One long line that wanders and crosses itself."""
    t = np.linspace(0, 1, 120)[:, None]
    n_waves = rng.integers(4, 10)
    frequency = rng.uniform(1.5, 6, (1, 2, n_waves))
    waves = np.sin(2 * math.pi * (frequency * t[:, :, None] + rng.uniform(0, 1, (1, 2, n_waves))))
    return [0.5 + 0.4 * waves.mean(2) / np.abs(waves.mean(2)).max()]


def _zigzag(rng: np.random.Generator) -> list[FloatArray]:
    n = int(rng.integers(5, 16))
    x = np.linspace(0.1, 0.9, n) + rng.normal(0, 0.02, n)
    y = np.where(np.arange(n) % 2 == 0, 0.2, 0.8) + rng.normal(0, 0.08, n)
    return [np.stack([x, y], axis=1)]


def _sticks(rng: np.random.Generator) -> list[FloatArray]:
    """Short lines thrown about."""
    return [rng.uniform(0.05, 0.95, (2, 2)) for _ in range(rng.integers(4, 9))]


def _spiral(rng: np.random.Generator) -> list[FloatArray]:
    angle = np.linspace(0, rng.uniform(2.5, 5) * 2 * math.pi, 150)
    radius = 0.42 * angle / angle[-1]
    return [0.5 + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)]


def _cross(_rng: np.random.Generator) -> list[FloatArray]:
    return [np.array([[0.15, 0.15], [0.85, 0.85]]), np.array([[0.85, 0.15], [0.15, 0.85]])]


def _grid(rng: np.random.Generator) -> list[FloatArray]:
    at = np.linspace(0.15, 0.85, int(rng.integers(2, 5)))
    return [np.array([[x, 0.1], [x, 0.9]]) for x in at] + [np.array([[0.1, y], [0.9, y]]) for y in at]


def _heart(_rng: np.random.Generator) -> list[FloatArray]:
    t = np.linspace(0, 2 * math.pi, 60)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([0.5 + x / 40, 0.5 - y / 40], axis=1)]


def _smiley(_rng: np.random.Generator) -> list[FloatArray]:
    t = np.linspace(0, 2 * math.pi, 50)
    face = 0.5 + 0.42 * np.stack([np.cos(t), np.sin(t)], axis=1)
    s = np.linspace(0.2 * math.pi, 0.8 * math.pi, 20)
    mouth = 0.5 + 0.25 * np.stack([np.cos(s), np.sin(s)], axis=1)
    eyes = [np.array([[x, 0.32], [x, 0.42]]) for x in (0.36, 0.64)]
    return [face, mouth, *eyes]


def _letter(*lines: str) -> Kind:
    """A capital letter: each line is a run of grid points, column a to c and row 0 to 4."""

    def draw(rng: np.random.Generator) -> list[FloatArray]:
        strokes = []
        for line in lines:
            points = [("abc".index(line[i]) / 2, int(line[i + 1]) / 4) for i in range(0, len(line), 2)]
            strokes.append(0.2 + 0.6 * np.array(points) + rng.normal(0, 0.03, (len(points), 2)))
        return strokes

    return draw


KINDS: dict[str, Kind] = {
    "scrawl": _scrawl,
    "zigzag": _zigzag,
    "sticks": _sticks,
    "spiral": _spiral,
    "cross": _cross,
    "star": _polygon(5, step=2),
    "letter A": _letter("a4b0c4", "a3c3"),
    "letter E": _letter("c0a0a4c4", "a2c2"),
    "letter H": _letter("a0a4", "c0c4", "a2c2"),
    "letter K": _letter("a0a4", "c0a2c4"),
    "letter M": _letter("a4a0b2c0c4"),
    "letter R": _letter("a4a0c0c2a2c4"),
    "letter W": _letter("a0a4b2c4c0"),
}
HELD_OUT: dict[str, Kind] = {
    "triangle": _polygon(3),
    "heart": _heart,
    "smiley": _smiley,
    "grid": _grid,
    "letter F": _letter("c0a0a4", "a2c2"),
    "letter N": _letter("a4a0c4c0"),
    "letter P": _letter("a4a0c0c2a2"),
}


def _distort(strokes: list[FloatArray], rng: np.random.Generator) -> Strokes:
    """A hand of its own: slanted, turned, stretched and a little bent."""
    angle, slant = rng.normal(0, 0.15), rng.normal(0, 0.15)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[1, slant], [0, 1]]) @ np.diag(rng.uniform(0.7, 1.0, 2))
    return tuple(CANVAS_PX * np.clip(0.5 + (stroke - 0.5) @ matrix.T, 0.02, 0.98) for stroke in strokes)


def make_scribbles(n: int, *, seed: int, kinds: dict[str, Kind] = KINDS) -> NDArray[np.uint8]:
    """Scribbles as a network sees them, by the path of a drawing.

    Args:
        n: how many.
        seed: the same seed gives the same scribbles.
        kinds: `KINDS` to learn from, `HELD_OUT` to measure with.

    Returns:
        (n, 1, 28, 28) uint8, kinds in turn.
    """
    rng = np.random.default_rng(seed)
    makers = list(kinds.values())
    images: list[NDArray[np.uint8]] = []
    while len(images) < n:
        drawn = _distort(makers[len(images) % len(makers)](rng), rng)
        try:
            images.append(prepare_strokes(drawn, brush_px=20, canvas_px=CANVAS_PX).image)
        except EmptyDrawingError:
            continue
    return np.stack(images)[:, None]


def load_scribbles(n: int, *, seed: int, kinds: dict[str, Kind] = KINDS) -> NDArray[np.uint8]:
    """The same, made at the first call, which takes seconds, and read back after that.

    Args:
        n: how many.
        seed: the same seed gives the same scribbles.
        kinds: `KINDS` to learn from, `HELD_OUT` to measure with.

    Returns:
        (n, 1, 28, 28) uint8, read-only.

    Raises:
        DataError: the app's folder cannot be written.
    """
    recipe = f"{VERSION}/{n}/{seed}/{'/'.join(kinds)}"
    arrays = read_or_make(
        "scribbles",
        lambda: {"images": make_scribbles(n, seed=seed, kinds=kinds)},
        follows_from=recipe.encode(),
        source=recipe,
    )
    return arrays["images"]
