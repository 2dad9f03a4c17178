"""`predict`: what a network says about picture files, by the same path as the pages."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Prediction, Predictor


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("predict", help="read picture files with a network")
    parser.add_argument("checkpoint", help="key of a network, path of a .safetensors file, or id of a run")
    parser.add_argument("image", nargs="+", help="picture file: JPEG, PNG, WEBP, GIF, HEIC")
    parser.add_argument("--top", type=int, default=3, help="how many classes to name (default: 3)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Answer for every file; a bad one gives its error and does not stop the others.

    Raises:
        InputError: --top out of range.
        PartlyFailedError: at least one file could not be read.
        CheckpointError: the checkpoint is missing or damaged.
    """
    from cnnplay.cli.checkpoint_source import open_checkpoint
    from cnnplay.cli.errors import PartlyFailedError
    from cnnplay.errors import InputError

    predictor = open_checkpoint(args.checkpoint)
    n_classes = len(predictor.classes)
    if not 1 <= args.top <= n_classes:
        raise InputError(f"--top is {args.top}. It must be from 1 to {n_classes}.")
    rows: list[dict[str, Any]] = []
    for name in args.image:
        try:
            answer = _read(predictor, Path(name))
        except InputError as error:
            rows.append({"image": name, "error": str(error)})
            continue
        top_k = [{"label": label, "prob": prob} for label, prob in answer.top_k(args.top)]
        rows.append({"image": name, "model": answer.model, "top_k": top_k, "none_prob": answer.none_prob})
    bad = [row for row in rows if "error" in row]
    if bad:
        more = f" ({len(bad) - 1} more could not be read)" if len(bad) > 1 else ""
        raise PartlyFailedError(f"{bad[0]['error']}{more}", {"predictions": rows})
    return {"predictions": rows}


def _read(predictor: "Predictor", path: Path) -> "Prediction":
    from cnnplay.data.drawing import prepare_pixels
    from cnnplay.data.photo import open_photo, shrink_to_32
    from cnnplay.errors import InputError

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Give the path of a picture.") from None
    photo = open_photo(data, path.name)
    if predictor.spec.input_shape[0] == 1:
        return predictor.predict(prepare_pixels(photo).image[None])
    return predictor.predict(shrink_to_32(photo))


def render(result: dict[str, Any]) -> str:
    """One line a file."""
    lines = []
    for row in result["predictions"]:
        if "error" in row:
            lines.append(f"{row['image']}: not read")
            continue
        answers = ", ".join(f"{top['label']} {top['prob']:.1%}" for top in row["top_k"])
        lines.append(f"{row['image']}: {answers} (none of these: {row['none_prob']:.1%})")
    return "\n".join(lines)
