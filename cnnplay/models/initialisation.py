"""How the first weights are drawn, where not in the network's own way."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

NORMAL_STD = 0.01
"""As AlexNet began (Krizhevsky et al. 2012)."""
UNIFORM_BOUND = 0.05
"""Keras's random_uniform."""

DRAWS: dict[str, Callable[[Tensor], Tensor]] = {
    "normal": partial(nn.init.normal_, std=NORMAL_STD),
    "uniform": partial(nn.init.uniform_, a=-UNIFORM_BOUND, b=UNIFORM_BOUND),
    "xavier": nn.init.xavier_uniform_,  # Glorot and Bengio 2010
    "kaiming": partial(nn.init.kaiming_normal_, nonlinearity="relu"),  # He et al. 2015, arXiv:1502.01852
    "orthogonal": nn.init.orthogonal_,  # Saxe et al. 2013, arXiv:1312.6120
    "zero": nn.init.zeros_,
}
"""Draws the values of one weight tensor, by the name of the method."""


@torch.no_grad()
def initialise(model: nn.Module, init: str) -> None:
    """Draws the weights of every convolution and dense layer anew, from torch's global generator; biases become 0.

    What a network fixes on purpose stays: weights that are not trained, and biases that are all alike, such as those
    of gates.

    Args:
        model: freshly built.
        init: one of `DRAWS`, or "default", which changes nothing.
    """
    if init == "default":
        return
    for module in model.modules():
        if not isinstance(module, nn.Conv2d | nn.Linear) or not module.weight.requires_grad:
            continue
        DRAWS[init](module.weight)
        if module.bias is not None and not bool(module.bias.eq(module.bias[0]).all()):
            module.bias.zero_()
