"""Changes that every network can undergo after it is built: activations, dropout, classes, shuffled pixels."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.errors import ConfigError
from cnnplay.models.registry import ACTIVATIONS, DROPOUT_BOUNDS, N_CLASSES_BOUNDS, SHUFFLE_BOUNDS
from cnnplay.models.shuffling import shuffled_positions

ACTIVATION_MODULES: dict[str, type[nn.Module]] = dict(
    zip(ACTIVATIONS, (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid), strict=True)
)


class DropoutLinear(nn.Linear):
    """A dense layer with dropout of what goes in; its state has the keys of the plain layer that it replaces."""

    def __init__(self, plain: nn.Linear, p: float) -> None:
        super().__init__(plain.in_features, plain.out_features, bias=plain.bias is not None, device="meta")
        self.weight, self.bias = plain.weight, plain.bias
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.dropout(x, self.p, self.training))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, p={self.p}"


class PixelShuffle(nn.Module):
    """(N, C, H, W) to the same with its pixels in another order, always the same one; all channels move together."""

    positions: Tensor

    def __init__(self, radius_px: int, height: int, width: int) -> None:
        super().__init__()
        self.radius_px, self.size = radius_px, (height, width)
        positions = torch.from_numpy(shuffled_positions(radius_px, height, width).copy())
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2)[:, :, self.positions].reshape(x.shape)

    def extra_repr(self) -> str:
        return f"radius_px={self.radius_px}"


def alter(
    model: nn.Module,
    *,
    size: tuple[int, int],
    activation: Any = None,
    dropout: Any = None,
    n_classes: Any = None,
    shuffle_px: Any = None,
) -> None:
    """Changes a freshly built network in place; None leaves things as they are.

    Args:
        model: a sequence that ends in a dense layer, which gives the logits.
        size: (H, W) of its pictures.
        activation: one of `ACTIVATIONS`, instead of every ReLU and GELU that is a module.
        dropout: probability in `DROPOUT_BOUNDS` for every dropout; a network without one gets it before its last
            dense layer. The keys of the state stay the same.
        n_classes: in `N_CLASSES_BOUNDS`; where it is new, the last dense layer is drawn anew.
        shuffle_px: radius in `SHUFFLE_BOUNDS` of a fixed shuffle of the pixels in front of everything else, see
            `shuffled_positions`; 0 leaves them where they are. The keys of the state stay the same.

    Raises:
        ConfigError: a value that is not allowed.
    """
    if activation is not None:
        if activation not in ACTIVATIONS:
            raise ConfigError(f"activation is {activation!r}. Choose one of: {', '.join(ACTIVATIONS)}.")
        _replace_activations(model, ACTIVATION_MODULES[activation])
    if n_classes is not None:
        _check("n_classes", n_classes, int, N_CLASSES_BOUNDS)
        _set_classes(model, n_classes)
    if dropout is not None:
        _check("dropout", dropout, int | float, DROPOUT_BOUNDS)
        _set_dropout(model, dropout)
    if shuffle_px is not None:
        _check("shuffle_px", shuffle_px, int, SHUFFLE_BOUNDS)
        if shuffle_px:
            _put_first(model, "shuffle", PixelShuffle(shuffle_px, *size))


def last_linear(model: nn.Module) -> tuple[str, nn.Linear]:
    """Name and module of the dense layer that gives the logits."""
    return [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)][-1]


def _check(name: str, value: Any, kind: Any, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        words = "whole number" if kind is int else "number"
        raise ConfigError(f"{name} is {value!r}. It must be a {words} from {low:g} to {high:g}.")


def _replace_activations(model: nn.Module, new: type[nn.Module]) -> None:
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.ReLU | nn.GELU):
            model.set_submodule(name, new())


def _set_classes(model: nn.Module, n_classes: int) -> None:
    name, old = last_linear(model)
    if n_classes != old.out_features:
        model.set_submodule(name, nn.Linear(old.in_features, n_classes, bias=old.bias is not None))


def _put_first(model: nn.Module, name: str, module: nn.Module) -> None:
    others = list(model.named_children())
    for each, _ in others:
        delattr(model, each)
    for each, child in ((name, module), *others):
        model.add_module(each, child)


def _set_dropout(model: nn.Module, p: float) -> None:
    dropouts = [module for module in model.modules() if isinstance(module, nn.Dropout)]
    for dropout in dropouts:
        dropout.p = p
    if p and not dropouts:
        name, last = last_linear(model)
        model.set_submodule(name, DropoutLinear(last, p))
