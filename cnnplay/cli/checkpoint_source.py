"""What a CHECKPOINT on the command line may be: a path, a registry key, or the id of a run."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplay.errors import InputError

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Predictor
    from cnnplay.runs.weights import Trained


def declare_checkpoints(parser: argparse.ArgumentParser) -> None:
    """Declare what a command takes that works on several trained networks."""
    parser.add_argument("checkpoint", nargs="*", help="key of a network, path of a .safetensors file, or id of a run")
    parser.add_argument("--all", action="store_true", help="every shipped network")
    parser.add_argument("--dataset", help="key of the data set (default: the one the network learned from)")


def named_checkpoints(args: argparse.Namespace) -> list[str]:
    """The checkpoints that were named, or every shipped network.

    Raises:
        InputError: none, or both.
    """
    from cnnplay.models.card import list_cards

    names = [card.model for card in list_cards()] if args.all else args.checkpoint
    if not names or (args.all and args.checkpoint):
        raise InputError("Give keys or paths of checkpoints or ids of runs, or --all; one or the other.")
    return names


def open_checkpoint(text: str) -> "Predictor":
    """The network that is meant, ready to be asked.

    Args:
        text: as `find_checkpoint` takes it.

    Raises:
        CheckpointError: the run has no network yet, or the file is missing or damaged.
        InputError: neither, or the beginning of several ids.
        StoreError: the run store cannot be read.
    """
    from cnnplay.inference.predictor import load_predictor
    from cnnplay.models.registry import MODELS

    if text in MODELS:
        return load_predictor(text)
    found = find_checkpoint(text)
    return load_predictor(found.weights, dataset=found.dataset)


def find_checkpoint(text: str) -> "Trained":
    """The network that is meant.

    Args:
        text: key, path, id of a run in the store or at least four characters of its beginning, or the id that `train`
            printed.

    Raises:
        CheckpointError: the network is not shipped, the run has none yet, or its card cannot be read.
        InputError: neither, or the beginning of several ids.
        StoreError: the run store cannot be read.
    """
    from cnnplay.models.registry import MODELS
    from cnnplay.runs.reading import looks_like_run_id
    from cnnplay.runs.store import open_store
    from cnnplay.runs.weights import trained_from_file, trained_from_key, trained_from_run
    from cnnplay.settings import home_dir

    if text in MODELS:
        return trained_from_key(text)
    if text.endswith(".safetensors"):
        return trained_from_file(Path(text))
    trained = home_dir() / "trained" / text
    if Path(text).name == text and trained.is_dir():
        weights = sorted(path for path in trained.glob("*.safetensors") if not path.name.endswith(".test.safetensors"))
        if weights:
            return trained_from_file(weights[0])
    if not looks_like_run_id(text):
        raise InputError(
            f"{text!r} is neither a network's key nor a .safetensors file nor a run's id. Keys: {', '.join(MODELS)}; "
            "runs: python -m cnnplay runs list."
        )
    return trained_from_run(open_store().find(text))
