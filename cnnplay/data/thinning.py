"""From inked pixels back to the path of the pen: how wide the pen was, and the line its middle ran along."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

CORE_DEPTH = 0.6
"""Only ink deeper than this many pen radii is thinned: what is nearer to the edge makes nothing but spurs."""
DEEP_DEPTH = 1.1
"""Ink deeper than this many radii is more than a line: a loop that ran full, a corner that closed. It stays full."""
SHORT_PATH = 4.0
"""On a path shorter than four pen widths the loops that ran full hide how wide the pen was."""
ROUNDED_OFF = 0.005
_RADIUS_PERCENTILE = 45
_SMALLER = (1.0, 0.92, 0.84, 0.77, 0.7, 0.64, 0.58)
_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


@dataclass(frozen=True, slots=True)
class PenPath:
    """The way of the pen, in pixels of the mask.

    Attributes:
        points: (n, 2) float64 (x, y) of the pen's middle: along lines about 1 px apart, within full areas 3 px.
        radius_px: half the pen's width.
        deepest_px: greatest distance of any ink from paper.
    """

    points: FloatArray
    radius_px: float
    deepest_px: float


def trace_pen(mask: BoolArray) -> PenPath:
    """Find the pen's width and where its middle ran.

    The middle of a round pen is never nearer to the edge of the ink than its radius, and along a plain stroke exactly
    as near. Drawn again along these points with a thinner pen, strokes get thinner and full areas shrink.

    Args:
        mask: (H, W) bool ink, some of it True.

    Returns:
        The path of the pen.
    """
    padded = np.pad(mask, 1)
    depth = ndimage.distance_transform_edt(padded)
    skeleton = thin(padded)
    skeleton.flat[depth.argmax()] = True  # an even disc is thinned to a block of 2 x 2, and that to nothing
    radius = max(float(np.percentile(depth[skeleton], _RADIUS_PERCENTILE)), 0.5)
    if skeleton.sum() < SHORT_PATH * 2 * radius:
        radius = _radius_of_edge(depth, radius)
    core = depth >= CORE_DEPTH * radius
    middle = thin(core | _long_pieces(skeleton & ~core, radius))
    middle.flat[depth.argmax()] = True
    middle[::3, ::3] |= depth[::3, ::3] >= DEEP_DEPTH * radius
    ys, xs = np.nonzero(middle)
    points = np.stack([xs - 0.5, ys - 0.5], axis=1)
    return PenPath(points=points, radius_px=radius, deepest_px=float(depth.max()))


def _radius_of_edge(depth: FloatArray, radius: float) -> float:
    """Largest radius, no larger than the given, of a round pen that can get into every corner of the ink."""
    ink = depth > 0
    for smaller in _SMALLER:
        away = ndimage.distance_transform_edt(depth < smaller * radius)
        out_of_reach = ink & (away > smaller * radius + 0.7)
        if out_of_reach.sum() <= ROUNDED_OFF * ink.sum():
            break
    return max(smaller * radius, 0.5)


def _long_pieces(lines: BoolArray, length: float) -> BoolArray:
    """Pieces longer than `length`: where the pen was lifted a little; the shorter are spurs of a rough edge."""
    labels, _ = ndimage.label(lines, structure=np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    long: BoolArray = (sizes > length)[labels]
    return long


def _deletable(first_pass: bool) -> BoolArray:
    """Zhang and Suen 1984, A Fast Parallel Algorithm for Thinning Digital Patterns, as a table over 8 neighbours."""
    table = np.zeros(256, dtype=np.bool_)
    for code in range(256):
        p = [(code >> k) & 1 for k in range(8)]
        rises = sum(p[k] == 0 and p[(k + 1) % 8] == 1 for k in range(8))
        north, east, south, west = p[0], p[2], p[4], p[6]
        open_side = (
            north * east * south == 0 and east * south * west == 0
            if first_pass
            else north * east * west == 0 and north * south * west == 0
        )
        table[code] = 2 <= sum(p) <= 6 and rises == 1 and open_side
    return table


_TABLES = (_deletable(True), _deletable(False))


def thin(mask: BoolArray) -> BoolArray:
    """Thin ink to lines of one pixel that keep its loops and ends; (H, W) bool, whose border must be False."""
    flat = mask.astype(np.uint8).ravel()
    offsets = [dy * mask.shape[1] + dx for dy, dx in _NEIGHBOURS]
    ink = np.flatnonzero(flat)
    changed = True
    while changed:
        changed = False
        for table in _TABLES:
            code = np.zeros(len(ink), dtype=np.uint8)
            for k, offset in enumerate(offsets):
                code |= flat[ink + offset] << np.uint8(k)
            gone = table[code]
            flat[ink[gone]] = 0
            ink = ink[~gone]
            changed = changed or bool(gone.any())
    return flat.reshape(mask.shape).astype(np.bool_)
