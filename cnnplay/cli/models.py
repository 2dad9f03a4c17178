"""`models`: every architecture, what it costs, and how well its shipped checkpoint does."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    subparsers.add_parser("models", help="list every network with its size and measured accuracy")


def run(args: argparse.Namespace) -> dict[str, Any]:  # noqa: ARG001 - every command takes them
    """Count parameters and multiply-accumulates, and read the cards.

    Raises:
        CheckpointError: a card cannot be read.
    """
    from cnnplay.models.arithmetic import count_macs, count_parameters
    from cnnplay.models.card import load_card
    from cnnplay.models.registry import build, list_specs

    rows = []
    for spec in list_specs():
        model, card = build(spec.key), load_card(spec.key)
        rows.append(
            {
                "key": spec.key,
                "title": spec.title,
                "dataset": spec.dataset,
                "n_params": count_parameters(model),
                "macs": count_macs(model, spec.input_shape),
                "accuracy": card.accuracy if card else None,
                "accuracy_tta": card.accuracy_tta if card else None,
                "published_accuracy": spec.published_accuracy,
            }
        )
    return {"models": rows}


def render(result: dict[str, Any]) -> str:
    """One line a network."""
    lines = [f"{'key':<16} {'data set':<8} {'parameters':>11} {'MACs':>9} {'accuracy':>9} {'published':>10}"]
    for row in result["models"]:
        measured, published = (
            "-" if value is None else f"{value:.2%}" for value in (row["accuracy"], row["published_accuracy"])
        )
        lines.append(
            f"{row['key']:<16} {row['dataset']:<8} {row['n_params']:>11,} {row['macs'] / 1e6:>7.1f} M "
            f"{measured:>9} {published:>10}"
        )
    return "\n".join(lines)
