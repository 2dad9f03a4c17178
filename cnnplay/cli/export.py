"""`export`: a trained network as a file for elsewhere."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplay.runs.weights import Trained

SUFFIXES = {"safetensors": ".safetensors", "onnx": ".onnx", "script": ".py"}


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("export", help="take a trained network along: weights, ONNX or a training script")
    parser.add_argument("checkpoint", help="key of a network, path of a .safetensors file, or id of a run")
    parser.add_argument("--format", choices=tuple(SUFFIXES), default="safetensors", help="default: safetensors")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: named after the network, in this folder")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Make the file, whole or not at all.

    Raises:
        ExportError: the network cannot be taken along in that form.
        CheckpointError: the checkpoint is missing or damaged.
        InputError: there is no such network, or the file would be that of the network itself or cannot be written.
    """
    from cnnplay.cli.checkpoint_source import find_checkpoint
    from cnnplay.cli.output import write_whole
    from cnnplay.errors import InputError
    from cnnplay.runs.export import file_stem

    found = find_checkpoint(args.checkpoint)
    out = args.out or Path(file_stem(found) + SUFFIXES[args.format])
    if out.exists() and found.weights.exists() and out.samefile(found.weights):
        raise InputError(f"{out} is the network itself. Give another file with --out.")
    content = _make(args.checkpoint, found, args.format, out)
    write_whole(out, content)
    return {"checkpoint": args.checkpoint, "format": args.format, "file": str(out), "size_bytes": len(content)}


def _make(checkpoint: str, found: "Trained", kind: str, out: Path) -> bytes:
    if kind == "script":
        from cnnplay.runs.script import export_script

        return export_script(found, file_name=out.name).encode()
    from cnnplay.runs.export import export_onnx, export_safetensors

    if kind == "safetensors":
        return export_safetensors(found)
    from cnnplay.cli.checkpoint_source import open_checkpoint

    return export_onnx(open_checkpoint(checkpoint))


def render(result: dict[str, Any]) -> str:
    """The file and its size."""
    return f"{result['file']}: {result['size_bytes']:,} bytes"
