"""What a run starts from instead of fresh weights: a shipped network, or another run of the store."""

import json
from typing import TYPE_CHECKING

from cnnplay.errors import InputError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.runs.store import RunStore, open_store
from cnnplay.runs.weights import Trained, trained_from_key, trained_from_run
from cnnplay.training.config import TrainConfig

if TYPE_CHECKING:
    from torch import Tensor


def find_origin(config: TrainConfig, store: RunStore) -> Trained | None:
    """The network that a run is to start from, if it can: its final weights, or its newest ones while it trains.

    Args:
        config: of the run; only `start_from`, a shipped network's key or a run's full id, and the architecture matter.
        store: holds the run to start from.

    Returns:
        The network, or None where the run starts with fresh weights.

    Raises:
        InputError: there is no such network or run, or it is of another architecture.
        CheckpointError: it has no weights here, or they cannot be read.
        StoreError: the store cannot be read.
    """
    if config.start_from is None:
        return None
    is_shipped = config.start_from in MODELS
    origin = trained_from_key(config.start_from) if is_shipped else trained_from_run(store.get(config.start_from))
    _check_fit(config, origin)
    return origin


def parent_of(config: TrainConfig) -> str | None:
    """The id of the run that it starts from, or None."""
    return None if config.start_from in MODELS else config.start_from


def load_origin(config: TrainConfig) -> "dict[str, Tensor] | None":
    """The weights to start with, in single precision, or None where they are to be fresh.

    Where the number of classes differs, the tensors that depend on it are left out.

    Args:
        config: of the run.

    Raises:
        InputError: there is no such network or run, or it is of another architecture.
        CheckpointError: it has no weights here, or they cannot be read.
        StoreError: the store cannot be read.
    """
    from cnnplay.models.checkpoint import load_model
    from cnnplay.models.registry import build

    origin = find_origin(config, open_store()) if config.start_from else None
    if origin is None:
        return None
    wanted = build(config.model, **config.model_options).state_dict()
    found = load_model(origin.weights)[1].state_dict()
    return {name: value for name, value in found.items() if name in wanted and wanted[name].shape == value.shape}


def _check_fit(config: TrainConfig, origin: Trained) -> None:
    """Common options change no tensor but those of the last layer; an architecture's own may."""
    model = origin.config["model"]
    if model != config.model:
        raise InputError(f"{config.model} cannot start from {origin.name!r}, which is a {model}. Choose another.")
    for option, default in get_spec(model).options.items():
        both = (config.model_options, origin.config.get("model_options", {}))
        mine, its = (json.dumps(options.get(option, default)) for options in both)
        if mine != its:
            raise InputError(
                f"{model} with {option}={mine} cannot start from {origin.name!r}, which has {option}={its}. "
                "Choose another, or the same option."
            )
