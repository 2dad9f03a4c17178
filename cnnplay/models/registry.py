"""Every architecture by its key; knows nothing of torch until one is built."""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

from cnnplay.errors import InputError
from cnnplay.models.digit_specs import DIGIT_SPECS
from cnnplay.models.object_specs import OBJECT_SPECS
from cnnplay.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

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
        options: change the spec's own `options`, and nothing else.

    Raises:
        InputError: an unknown key, or an option that this network does not have.
    """
    spec = get_spec(key)
    unknown = set(options) - set(spec.options)
    if unknown:
        allowed = ", ".join(spec.options) or "none"
        raise InputError(f"{key} has no option {', '.join(sorted(unknown))}. Its options: {allowed}.")
    return cast("nn.Module", resolve_name(spec.builder)(**{**spec.options, **options}))
