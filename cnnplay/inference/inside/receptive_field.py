"""Which pixels of the picture a value can depend on.

Followed from the picture on, layer by layer, as in Araujo, Norris and Sim (2019), Computing Receptive Fields of
Convolutional Neural Networks, Distill, doi:10.23915/distill.00021; where branches meet, a field covers those of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from torch import fx, nn

from cnnplay.inference.inside.graph import INPUT, Graph, Step
from cnnplay.models.surgery import PixelShuffle


@dataclass(frozen=True)
class Field:
    """The fields of a layer's units along one side of the picture, in pixels from its edge.

    Attributes:
        size: pixels that one unit sees, those beyond the edge included.
        jump: pixels between the fields of two neighbouring units.
        first: where the field of the first unit begins; below 0 where it begins in the padding.
        n_units: along this side.
        n_pixels: of the picture.
    """

    size: int
    jump: int
    first: int
    n_units: int
    n_pixels: int

    @property
    def centre(self) -> float:
        """Middle of the first unit's field; a pixel's own middle is its number."""
        return self.first + (self.size - 1) / 2

    @property
    def is_whole(self) -> bool:
        """Whether every unit sees this whole side of the picture."""
        return all(self.pixels_of(at) == (0, self.n_pixels - 1) for at in (0, self.n_units - 1))

    def pixels_of(self, unit: int) -> tuple[int, int]:
        """First and last pixel that a unit sees, its number from 0; what lies in the padding is cut off."""
        start = self.first + unit * self.jump
        return max(start, 0), min(start + self.size, self.n_pixels) - 1

    def slide(self, kernel: int, stride: int, padding: int, n_units: int) -> "Field":
        """After a window of so many units has gone over these ones."""
        size = self.size + (kernel - 1) * self.jump
        return replace(
            self, size=size, jump=self.jump * stride, first=self.first - padding * self.jump, n_units=n_units
        )

    def gather(self) -> "Field":
        """Of one unit that takes from all of these."""
        return self.slide(self.n_units, 1, 0, 1)

    def join(self, other: "Field") -> "Field":
        """Of units that take from these and from others of as many.

        Where the jumps differ, or the numbers, the field is that of all units together, seen by each.
        """
        if (self.jump, self.n_units) != (other.jump, other.n_units):
            return self.gather().join(other.gather()) if self.n_units > 1 or other.n_units > 1 else self._cover(other)
        return self._cover(other)

    def _cover(self, other: "Field") -> "Field":
        first = min(self.first, other.first)
        return replace(self, first=first, size=max(self.first + self.size, other.first + other.size) - first)


Fields = tuple[Field, Field]
"""Along the rows (from the top) and along the columns (from the left)."""


def read_fields(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Fields]:
    """The fields of every step's units, by its name, and of the picture's own pixels, `INPUT`.

    Values in a row, such as those of a flattened map, have the fields of the units that they come from; those of a
    dense layer see what all the units before it see.

    Args:
        graph: of the network.
        shapes: of what every step gives, without the batch, by its name, `INPUT` included.
    """
    nodes = {graph._nodes.get(node.name): node for node in graph._traced.nodes if node.op != "output"}
    height, width = (Field(1, 1, 0, n, n) for n in shapes[INPUT][-2:])
    fields: dict[str, Fields] = {INPUT: (height, width)}
    for step in graph.steps:
        before = [fields[each] for each in step.inputs]
        joined = before[0]
        for other in before[1:]:
            joined = (joined[0].join(other[0]), joined[1].join(other[1]))
        fields[step.name] = _follow(step, graph.module(step.name), nodes.get(step.name), joined, shapes[step.name])
    return fields


def _follow(step: Step, module: nn.Module | None, node: fx.Node | None, before: Fields, shape: Sequence[int]) -> Fields:
    if isinstance(module, nn.Linear):
        return before[0].gather(), before[1].gather()
    sizes = shape[1:] if len(shape) > 1 else tuple(field.n_units for field in before)
    moves = _read_moves(step, module, node, before, sizes)
    return cast(
        "Fields",
        tuple(field.slide(*move, n_units=n) for field, move, n in zip(before, moves, sizes, strict=True)),
    )


def _read_moves(
    step: Step, module: nn.Module | None, node: fx.Node | None, before: Fields, sizes: Sequence[int]
) -> list[tuple[int, int, int]]:
    """Kernel, stride and padding of a step along both axes."""
    if isinstance(module, nn.Conv2d):
        spans = [(k - 1) * d + 1 for k, d in zip(module.kernel_size, module.dilation, strict=True)]
        return list(zip(spans, module.stride, _paddings(module, spans), strict=True))
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        kernels, strides = _pair(module.kernel_size), _pair(module.stride)
        dilations = _pair(module.dilation) if isinstance(module, nn.MaxPool2d) else (1, 1)
        spans = [(k - 1) * d + 1 for k, d in zip(kernels, dilations, strict=True)]
        return list(zip(spans, strides, _pair(module.padding), strict=True))
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        return [_adaptive(field.n_units, n) for field, n in zip(before, sizes, strict=True)]
    if isinstance(module, PixelShuffle):  # a pixel may come from so far away
        return [(2 * module.radius_px + 1, 1, module.radius_px)] * 2
    if node is not None and step.text == "getitem":
        return [(1, stride, -start) for start, stride in _slices(node)]
    if node is not None and step.text == "pad":
        widths = [*cast("Sequence[int]", node.args[1]), 0, 0, 0, 0][:4]
        return [(1, 1, widths[2]), (1, 1, widths[0])]
    return [(1, 1, 0)] * 2


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _paddings(conv: nn.Conv2d, spans: Sequence[int]) -> tuple[int, ...]:
    if conv.padding == "same":
        return tuple((span - 1) // 2 for span in spans)
    return (0, 0) if isinstance(conv.padding, str) else conv.padding


def _adaptive(n_before: int, n: int) -> tuple[int, int, int]:
    """Windows of equal size where they fit; else each unit is taken to see everything."""
    return (n_before // n, n_before // n, 0) if n_before % n == 0 else (n_before, 0, 0)


def _slices(node: fx.Node) -> list[tuple[int, int]]:
    """Start and stride of `x[:, :, a::s, b::t]`, along both axes."""
    parts = [part for part in cast("Sequence[Any]", node.args[1]) if isinstance(part, slice)]
    return [(part.start or 0, part.step or 1) for part in parts[2:4]]
