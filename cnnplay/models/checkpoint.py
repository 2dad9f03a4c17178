"""Weights on disk: safetensors, half precision, checked against the architecture when they are read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from cnnplay.errors import CheckpointError
from cnnplay.models.registry import MODELS, build


def save_weights(model: nn.Module, path: Path, *, key: str, options: dict[str, Any] | None = None) -> None:
    """Writes the weights, whole or not at all; matrices and filters in half precision, the rest in single.

    Args:
        model: its floating-point state is saved.
        path: the file; its folder is made.
        key: the architecture's registry key, kept in the metadata.
        options: options of the architecture that differ from its spec, kept likewise.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: value.detach().cpu().contiguous().to(torch.float16 if value.ndim > 1 else torch.float32)
        for name, value in model.state_dict().items()
        if value.is_floating_point()
    }
    part = path.with_name(path.name + ".part")
    save_file(tensors, part, metadata={"model": key, "options": json.dumps(options or {})})
    part.chmod(0o644)
    part.replace(path)


def read_metadata(path: Path) -> dict[str, str]:
    """What a file of weights says of itself: `model`, `options` as JSON, and perhaps `dataset`.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    with _reading(path), safe_open(path, "np") as file:
        return dict(file.metadata() or {})


def load_model(path: Path) -> tuple[str, nn.Module]:
    """Builds the architecture that a file names and fills in its weights.

    Returns:
        The registry key, and the network in evaluation mode, float32 on the CPU, in channels-last memory.

    Raises:
        CheckpointError: the file is missing, damaged, of no known architecture, or its shapes do not fit.
    """
    with _reading(path), safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
        state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a mapping
    key = metadata.get("model", "")
    if key not in MODELS:
        raise CheckpointError(
            f"{path} names the architecture {key!r}, which is not known here. Known are: {', '.join(MODELS)}."
        )
    model = build(key, **json.loads(metadata.get("options", "{}")))
    expected = {name: value.shape for name, value in model.state_dict().items() if value.is_floating_point()}
    found = {name: value.shape for name, value in state.items()}
    if expected != found:
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise CheckpointError(f"The weights in {path} do not fit {key}: {', '.join(wrong[:3])} differ. Fetch it again.")
    model.load_state_dict(state, strict=False)
    return key, model.eval().to(memory_format=torch.channels_last)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise CheckpointError(f"There are no weights at {path}. Train the network, or give another path.") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is not a readable safetensors file ({error}). Fetch it again.") from error
