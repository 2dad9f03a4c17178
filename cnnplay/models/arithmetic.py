"""What a network costs: parameters and multiply-accumulates."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count_parameters(model: nn.Module) -> int:
    """Number of weights and biases, trained or fixed; running statistics are not counted."""
    return sum(p.numel() for p in model.parameters())


def count_macs(model: nn.Module, input_shape: tuple[int, int, int]) -> int:
    """Multiply-accumulates of one picture: half of what `torch.utils.flop_counter` counts.

    Args:
        model: is left as it was.
        input_shape: (C, H, W).
    """
    training = model.training
    parameter = next(model.parameters())
    picture = torch.zeros(1, *input_shape, dtype=parameter.dtype, device=parameter.device)
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model.eval()(picture)
    finally:
        model.train(training)
    return int(counter.get_total_flops()) // 2
