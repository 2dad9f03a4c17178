"""The picture of an architecture, drawn from the module itself, in which every block can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.words import count

if TYPE_CHECKING:
    from cnnplay.inference.inside.architecture import Cell, Group, Line

KIND_WORDS = {
    "conv": "convolution",
    "linear": "dense layer",
    "norm": "batch normalisation",
    "activation": "activation",
    "pool": "pooling",
    "add": "sum",
    "multiply": "product",
    "concat": "maps put together",
    "reshape": "another shape",
    "dropout": "dropout",
    "softmax": "softmax",
    "other": "operation",
}
"""What people read for the kind of a step."""
LETTER_PX, LABEL_PX, MARGIN_PX = 6.3, 30, 3
"""Width of a letter under a group; height of the two lines there; around the blocks."""
BEND_PX = 10
WIDE_PX, HIGH_PX = 784, 150
ZOOMS = tuple(zoom / 20 for zoom in range(44, 19, -1))
"""Small networks are drawn larger, as far as they stay within this, and no further."""
INPUT_PX = 42


def shape_words(shape: Sequence[int]) -> str:
    """A shape without the batch as people read it: 16 x 24 x 24, or 10 values."""
    return f"{count(shape[0])} values" if len(shape) == 1 else " x ".join(map(str, shape))


def get_groups(inside: Inside) -> "tuple[Group, ...]":
    """The network of the page, laid out; once for all who look at it."""
    return kept(inside, _lay_out)


def _lay_out(inside: Inside) -> "tuple[Group, ...]":
    from cnnplay.inference.inside.architecture import draw_architecture

    return draw_architecture(inside.graph, {name: tuple(value.shape) for name, value in inside.values().items()})


def draw_input(image: NDArray[np.uint8], groups: "Sequence[Group]") -> str:
    """The picture itself, (C, H, W) uint8, where the blocks begin."""
    frame = measure(groups)
    shown = as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    room = f"{frame.up - INPUT_PX / 2:.1f}px auto {frame.down - INPUT_PX / 2:.1f}px"
    return (
        f'<figure class="cp-first"><img class="cp-pixels" src="{data_address(shown)}" alt="The picture" '
        f'style="width:{INPUT_PX}px;height:{INPUT_PX}px;margin:{room}">'
        f"<figcaption>picture<br><span>{shape_words(image.shape)}</span></figcaption></figure>"
    )


def draw_groups(groups: "Sequence[Group]", chosen: str) -> str:
    """All groups as SVG, each an element of its own, so that they can stand in one row or in several.

    Args:
        groups: from the first to the softmax.
        chosen: name of the step that is marked.
    """
    frame = measure(groups)
    return "".join(_draw_group(group, frame, chosen) for group in groups)


@dataclass(frozen=True)
class Frame:
    """How a network's picture is enlarged, and how far it then goes from the middle, in pixels."""

    zoom: float
    up: float
    down: float


def measure(groups: "Sequence[Group]") -> Frame:
    """The frame that all groups of a network share: the largest in which they stand in one row, if there is one."""
    up, down = max(group.up for group in groups), max(group.down for group in groups)
    zooms = [zoom for zoom in ZOOMS if zoom * (up + down) <= HIGH_PX]
    fitting = (zoom for zoom in zooms if sum(_group_width(group, zoom) for group in groups) <= WIDE_PX)
    zoom = next(fitting, 1.0)
    return Frame(zoom, max(zoom * up, INPUT_PX / 2) + MARGIN_PX, max(zoom * down, INPUT_PX / 2) + MARGIN_PX)


def _group_width(group: "Group", zoom: float) -> float:
    return max(zoom * group.width, LETTER_PX * max(len(group.name), len(_short_shape(group))) + 8)


def _short_shape(group: "Group") -> str:
    return shape_words(group.shape).removesuffix(" values")


