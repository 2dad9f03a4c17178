"""A look inside a network in training: gradients, and how each layer answers a fixed batch."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnplay.models.forward import normaliser
from cnnplay.models.spec import ModelSpec
from cnnplay.models.surgery import ACTIVATION_MODULES
from cnnplay.training.events import LayerStats
from cnnplay.training.feed import NO_LABEL, Pictures

PROBE_IMAGES = 256
SATURATED = 0.05
"""A value of a sigmoid or tanh this close to an end counts as saturated; its gradient there is below 0.1."""
_KINDS: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Conv2d, "conv"),
    (nn.Linear, "linear"),
    *((activation, activation.__name__.lower()) for activation in ACTIVATION_MODULES.values()),
)


def probe_batch(pictures: Pictures, spec: ModelSpec) -> Tensor:
    """Pictures spread evenly over the training set, as the network takes them.

    Returns:
        (N, C, H, W) float32, normalised, channels-last; N is `PROBE_IMAGES`, or less where there are fewer.
    """
    known = np.flatnonzero(pictures.labels != NO_LABEL)
    chosen = known[np.linspace(0, len(known) - 1, min(len(known), PROBE_IMAGES)).astype(np.int64)]
    images = torch.from_numpy(np.array(pictures.images[chosen]))
    return normaliser(spec)(images).contiguous(memory_format=torch.channels_last)


def grad_norms(model: nn.Module) -> dict[str, float]:
    """Euclidean norm of the gradient of each weight tensor that has one, by layer name; waits for the device."""
    grads = {
        name.removesuffix(".weight"): parameter.grad
        for name, parameter in model.named_parameters()
        if parameter.ndim > 1 and parameter.grad is not None
    }
    if not grads:
        return {}
    norms = torch.stack(torch._foreach_norm(list(grads.values())))
    return dict(zip(grads, norms.tolist(), strict=True))


def measure_layers(model: nn.Module, probe: Tensor, last_grad_norms: Mapping[str, float]) -> tuple[LayerStats, ...]:
    """Statistics of the outputs of every convolution, dense layer and activation, in the order of computation.

    Normalisation uses the statistics of the probe, as in a training step; dropout is off. The network, its running
    statistics and all random numbers are as before when this returns. A module that is applied more than once is
    measured over all its outputs.

    Args:
        model: in any mode.
        probe: (N, C, H, W), as the network takes it.
        last_grad_norms: of `grad_norms`, after the last step; empty before the first.
    """
    tallies: dict[str, _Tally] = {}
    handles = []
    try:
        for name, module in model.named_modules():
            kind = next((kind for of_type, kind in _KINDS if isinstance(module, of_type)), None)
            if kind is not None:
                handles.append(module.register_forward_hook(_count_into(tallies, name, kind)))
        with _batch_statistics_alone(model), torch.no_grad():
            model(probe)
    finally:
        for handle in handles:
            handle.remove()
    return tuple(
        tally.stats(name, weight=getattr(model.get_submodule(name), "weight", None), grad=last_grad_norms.get(name))
        for name, tally in tallies.items()
    )


class _Tally:
    """Sums over the outputs of one module."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.n, self.mean, self.squares = 0, 0.0, 0.0
        self.n_units, self.n_dead, self.n_saturated = 0, 0, 0

    def add(self, out: Tensor) -> None:
        out = out.float()
        mean = float(out.mean())  # in two passes: a tenth of the time of torch.var_mean on a processor
        squares = float(torch.linalg.vector_norm(out - mean)) ** 2
        n = self.n + out.numel()
        apart = mean - self.mean
        self.squares += squares + apart**2 * self.n * out.numel() / n
        self.mean += apart * out.numel() / n
        self.n = n
        if self.kind == "relu":
            per_unit = out.sum(dim=[i for i in range(out.ndim) if i != 1])  # nothing is negative; amax is far slower
            self.n_units += per_unit.numel()
            self.n_dead += int((per_unit == 0).sum())
        elif self.kind in {"sigmoid", "tanh"}:
            low = 0.0 if self.kind == "sigmoid" else -1.0
            self.n_saturated += int(((out < low + SATURATED) | (out > 1 - SATURATED)).sum())

    def stats(self, name: str, *, weight: Tensor | None, grad: float | None) -> LayerStats:
        return LayerStats(
            name=name,
            kind=self.kind,
            dead_share=self.n_dead / self.n_units if self.kind == "relu" else None,
            saturated_share=self.n_saturated / self.n if self.kind in {"sigmoid", "tanh"} else None,
            grad_norm=grad,
            weight_norm=None if weight is None else float(weight.detach().norm()),
            mean=self.mean,
            std=(self.squares / self.n) ** 0.5,
        )


def _count_into(tallies: dict[str, _Tally], name: str, kind: str) -> Any:
    def hook(_module: nn.Module, _inputs: object, out: Tensor) -> None:
        tallies.setdefault(name, _Tally(kind)).add(out)

    return hook


@contextmanager
def _batch_statistics_alone(model: nn.Module) -> Iterator[None]:
    """Everything in evaluation mode, but batch normalisation by the batch, without a trace in its running means."""
    modes = {module: module.training for module in model.modules()}
    norms = [m for m in modes if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.track_running_stats]
    try:
        model.eval()
        for norm in norms:
            norm.training, norm.track_running_stats = True, False
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
        for module, mode in modes.items():
            module.training = mode
