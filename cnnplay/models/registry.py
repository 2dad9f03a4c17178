"""Every architecture by its key; knows nothing of torch until one is built."""

import threading
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

from cnnplay.errors import InputError
from cnnplay.models.digit_specs import DIGIT_SPECS
from cnnplay.models.object_specs import OBJECT_SPECS
from cnnplay.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid")
DROPOUT_BOUNDS = (0.0, 0.9)
N_CLASSES_BOUNDS = (2, 1000)
SHUFFLE_BOUNDS = (0, 32)
"""Pixels; from the side of the picture on, all of them are permuted."""
COMMON_OPTIONS = ("activation", "dropout", "n_classes", "shuffle_px")
"""Options that every network has besides those of its spec; see `cnnplay.models.surgery`."""

DRAWING_WEIGHTS = threading.RLock()
"""First weights come from the one generator that all threads share: whoever seeds it keeps the others from drawing."""

MODELS = {spec.key: spec for spec in (*DIGIT_SPECS, *OBJECT_SPECS)}


def list_specs(dataset: str | None = None) -> tuple[ModelSpec, ...]:
    """All specs in their order of presentation, or those made for one data set."""
    return tuple(spec for spec in MODELS.values() if dataset in (None, spec.dataset))


def get_spec(key: str) -> ModelSpec:
    """The spec of an architecture.

    Raises:
        InputError: no architecture has this key.
    """
    if key not in MODELS:
        raise InputError(f"There is no network called {key!r}. Choose one of: {', '.join(MODELS)}.")
    return MODELS[key]


def build(key: str, **options: Any) -> "nn.Module":
    """A freshly initialised network: (N, C, H, W) float32, normalised as its spec says, to (N, classes) logits.

    Args:
        key: the architecture.
        options: change the spec's own `options`, or are among `COMMON_OPTIONS`.

    Raises:
        InputError: an unknown key, or an option that this network does not have.
        ConfigError: an option has a value that it cannot have.
    """
    spec = get_spec(key)
    unknown = set(options) - {*spec.options, *COMMON_OPTIONS}
    if unknown:
        allowed = ", ".join((*spec.options, *COMMON_OPTIONS))
        raise InputError(f"{key} has no option {', '.join(sorted(unknown))}. Its options: {allowed}.")
    common = {name: options.pop(name) for name in COMMON_OPTIONS if name in options}
    with DRAWING_WEIGHTS:
        model = cast("nn.Module", resolve_name(spec.builder)(**{**spec.options, **options}))
        if common:
            from cnnplay.models.surgery import alter

            alter(model, size=spec.input_shape[1:], **common)
    return model
