"""Steps that carry values on, or put a few of them together: sums, products, and mere moves."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.inference.inside.explanation import Explanation, Question
from cnnplay.models.airbench import Scale


def explain_carried(asked: Question, module: nn.Module | None) -> Explanation | None:
    """How a value came about by adding, multiplying or moving; None where the operation is not known here.

    Args:
        asked: the value.
        module: that does the step, if any.
    """
    if isinstance(module, Scale):
        return asked.answer_one(weight=module.factor)
    if asked.kind == "dropout":
        return asked.answer_one()
    if asked.kind == "reshape":
        return _explain_reshape(asked, module)
    word = asked.graph.step(asked.name).text
    if asked.kind == "concat":
        return _explain_concat(asked)
    if word in {"add", "sub"}:
        return _explain_sum(asked, -1.0 if word == "sub" else 1.0)
    return _explain_product(asked) if word == "mul" else None


def _place(asked: Question, name: str) -> tuple[int, ...]:
    """Where the value at the index comes from, in a step whose shape may have to be stretched to this one's."""
    shape = asked.values[name].shape
    return tuple(0 if n == 1 else i for i, n in zip(asked.index, shape, strict=True))


def _explain_sum(asked: Question, sign: float) -> Explanation:
    signed = list(zip(asked.graph.arguments(asked.name), (1.0, sign), strict=False))
    steps = [(each, factor) for each, factor in signed if isinstance(each, str)]
    constant = sum(float(each) * factor for each, factor in signed if not isinstance(each, str))
    places = [_place(asked, each) for each, _ in steps]
    operands = [float(asked.values[each][at]) for (each, _), at in zip(steps, places, strict=True)]
    return asked.answer(
        np.array(operands), np.array([factor for _, factor in steps]), np.array(places, np.int64),
        sources=tuple(each for each, _ in steps), bias=constant if len(steps) < len(signed) else None,
    )  # fmt: skip


def _explain_product(asked: Question) -> Explanation:
    first, second = sorted(asked.graph.arguments(asked.name)[:2], key=lambda each: not isinstance(each, str))
    place = _place(asked, first)
    factor = float(asked.values[second][_place(asked, second)]) if isinstance(second, str) else float(second)
    sources = (first, second) if isinstance(second, str) else (first,)
    operand = float(asked.values[first][place])
    return asked.answer(
        np.array([operand]), np.array([factor]), np.array([place], np.int64), sources=sources
    )  # fmt: skip


def _explain_concat(asked: Question) -> Explanation:
    channel, *rest = asked.index
    for each in asked.graph.arguments(asked.name)[0]:
        n = asked.values[each].shape[0]
        if channel < n:
            break
        channel -= n
    place = (channel, *rest)
    operand = np.array([float(asked.values[each][place])])
    return asked.answer(operand, np.ones(1), np.array([place], np.int64), sources=(each,))


def _explain_reshape(asked: Question, module: nn.Module | None) -> Explanation | None:
    """Moves numbered places instead of values, and sees which one arrives; 0 is padding."""
    before = asked.values[asked.source]
    numbers = torch.arange(1, before.numel() + 1).reshape(1, *before.shape)
    word, details = asked.graph.step(asked.name).text, asked.graph.arguments(asked.name)[1:]
    if module is not None:
        moved: Tensor = module(numbers)
    elif word == "getitem":
        moved = numbers[details[0]]
    elif word == "pad" and len(details) == 1:
        moved = F.pad(numbers, details[0])
    elif word == "flatten":
        moved = numbers.flatten(*details)
    else:
        return None
    number = int(moved[0][asked.index])
    place = np.array([np.unravel_index(max(number - 1, 0), before.shape)], np.int64)
    operand = float(before[tuple(place[0])]) if number else 0.0
    return asked.answer(np.array([operand]), np.ones(1), place, inside=np.array([number > 0]))
