"""`train`: a network from a recipe, with every setting open to change."""

import argparse
from pathlib import Path
from typing import Any

_CHANGES = ("dataset", "epochs", "batch_size", "lr", "seed", "device", "precision")


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("train", help="train a network and save it with its card")
    parser.add_argument("model", help="key of the network, see: models")
    parser.add_argument("--recipe", help="published, modern or speedrun (default: the network's first)")
    parser.add_argument("--dataset", help="key of the data set (default: the one the network is made for)")
    parser.add_argument("--epochs", type=float, help="passes over the training pictures")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--lr", type=float, help="peak learning rate")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--device", help="auto, cpu, mps, cuda or cuda:N (default: auto)")
    parser.add_argument("--precision", help="auto, fp32, bf16 or fp16 (default: the recipe's)")
    parser.add_argument("--out", type=Path, help="folder of the result; an interrupted run there is resumed")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Train to the end.

    Raises:
        CnnplayError: bad arguments or data.
        KeyboardInterrupt: interrupted; the state is saved and the same command goes on.
    """
    from cnnplay.cli.progress import TrainingBar
    from cnnplay.models.card import checkpoint_files
    from cnnplay.runs.training_job import halt_on_signals, run_job
    from cnnplay.settings import home_dir
    from cnnplay.training.recipes import make_config

    changes = {name: getattr(args, name) for name in _CHANGES if getattr(args, name) is not None}
    config = make_config(args.model, args.recipe, **changes)
    run_id = f"{config.model}-{config.recipe}-{config.seed}"
    folder = args.out or home_dir() / "trained" / run_id
    with TrainingBar(disable=args.json) as bar, halt_on_signals() as signal:
        card = run_job(config, folder, signal=signal, on_event=bar.show)
    if card is None:
        raise KeyboardInterrupt
    return {
        "run_id": run_id,
        "model": card.model,
        "dataset": card.dataset,
        "recipe": card.recipe,
        "accuracy": card.accuracy,
        "accuracy_tta": card.accuracy_tta,
        "n": card.n_test,
        "elapsed_s": card.wall_s,
        "images_per_s": card.images_per_s,
        "checkpoint": str(checkpoint_files(folder, card.model, card.dataset).weights),
    }


def render(result: dict[str, Any]) -> str:
    """The result in two lines."""
    averaged = f" ({result['accuracy_tta']:.2%} averaged over views)" if result["accuracy_tta"] is not None else ""
    return (
        f"{result['model']} on {result['dataset']}: {result['accuracy']:.2%}{averaged} of {result['n']:,} "
        f"{result['elapsed_s']:,.0f} s, {result['images_per_s']:,.0f} images/s\n{result['checkpoint']}"
    )
