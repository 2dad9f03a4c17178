# ruff: noqa: N999 - a command and its module have one name
"""`import`: a network that came as a file becomes a finished run."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("import", help="keep the network of a .safetensors file as a finished run")
    parser.add_argument("file", type=Path, metavar="FILE", help=".safetensors, as this project writes or exports it")
    parser.add_argument("--name", help="for people (default: that of the file)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Look at the file, keep its weights, and measure them if the data are here.

    Raises:
        CheckpointError: the file is damaged or anything else than the weights of a network that is known.
        StoreError: the run store cannot be written.
        DataError: the data set here is damaged.
    """
    from cnnplay.runs.imported import import_network
    from cnnplay.runs.store import open_store

    return {"run": import_network(args.file, open_store(), name=args.name).to_json()}


def render(result: dict[str, Any]) -> str:
    """The run."""
    from cnnplay.cli.runs import describe

    return describe(result["run"])
