"""`drawings`: how well a network reads what real people drew, through the Draw page's own path."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplay.cli.errors import UsageError

if TYPE_CHECKING:
    from cnnplay.data.digit import PreparedDigit
    from cnnplay.data.pen_strokes import Source
    from cnnplay.inference.predictor import Predictor

DEFAULT_CHECKPOINT = "scribe"
DEFAULT_BRUSH = 20.0
LARGEST_BRUSH = 100.0
"""More than a third of the canvas is no pen."""
BATCH_SIZE = 500
DIGITS = tuple("0123456789")


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("drawings", help="accuracy on digits drawn with a pen")
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="one digit a line, with label and strokes")
    parser.add_argument("--checkpoint", default=DEFAULT_CHECKPOINT, help="path or key of a network (default: scribe)")
    parser.add_argument(
        "--brush", type=float, default=DEFAULT_BRUSH, metavar="PX", help="pen width on the 280 px canvas"
    )
    parser.add_argument("--from-pixels", action="store_true", help="draw them first, then read the picture")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Prepare every drawing of the file and ask the network.

    Returns:
        `{"model", "brush_px", "source", "accuracy", "n", "wrong": [{"line", "label", "answer", "prob"}]}`; answer and
        prob are null where nothing was found to read, which counts as wrong.

    Raises:
        UsageError: the brush is no pen width.
        CnnplayError: the file or the checkpoint cannot be used.
    """
    from tqdm import tqdm

    from cnnplay.cli.checkpoint_source import open_checkpoint
    from cnnplay.data.pen_strokes import prepare_pen_digit, read_pen_digits

    if not (math.isfinite(args.brush) and 0 < args.brush <= LARGEST_BRUSH):
        raise UsageError(f"--brush is {args.brush:g}; a pen width above 0 and up to {LARGEST_BRUSH:g} px is expected.")
    digits = read_pen_digits(args.file)
    predictor = open_checkpoint(args.checkpoint)
    if predictor.classes != DIGITS:
        raise UsageError(f"{args.checkpoint} does not read digits: name a network of the MNIST family, such as scribe.")
    source: Source = "pixels" if args.from_pixels else "strokes"
    shown = tqdm(digits, disable=args.json, unit="digit")
    answers = _ask(predictor, [prepare_pen_digit(digit, brush_px=args.brush, source=source) for digit in shown])
    wrong = [
        {"line": digit.line, "label": digit.label, "answer": answer, "prob": prob}
        for digit, (answer, prob) in zip(digits, answers, strict=True)
        if answer != digit.label
    ]
    return {
        "model": predictor.spec.key,
        "brush_px": args.brush,
        "source": source,
        "accuracy": (len(digits) - len(wrong)) / len(digits),
        "n": len(digits),
        "wrong": wrong,
    }


def render(result: dict[str, Any]) -> str:
    """Say how many were read, and which were not."""
    n_right = result["n"] - len(result["wrong"])
    lines = [
        f"{result['model']} reads {n_right:,} of {result['n']:,} drawings ({result['accuracy']:.2%}), "
        f"from {result['source']}, brush {result['brush_px']:g} px"
    ]
    for miss in result["wrong"]:
        read = "nothing to read" if miss["answer"] is None else f"read as {miss['answer']} ({miss['prob']:.1%})"
        lines.append(f"  line {miss['line']}: a {miss['label']}, {read}")
    return "\n".join(lines)


def _ask(predictor: "Predictor", prepared: "list[PreparedDigit | None]") -> list[tuple[int, float] | tuple[None, None]]:
    """Answer and its probability for each drawing, None and None where there was nothing to read."""
    import numpy as np

    answers: list[tuple[int, float] | tuple[None, None]] = [(None, None)] * len(prepared)
    found = [k for k, digit in enumerate(prepared) if digit is not None]
    images = [digit.image for digit in prepared if digit is not None]
    for at in range(0, len(images), BATCH_SIZE):
        probs = predictor.probs(np.stack(images[at : at + BATCH_SIZE])[:, None])
        for k, row in zip(found[at : at + BATCH_SIZE], probs, strict=True):
            answers[k] = int(row.argmax()), float(row.max())
    return answers
