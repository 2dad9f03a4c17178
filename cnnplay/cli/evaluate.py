"""`evaluate`: test accuracy, computed again from the weights."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("evaluate", help="recompute the test accuracy of trained networks")
    parser.add_argument("checkpoint", nargs="*", help="key of a network, path of a .safetensors file, or id of a run")
    parser.add_argument("--all", action="store_true", help="every shipped network")
    parser.add_argument("--dataset", help="key of the data set (default: the one the network is made for)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Read the test set once for each checkpoint.

    Raises:
        InputError: nothing to evaluate, or a data set of other pictures than the network takes.
        CheckpointError: a checkpoint is missing or damaged.
        DataError: the data set is not there.
    """
    from tqdm import tqdm

    from cnnplay.errors import InputError
    from cnnplay.models.card import list_cards

    names = [card.model for card in list_cards()] if args.all else args.checkpoint
    if not names:
        what = "No trained networks come with this copy." if args.all else "Nothing to evaluate."
        raise InputError(f"{what} Give keys or paths of checkpoints, or --all.")
    if args.all and args.checkpoint:
        raise InputError("Got checkpoints and --all. Give one or the other.")
    return {"results": [_evaluate(name, args.dataset) for name in tqdm(names, unit="network", disable=args.json)]}


def _evaluate(name: str, dataset_key: str | None) -> dict[str, Any]:
    from cnnplay.cli.checkpoint_source import open_checkpoint
    from cnnplay.data.store import load_dataset
    from cnnplay.errors import InputError
    from cnnplay.evaluation.checkpoints import evaluate_model

    predictor = open_checkpoint(name)
    spec, card = predictor.spec, predictor.card
    dataset = load_dataset(dataset_key or predictor.dataset)
    if dataset.test_images.shape[1:] != spec.input_shape or len(dataset.spec.classes) != len(predictor.classes):
        raise InputError(
            f"{spec.key} takes {predictor.dataset}-like pictures {spec.input_shape} of {len(predictor.classes)} "
            f"classes; {dataset.spec.key} has {dataset.test_images.shape[1:]} of {len(dataset.spec.classes)}."
        )
    views = card.views if card else "none"
    found = evaluate_model(predictor.model, spec, dataset, views=views)
    return {
        "model": spec.key,
        "dataset": dataset.spec.key,
        "checkpoint": name,
        "accuracy": found.plain.value,
        "accuracy_low": found.plain.low,
        "accuracy_high": found.plain.high,
        "accuracy_tta": found.averaged.value if found.averaged else None,
        "card_accuracy": card.accuracy if card and card.dataset == dataset.spec.key else None,
        "n": found.plain.n,
        "elapsed_s": round(found.elapsed_s, 3),
    }


def render(result: dict[str, Any]) -> str:
    """One line a checkpoint."""
    lines = [
        f"{'network':<16} {'data set':<8} {'accuracy':>9}  {'95 % interval':<17} {'averaged':>9} {'n':>7} {'s':>7}"
    ]
    for row in result["results"]:
        averaged = "-" if row["accuracy_tta"] is None else f"{row['accuracy_tta']:.2%}"
        lines.append(
            f"{row['model']:<16} {row['dataset']:<8} {row['accuracy']:>9.2%}  "
            f"{row['accuracy_low']:.2%} to {row['accuracy_high']:.2%} {averaged:>9} {row['n']:>7,} "
            f"{row['elapsed_s']:>7.1f}"
        )
    return "\n".join(lines)
