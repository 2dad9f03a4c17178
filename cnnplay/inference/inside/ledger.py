"""A sum as it is printed: the largest parts first, the rest in one, and what rounding them leaves over.

The numbers as printed add up to the total as printed, to the last digit: where the roundings of the parts do not
cancel, what they leave over has a row of its own.
"""

import math
from dataclasses import dataclass

import numpy as np

from cnnplay.inference.inside.explanation import Explanation

SIGNIFICANT_DIGITS = 4
"""Of the largest number: float32 holds seven, a sum of thousands of them keeps some six, and people read four."""
SHARE_DECIMALS = 6
"""Of a softmax, where the unlikely classes would all be 0 otherwise."""
MOST_DECIMALS = 8


@dataclass(frozen=True)
class Part:
    """One row of a sum.

    Attributes:
        at: which one along the first axis of the operands: an input channel of a convolution, a term of another sum.
        amount: what it adds.
    """

    at: int
    amount: float


@dataclass(frozen=True)
class Ledger:
    """A sum, row by row.

    Attributes:
        decimals: so many are printed; both the exact sum and the network's own value read the same with them.
        parts: the largest in size first.
        n_rest: so many further parts are put together.
        rest: what these add.
        bias: what is added besides; None where the step has none.
        rounding: what the printed numbers lack of the printed sum; often 0.
        total: the sum.
    """

    decimals: int
    parts: tuple[Part, ...]
    n_rest: int
    rest: float
    bias: float | None
    rounding: float
    total: float


def write_ledger(explanation: Explanation, value: float, *, most: int | None = None) -> Ledger:
    """The products of a value as a sum; the maps of a convolution are added up each for itself.

    Args:
        explanation: of the value; its lines are left out.
        value: what the network says it is.
        most: so many parts, or one more, are shown one by one; None for all.
    """
    products = explanation.products
    amounts = products.reshape(len(products), -1).sum(1) if explanation.kind == "conv" else products.ravel()
    order = np.argsort(-np.abs(amounts), kind="stable")
    n_shown = len(order) if most is None or len(order) <= most + 1 else most  # a rest of one is no shorter
    parts = tuple(Part(int(at), float(amounts[at])) for at in order[:n_shown])
    rest = float(amounts[order[n_shown:]].sum())
    decimals = choose_decimals(explanation, value)
    total = float(amounts.sum()) + (explanation.bias or 0.0)
    printed = sum(round(each, decimals) for each in (*(part.amount for part in parts), rest, explanation.bias or 0.0))
    rounding = round(round(total, decimals) - printed, decimals)
    return Ledger(decimals, parts, len(order) - n_shown, rest, explanation.bias, rounding, total)


def choose_decimals(explanation: Explanation, value: float) -> int:
    """With so many decimals the numbers are printed: as many as are known for certain.

    Args:
        explanation: of the value.
        value: what the network says it is, in float32.
    """
    products, lines = np.abs(explanation.products), [abs(line.result) for line in explanation.lines]
    largest = max([abs(explanation.total), float(products.max(initial=0.0)), *lines])
    if not math.isfinite(largest):
        return 0
    decimals = SHARE_DECIMALS if explanation.kind == "softmax" else fit_decimals(largest)
    while decimals and print_number(explanation.total, decimals) != print_number(value, decimals):
        decimals -= 1
    return decimals


def fit_decimals(largest: float) -> int:
    """With so many decimals a number of this size has its significant digits."""
    if not math.isfinite(largest) or not largest:
        return SIGNIFICANT_DIGITS
    return min(max(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(largest))), 0), MOST_DECIMALS)


def print_number(value: float, decimals: int) -> str:
    """With so many decimals; zero has no sign."""
    return f"{value:z.{decimals}f}"
