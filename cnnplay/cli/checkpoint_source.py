"""What a CHECKPOINT on the command line may be: a path, a registry key, or the id of a run."""

from pathlib import Path

from cnnplay.errors import CheckpointError, InputError


def resolve_checkpoint(text: str) -> str:
    """A run's id becomes the path of its weights; keys and paths stay as they are.

    Args:
        text: key, path, id of a run in the store or at least four characters of its beginning, or the id that `train`
            printed.

    Raises:
        CheckpointError: the run has no network yet.
        InputError: neither, or the beginning of several ids.
        StoreError: the run store cannot be read.
    """
    from cnnplay.models.card import checkpoint_files
    from cnnplay.models.registry import MODELS
    from cnnplay.runs.store import looks_like_run_id, open_store
    from cnnplay.settings import home_dir, run_dir

    if text in MODELS or text.endswith(".safetensors"):
        return text
    trained = home_dir() / "trained" / text
    if Path(text).name == text and trained.is_dir():
        weights = sorted(path for path in trained.glob("*.safetensors") if not path.name.endswith(".test.safetensors"))
        if weights:
            return str(weights[0])
    if not looks_like_run_id(text):
        raise InputError(
            f"{text!r} is neither a network's key nor a .safetensors file nor a run's id. Keys: {', '.join(MODELS)}; "
            "runs: python -m cnnplay runs list."
        )
    run = open_store().find(text)
    path = checkpoint_files(run_dir(run.id), run.model, run.dataset).weights
    if run.state != "finished":
        raise CheckpointError(
            f"Run {run.short_id} is {run.state}, epoch {run.epoch:.1f} of {run.epochs:g}; it has a network when it is "
            f"finished. See: python -m cnnplay runs show {run.short_id}."
        )
    return str(path)
