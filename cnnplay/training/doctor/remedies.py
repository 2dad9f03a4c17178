"""What the doctor prescribes: changes of a configuration, always within its bounds."""

from collections.abc import Mapping
from typing import Any

from cnnplay.training.config import BOUNDS, Augmentation, TrainConfig
from cnnplay.training.recipes import make_config

ADAM_LR = 1e-3
"""Kingma and Ba 2015, arXiv:1412.6980."""
SGD_LR = 0.1
"""Without momentum, on a plain network: with a momentum of 0.9 the rate is a tenth of it, the usual 0.01."""
CLIP_GRAD = 1.0
"""Pascanu et al. 2013, arXiv:1211.5063, found that the exact value hardly matters."""
SOUND_INITS = frozenset({"default", "xavier", "kaiming", "orthogonal"})
"""Ways of drawing the first weights that fit their size to the layer's."""
ADAMW_DECAY, DECAY = 0.05, 5e-4
"""Strong but usual: of AdamW, which does not scale it with the gradient, and of all others (He et al. 2015)."""
PATIENCE = 3
"""Epochs without a better one before it stops."""
SHIFT = Augmentation(shift_px=2)

Remedy = tuple[Mapping[str, Any], str]
"""Changes for `dataclasses.replace`, and what they do, to go on after "Start again"."""


def usual_lr(config: TrainConfig) -> float:
    """The learning rate that the network's own recipe takes, or else one that suits most, for the same optimiser."""
    own = make_config(config.model)
    if _is_adam(config):
        return own.lr if _is_adam(own) else ADAM_LR
    return (SGD_LR if _is_adam(own) else own.lr / (1 - own.momentum)) * (1 - config.momentum)


def lower_lr(config: TrainConfig, factor: float) -> Remedy:
    """A rate divided by a factor, or the usual one where even that would be higher."""
    return _set_lr(min(config.lr / factor, usual_lr(config)))


def raise_lr(config: TrainConfig, factor: float) -> Remedy:
    """A rate multiplied by a factor, or the usual one where even that would be lower."""
    return _set_lr(max(config.lr * factor, usual_lr(config)))


def calm(config: TrainConfig) -> Remedy:
    """What helps against steps that are too long: a lower rate, or short gradients where the rate is low already."""
    if config.lr > usual_lr(config) or config.clip_grad:
        return lower_lr(config, 10)
    return {"clip_grad": CLIP_GRAD}, f"with gradients no longer than {CLIP_GRAD:g}"


def sound_start(config: TrainConfig) -> Remedy:
    """First weights whose size fits each layer."""
    if config.start_from:
        return {"start_from": None}, "from fresh weights"
    if config.init == "default":
        return {"init": "kaiming"}, "with Kaiming initial weights"  # He et al. 2015, arXiv:1502.01852
    return {"init": "default"}, "with the network's own initial weights"


def switch_activation(config: TrainConfig, activation: str) -> Remedy:
    """Another activation in every layer."""
    title = {"relu": "ReLU", "leaky_relu": "leaky ReLU"}[activation]
    return {"model_options": {**config.model_options, "activation": activation}}, f"with {title}"


def unstick(config: TrainConfig) -> Remedy:
    """What helps a network that learns nothing: sound weights, an activation without flat ends, another rate."""
    if config.init not in SOUND_INITS:
        return sound_start(config)
    if config.model_options.get("activation") in {"sigmoid", "tanh"}:
        return switch_activation(config, "relu")
    return lower_lr(config, 3) if config.lr > usual_lr(config) else raise_lr(config, 3)


def generalise(config: TrainConfig) -> Remedy:
    """What helps against learning by heart: varied pictures, then smaller weights, then ending at the best epoch."""
    if config.augmentation == Augmentation():
        own = make_config(config.model).augmentation
        return {"augmentation": SHIFT if own == Augmentation() else own}, "with varied pictures"
    strong = ADAMW_DECAY if config.optimizer == "adamw" else DECAY
    if config.weight_decay < strong:
        return {"weight_decay": strong}, f"with a weight decay of {strong:g}"
    return {"patience": PATIENCE}, "and keep the best epoch"


def _set_lr(lr: float) -> Remedy:
    low, high = BOUNDS["lr"]
    lr = float(f"{min(max(lr, low), high):.1e}")
    return {"lr": lr}, f"with a learning rate of {lr:g}"


def _is_adam(config: TrainConfig) -> bool:
    return config.optimizer in {"adam", "adamw"}
