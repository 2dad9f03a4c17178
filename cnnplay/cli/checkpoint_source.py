"""What a CHECKPOINT on the command line may be: a path, a registry key, or the id of a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplay.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Predictor
    from cnnplay.runs.records import Run


@dataclass(frozen=True)
class Checkpoint:
    """What was meant: a registry key or the path of a file of weights, and the run that it belongs to, if any."""

    source: str
    run: "Run | None" = None


def open_checkpoint(text: str) -> "Predictor":
    """The network that is meant, ready to be asked.

    Args:
        text: as `resolve_checkpoint` takes it.

    Raises:
        CheckpointError: the run has no network yet, or the file is missing or damaged.
        InputError: neither, or the beginning of several ids.
        StoreError: the run store cannot be read.
    """
    from cnnplay.inference.predictor import load_predictor

    found = resolve_checkpoint(text)
    if found.run is None:
        return load_predictor(found.source)
    return load_predictor(found.source, dataset=found.run.dataset, title=found.run.name)


def resolve_checkpoint(text: str) -> Checkpoint:
    """A run's id becomes the path of its weights; keys and paths stay as they are.

    Args:
        text: key, path, id of a run in the store or at least four characters of its beginning, or the id that `train`
            printed.

    Raises:
        CheckpointError: the run has no network yet.
        InputError: neither, or the beginning of several ids.
        StoreError: the run store cannot be read.
    """
    from cnnplay.models.registry import MODELS
    from cnnplay.runs.reading import looks_like_run_id
    from cnnplay.runs.store import open_store
    from cnnplay.runs.weights import find_weights
    from cnnplay.settings import home_dir

    if text in MODELS or text.endswith(".safetensors"):
        return Checkpoint(text)
    trained = home_dir() / "trained" / text
    if Path(text).name == text and trained.is_dir():
        weights = sorted(path for path in trained.glob("*.safetensors") if not path.name.endswith(".test.safetensors"))
        if weights:
            return Checkpoint(str(weights[0]))
    if not looks_like_run_id(text):
        raise InputError(
            f"{text!r} is neither a network's key nor a .safetensors file nor a run's id. Keys: {', '.join(MODELS)}; "
            "runs: python -m cnnplay runs list."
        )
    run = open_store().find(text)
    path = find_weights(run)
    if path is None:
        raise CheckpointError(
            f"Run {run.short_id} is {run.state}, epoch {run.epoch:.1f} of {run.epochs:g}; it has no network here yet. "
            f"See: python -m cnnplay runs show {run.short_id}."
        )
    return Checkpoint(str(path), run)
