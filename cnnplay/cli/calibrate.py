"""`calibrate`: fits the confidence of a trained network anew and writes it into its card."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("calibrate", help="fit temperature and doubt of trained networks, into their cards")
    parser.add_argument("checkpoint", nargs="+", help="path of a .safetensors file with its card beside it")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Calibrate each and rewrite its card.

    Raises:
        CheckpointError: a checkpoint or its card is missing or damaged.
        DataError: the data set is not there.
    """
    from pathlib import Path

    from cnnplay.data.store import load_dataset
    from cnnplay.models.card import read_card, write_card
    from cnnplay.models.checkpoint import load_model
    from cnnplay.models.registry import get_spec
    from cnnplay.runs.calibrate import calibrate

    rows = []
    for name in args.checkpoint:
        weights = Path(name)
        key, model = load_model(weights)
        old = read_card(weights.with_suffix(".json"))
        card = calibrate(old, model, get_spec(key), load_dataset(old.dataset))
        write_card(weights.with_suffix(".json"), card)
        rows.append(
            {
                "model": key,
                "temperature": card.temperature,
                "calibration_error_before": card.calibration_error_before,
                "calibration_error": card.calibration_error,
                "none_of_these": card.none_of_these,
            }
        )
    return {"results": rows}


def render(result: dict[str, Any]) -> str:
    """One line a checkpoint."""
    return "\n".join(
        f"{row['model']}: temperature {row['temperature']:.2f}, calibration error "
        f"{row['calibration_error_before']:.2%} -> {row['calibration_error']:.2%}, doubts "
        f"{row['none_of_these']['share_of_others_doubted']:.0%} of other things and "
        f"{row['none_of_these']['share_of_own_doubted']:.1%} of its own"
        for row in result["results"]
    )
