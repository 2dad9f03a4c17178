"""What training moved: the weights of a network at two moments, layer by layer."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Move:
    """The weights of one layer, before and after.

    Attributes:
        layer: name of the module.
        change: length of the difference over the length before, both Euclidean; infinite where that was 0.
        cosine: of the angle between the two, -1 to 1; 0 where one of them is 0.
    """

    layer: str
    change: float
    cosine: float


def compare_weights(before: nn.Module, after: nn.Module) -> tuple[Move, ...]:
    """How far each convolution's and dense layer's weights have gone, in the order of `named_modules`.

    Args:
        before: a network.
        after: another one of the same architecture.
    """
    later = dict(after.named_modules())
    moves = []
    for name, module in before.named_modules():
        other = later.get(name)
        if isinstance(module, nn.Conv2d | nn.Linear) and isinstance(other, nn.Conv2d | nn.Linear):
            a, b = module.weight.detach().double().flatten(), other.weight.detach().double().flatten()
            length_a, length_b, apart = float(a.norm()), float(b.norm()), float((b - a).norm())
            change = apart / length_a if length_a else (float("inf") if apart else 0.0)
            cosine = float(a @ b) / (length_a * length_b) if length_a and length_b else 0.0
            moves.append(Move(name, change, max(-1.0, min(1.0, cosine))))
    return tuple(moves)