def _draw_group(group: "Group", frame: Frame, chosen: str) -> str:
    width = _group_width(group, frame.zoom)
    height = frame.up + frame.down + LABEL_PX
    lines = "".join(_draw_line(line) for line in group.lines)
    lines += f'<path d="M{group.width:.1f},0H{width / frame.zoom:.1f}"/>'
    cells = "".join(_draw_cell(cell, is_chosen=cell.name == chosen) for cell in group.cells)
    return (
        f'<svg class="cp-group" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="0 {-frame.up:.1f} {width:.1f} {height:.1f}">'
        f'<g transform="scale({frame.zoom:.3f})"><g class="cp-ways">{lines}</g>{cells}</g>'
        f'<text x="{width / 2:.1f}" y="{frame.down + 10:.1f}">{escape(group.name)}</text>'
        f'<text class="cp-shape" x="{width / 2:.1f}" y="{frame.down + 24:.1f}">{_short_shape(group)}</text></svg>'
    )


def _draw_line(line: "Line") -> str:
    if line.over is not None:
        near, far = min(line.x0 + BEND_PX, line.x1), max(line.x1 - BEND_PX, line.x0)
        way = f"C{near:.1f},{line.y0:.1f} {line.x0 + 2:.1f},{line.over:.1f} {near + 4:.1f},{line.over:.1f}"
        back = f"H{far - 4:.1f}C{line.x1 - 2:.1f},{line.over:.1f} {far:.1f},{line.y1:.1f} {line.x1:.1f},{line.y1:.1f}"
        return f'<path d="M{line.x0:.1f},{line.y0:.1f}{way}{back}"/>'
    if line.y0 == line.y1:
        return f'<path d="M{line.x0:.1f},{line.y0:.1f}H{line.x1:.1f}"/>'
    bend = max(line.x0, line.x1 - BEND_PX)
    middle = (bend + line.x1) / 2
    return (
        f'<path d="M{line.x0:.1f},{line.y0:.1f}H{bend:.1f}C{middle:.1f},{line.y0:.1f} {middle:.1f},{line.y1:.1f} '
        f'{line.x1:.1f},{line.y1:.1f}"/>'
    )


def _draw_cell(cell: "Cell", *, is_chosen: bool) -> str:
    name = escape(cell.name)
    words = f"{name}, {KIND_WORDS[cell.kind]}, {shape_words(cell.shape)}"
    state = 'aria-current="true" tabindex="0"' if is_chosen else 'tabindex="-1"'
    return (
        f'<g class="cp-{cell.kind}" data-pick="{name}" aria-label="{words}" {state}><title>{words}</title>'
        f"{_draw_block(cell)}</g>"
    )


def _draw_block(cell: "Cell") -> str:
    top, left = cell.y - cell.height / 2, cell.x
    if cell.kind in {"add", "multiply"}:
        radius, arm = cell.width / 2, 3.6
        turn = f' transform="rotate(45 {left + radius:.1f} {cell.y:.1f})"' if cell.kind == "multiply" else ""
        return (
            f'<circle cx="{left + radius:.1f}" cy="{cell.y:.1f}" r="{radius - 0.7:.1f}"/>'
            f'<path{turn} d="M{left + radius - arm:.1f},{cell.y:.1f}h{2 * arm}m{-arm},{-arm}v{2 * arm}"/>'
        )
    if cell.kind == "pool":
        half_in, half_out = cell.height_in / 2, cell.height / 2
        return (
            f'<path d="M{left:.1f},{cell.y - half_in:.1f}L{cell.end:.1f},{cell.y - half_out:.1f}'
            f'V{cell.y + half_out:.1f}L{left:.1f},{cell.y + half_in:.1f}Z"/>'
        )
    block = f'<rect x="{left:.1f}" y="{top:.1f}" width="{cell.width:.1f}" height="{cell.height:.1f}" rx="1.5"/>'
    at = left
    for share in cell.shares[:-1]:
        at += share * cell.width
        block += f'<path d="M{at:.1f},{top:.1f}v{cell.height:.1f}"/>'
    return block
