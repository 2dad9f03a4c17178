"""The rule that moves the weights: loss, parameter groups, learning-rate schedule, lookahead."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.training.config import TrainConfig
from cnnplay.training.feed import NO_LABEL

LOOKAHEAD_EVERY = 5
"""Steps between two averagings (Jordan 2024, section 3.3)."""
LOOKAHEAD_DECAY = 0.95


def training_loss(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean cross-entropy; a scribble's target is the uniform distribution (Hendrycks et al. 2019).

    Args:
        logits: (N, classes) float32.
        labels: (N,) int64, `NO_LABEL` for a scribble.
        smoothing: share of a label's certainty that is spread over all classes, 0..1.
    """
    uniform = -F.log_softmax(logits, dim=1).mean(dim=1)
    plain = F.cross_entropy(logits, labels, ignore_index=NO_LABEL, label_smoothing=smoothing, reduction="none")
    return torch.where(labels == NO_LABEL, uniform, plain).mean()


def learning_rate(config: TrainConfig, step: int, n_steps: int) -> float:
    """The rate at a step: constant, or linear up over the warm-up and then linear or half a cosine down."""
    if config.schedule == "constant":
        return config.lr
    peak = config.warmup * n_steps
    if step < peak:
        return config.lr * (config.lr_start + (1 - config.lr_start) * step / peak)
    left = 1 - (step - peak) / max(1.0, n_steps - peak)
    if config.schedule == "cosine":
        left = 0.5 - 0.5 * math.cos(math.pi * left)
    return config.lr * (config.lr_end + (1 - config.lr_end) * left)


def build_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Weights decay; biases and normalisation do not (unless `decay_all`), and may have a rate of their own.

    Each group carries `lr_factor`, by which the scheduled rate is multiplied.
    """
    norm_biases, others, free = [], [], []
    for module in model.modules():
        is_norm = isinstance(module, nn.modules.batchnorm._BatchNorm)
        for name, parameter in module.named_parameters(recurse=False):
            if not parameter.requires_grad:
                continue
            if is_norm and name == "bias" and config.norm_bias_lr != 1:
                norm_biases.append(parameter)
            elif parameter.ndim > 1 or config.decay_all:
                others.append(parameter)
            else:
                free.append(parameter)
    bias_decay = config.weight_decay / config.norm_bias_lr if config.decay_all and config.norm_bias_lr else 0.0
    groups: list[dict[str, Any]] = [
        {"params": others, "lr_factor": 1.0, "weight_decay": config.weight_decay},
        {"params": free, "lr_factor": 1.0, "weight_decay": 0.0},
        {"params": norm_biases, "lr_factor": config.norm_bias_lr, "weight_decay": bias_decay},
    ]
    groups = [group for group in groups if group["params"]]
    if config.optimizer in {"adam", "adamw"}:
        kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
        return kind(groups, lr=config.lr, fused=True)
    return torch.optim.SGD(
        groups, lr=config.lr, momentum=config.momentum, nesterov=config.optimizer == "nesterov", fused=True
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Gives every group its share of the scheduled rate."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["lr_factor"]


class Lookahead:
    """Slow weights that follow the fast ones, ever more slowly, and replace them now and then.

    Zhang et al. 2019 (arXiv:1907.08610), with the schedule of Jordan 2024: the share of the old slow weights
    grows with the cube of the progress up to 0.95 ** 5.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.slow = {name: value.clone() for name, value in self._floats()}

    def _floats(self) -> Iterator[tuple[str, Tensor]]:
        return ((name, value) for name, value in self._model.state_dict().items() if value.is_floating_point())

    @torch.no_grad()
    def update(self, progress: float) -> None:
        """Averages. `progress` is the share of the training done, 0..1; 1 takes the slow weights as they are."""
        decay = 1.0 if progress >= 1 else LOOKAHEAD_DECAY**LOOKAHEAD_EVERY * progress**3
        for name, value in self._floats():
            slow = self.slow[name]
            slow.lerp_(value, 1 - decay)
            value.copy_(slow)
