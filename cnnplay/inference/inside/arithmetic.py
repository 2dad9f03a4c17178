"""How one value of a network came about, number by number: what went in, by what it was multiplied, and what was added.

The sum is computed in float64 from the network's own float32 numbers. The network adds the same numbers in float32, in
an order of its own, so that both agree to some six digits of the sum of the absolute products.
"""

import math
from typing import cast

import numpy as np
from torch import Tensor, nn

from cnnplay.inference.inside.carried import explain_carried
from cnnplay.inference.inside.explanation import Explanation, Line, Question, Values
from cnnplay.inference.inside.graph import SOFTMAX, Graph
from cnnplay.inference.inside.windows import Window, convolution_window, pooling_window
from cnnplay.models.surgery import ACTIVATION_MODULES

_LARGEST_EXPONENT = 700.0
"""e to a larger power is more than a float64 holds."""


def explain(
    graph: Graph, values: Values, name: str, index: tuple[int, ...], *, temperature: float = 1.0
) -> Explanation:
    """Tells how one value came about.

    Args:
        graph: of the network.
        values: as `Graph.compute` gives them, without the batch, and those of `SOFTMAX`.
        name: of a step, or `SOFTMAX`.
        index: of the value: (channel, row, column), or its number in a vector.
        temperature: by which the logits are divided before the softmax.

    Raises:
        KeyError: there is no such step.
    """
    if name == SOFTMAX:
        return _explain_softmax(graph, values, index, temperature)
    step, module = graph.step(name), graph.module(name)
    asked = Question(graph, values, name, step.kind, index)
    if isinstance(module, nn.Conv2d) and module.padding_mode == "zeros":
        return _explain_convolution(asked, module)
    if isinstance(module, nn.Linear):
        return _explain_linear(asked, module)
    if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.running_mean is not None:
        return _explain_norm(asked, module)
    if step.kind == "pool" and module is not None and (window := pooling_window(module, *asked.plane())):
        return _explain_pooling(asked, window)
    if step.kind == "activation":
        return _explain_activation(asked, module)
    return explain_carried(asked, module) or asked.give_up()


def _explain_convolution(asked: Question, conv: nn.Conv2d) -> Explanation:
    channel, row, column = asked.index
    maps = asked.values[asked.source].double().numpy()
    window = convolution_window(conv, maps.shape[1], maps.shape[2], row, column)
    n = maps.shape[0] // conv.groups
    channels = channel // (conv.out_channels // conv.groups) * n + np.arange(n, dtype=np.int64)
    operands = window.cut(maps[channels])
    weights = conv.weight.detach()[channel].double().numpy()
    bias = None if conv.bias is None else conv.bias[channel].item()
    inside = np.broadcast_to(window.inside, operands.shape)
    return asked.answer(operands, weights, window.places(channels), inside=inside, bias=bias)


def _explain_linear(asked: Question, linear: nn.Linear) -> Explanation:
    operands = asked.values[asked.source].double().numpy()
    weights = linear.weight.detach()[asked.index[0]].double().numpy()
    biases = cast("Tensor | None", linear.bias)
    bias = None if biases is None else biases[asked.index[0]].item()
    return asked.answer(operands, weights, np.arange(len(operands), dtype=np.int64)[:, None], bias=bias)


def _explain_norm(asked: Question, norm: nn.modules.batchnorm._BatchNorm) -> Explanation:
    channel = asked.index[0]
    mean, var = float(cast("Tensor", norm.running_mean)[channel]), float(cast("Tensor", norm.running_var)[channel])
    scale = norm.weight[channel].item() if norm.affine else 1.0
    shift = norm.bias[channel].item() if norm.affine else 0.0
    spread = math.sqrt(var + norm.eps)
    centred = asked.operand() - mean
    lines = (
        Line("minus the mean that training saw", centred, mean),
        Line("divided by the spread, the root of the variance that training saw", centred / spread, spread),
        Line("times a learned scale", centred / spread * scale, scale),
        Line("plus a learned shift", centred / spread * scale + shift, shift),
    )
    magnitude = (abs(asked.operand()) + abs(mean)) / spread * abs(scale) + abs(shift)
    return asked.answer_one(*lines, magnitude=magnitude)


def _explain_pooling(asked: Question, window: Window) -> Explanation:
    channel = asked.index[0]
    operands = window.cut(asked.values[asked.source][channel].double().numpy())
    if window.divisor is None:
        winner = np.argmax(np.where(window.inside, operands, -np.inf))
        weights = (np.arange(operands.size) == winner).astype(float).reshape(operands.shape)
    else:
        weights = np.full(operands.shape, 1 / window.divisor)
    places = window.places(np.array([channel], np.int64))[0]
    return asked.answer(operands, weights, places, inside=window.inside)


def _explain_activation(asked: Question, module: nn.Module | None) -> Explanation:
    x = asked.operand()
    kinds = {kind: key for key, kind in ACTIVATION_MODULES.items()}
    key = asked.graph.step(asked.name).text if module is None else kinds.get(type(module), "")
    if key == "gelu" and getattr(module, "approximate", "none") != "none":
        return asked.give_up()
    slope = float(getattr(module, "negative_slope", 0.01))
    alpha = float(getattr(module, "alpha", 1.0))
    share = 1 / (1 + math.exp(-x)) if x > -_LARGEST_EXPONENT else 0.0
    below = 0.5 * math.erfc(-x / math.sqrt(2))
    results: dict[str, tuple[Line, ...]] = {
        "relu": (Line("what is above 0 stays, the rest becomes 0", max(x, 0.0)),),
        "leaky_relu": (Line(f"what is below 0 is multiplied by {slope:g}", x if x >= 0 else slope * x),),
        "elu": (Line(f"x below 0 becomes {alpha:g} (e^x - 1)", x if x > 0 else alpha * math.expm1(x)),),
        "gelu": (
            Line("share of a normal distribution that lies below it", below),
            Line("it, times that share", x * below),
        ),
        "silu": (Line("sigmoid of it, 1 / (1 + e^-x)", share), Line("it, times its sigmoid", x * share)),
        "tanh": (Line("hyperbolic tangent, which ends at -1 and 1", math.tanh(x)),),
        "sigmoid": (Line("sigmoid, 1 / (1 + e^-x), between 0 and 1", share),),
    }
    return asked.answer_one(*results[key], magnitude=max(abs(x), 1.0)) if key in results else asked.give_up()


def _explain_softmax(graph: Graph, values: Values, index: tuple[int, ...], temperature: float) -> Explanation:
    logits = values[graph.output].double().numpy()
    divided = logits / temperature
    powers = np.exp(divided - divided.max())
    own, everyone = float(powers[index[0]]), float(powers.sum())
    lines = (
        Line("e to the power of it, after the largest of all is taken away", own),
        Line("the same of all classes, added up", everyone),
        Line("the first divided by the second", own / everyone),
    )
    places = np.arange(len(logits), dtype=np.int64)[:, None]
    asked = Question(graph, values, SOFTMAX, "softmax", index)
    weights = np.full(len(logits), 1 / temperature)
    return asked.answer(logits, weights, places, sources=(graph.output,), lines=lines, magnitude=1.0)
