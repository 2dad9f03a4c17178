"""What is told about one value of a network: the numbers that went in, their weights, and what followed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnplay.inference.inside.graph import Graph, Kind

Floats = NDArray[np.float64]
Values = Mapping[str, Tensor]
"""What every step gives, by its name, without the batch: (C, H, W) or (K,) float32."""


@dataclass(frozen=True)
class Line:
    """What is done to the sum after it is made, or a number that this takes.

    Attributes:
        words: what is done.
        result: what it comes to.
        operand: the number that it is done with, if any.
    """

    words: str
    result: float
    operand: float | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where one value comes from: operands times weights, plus the bias, and then line by line.

    Attributes:
        name: of the step.
        kind: of the step.
        index: of the value in what the step gives.
        sources: names of the steps that the operands are values of: one for all, or one for each along the first axis.
        operands: float64; (channels, height, width) for a convolution, (height, width) for pooling, else (n,).
        weights: of the shape of `operands`.
        places: int64, as `operands` with one axis more: index of each operand in its source.
        inside: bool, as `operands`; False for what is padding.
        bias: added to the products; None where the step has none.
        lines: what follows.
        total: the value, in float64.
        magnitude: sum of the absolute values of everything that was added; rounding errors are in proportion to it.
        is_complete: False where the step is not broken down, and `total` is what the network says.
    """

    name: str
    kind: Kind
    index: tuple[int, ...]
    sources: tuple[str, ...]
    operands: Floats
    weights: Floats
    places: NDArray[np.int64]
    inside: NDArray[np.bool_]
    bias: float | None
    lines: tuple[Line, ...]
    total: float
    magnitude: float
    is_complete: bool = True

    @property
    def products(self) -> Floats:
        """Operands times weights; 0 where the weight is."""
        return multiply(self.operands, self.weights)


def multiply(operands: Floats, weights: Floats) -> Floats:
    """The products; 0 where the weight is, even of what is no number."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(weights == 0, 0.0, operands) * weights


@dataclass(frozen=True, eq=False)
class Question:
    """One value that somebody wants to know about, and ways to answer.

    Attributes:
        graph: of the network.
        values: as `Graph.compute` gives them, without the batch.
        name: of the step.
        kind: of the step.
        index: of the value.
    """

    graph: Graph
    values: Values
    name: str
    kind: Kind
    index: tuple[int, ...]

    @property
    def source(self) -> str:
        """The first step, often the only one, that it takes from."""
        return self.graph.step(self.name).inputs[0]

    def operand(self) -> float:
        """The value at the same place of what goes in."""
        return float(self.values[self.source][self.index])

    def plane(self) -> tuple[int, int, int, int]:
        """Height and width of the map, and the row and column of the value."""
        height, width = self.values[self.source].shape[-2:]
        return height, width, self.index[-2], self.index[-1]

    def answer(
        self,
        operands: Floats,
        weights: Floats,
        places: NDArray[np.int64],
        *,
        sources: tuple[str, ...] = (),
        inside: NDArray[np.bool_] | None = None,
        bias: float | None = None,
        lines: tuple[Line, ...] = (),
        magnitude: float | None = None,
    ) -> Explanation:
        """Operands and what becomes of them, as in `Explanation`; without lines and magnitude, both follow."""
        inside = np.ones(operands.shape, bool) if inside is None else inside
        products = multiply(operands, weights)
        total = lines[-1].result if lines else float(products.sum()) + (bias or 0.0)
        size = float(np.abs(products).sum()) + abs(bias or 0.0) if magnitude is None else magnitude
        return Explanation(
            self.name, self.kind, self.index, sources or (self.source,), operands, weights, places, inside, bias, lines,
            total, size,
        )  # fmt: skip

    def answer_one(self, *lines: Line, weight: float = 1.0, magnitude: float | None = None) -> Explanation:
        """One operand, from the same place of what goes in."""
        place = np.array([self.index], np.int64)
        return self.answer(np.array([self.operand()]), np.array([weight]), place, lines=lines, magnitude=magnitude)

    def give_up(self) -> Explanation:
        """What the network says."""
        total = float(self.values[self.name][self.index])
        none = np.zeros(0)
        return Explanation(
            self.name, self.kind, self.index, self.graph.step(self.name).inputs, none, none,
            np.zeros((0, len(self.index)), np.int64), none.astype(bool), None, (), total, abs(total), is_complete=False,
        )  # fmt: skip
