"""The frame of the command line: it parses, runs one command and prints what that returns.

A command is one module in `cnnplay/cli`, named in `COMMANDS`, with three functions:

    add_parser(subparsers)   parser = subparsers.add_parser("name", help="..."); then parser.add_argument(...)
    run(args) -> dict        does the work; the JSON document, of str, int, float, bool, None, list and dict
    render(result) -> str    the same result as text for a person, without the last newline

The frame adds `--json` to each. With `--json`, stdout holds that one document and nothing else; otherwise it holds the
text of `render`. A command itself prints nothing: whatever reaches `sys.stdout` inside `run` goes to stderr. Progress
is for people alone: `tqdm(..., disable=args.json)`, which writes to stderr.

Errors: raise a `CnnplayError`; the frame writes its message as one line on stderr, leaves stdout empty, exits with 2.
Where some inputs succeeded, raise `PartlyFailedError(message, result)`: the result is printed, then the line, exit 2.

`--help` imports every command's module: import numpy, torch and whatever imports them inside `run`.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from cnnplay import __version__
from cnnplay.cli.errors import PartlyFailedError, UsageError
from cnnplay.errors import CnnplayError

COMMANDS = (
    "models",
    "data",
    "train",
    "measure",
    "evaluate",
    "robustness",
    "map",
    "calibrate",
    "predict",
    "drawings",
    "compare",
    "reproduce",
    "experiments",
    "export",
    "import",
    "runs",
    "worker",
)

EXIT_OK = 0
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it
EXIT_BROKEN_PIPE = 141  # 128 + SIGPIPE


class Parser(argparse.ArgumentParser):
    """An argument parser that reports its errors like any other bad input: one line, no usage block.

    Options cannot be shortened, or a new one would break the scripts that did.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Report what argparse could not understand.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{message}; see: {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line.

    Args:
        argv: the arguments after `python -m cnnplay`; those of this process by default.

    Returns:
        The exit code: 0, 2 for bad input, 130 when interrupted, 141 when the reader of stdout went away.
    """
    try:
        return _run(argv)
    except CnnplayError as error:
        _complain(error)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE


def build_parser() -> Parser:
    """Make the parser of all commands; each sets `module` in the parsed arguments."""
    parser = Parser(prog="python -m cnnplay", description="A playground for convolutional networks.")
    parser.add_argument("--version", action="version", version=f"cnnplay {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"cnnplay.cli.{name}")
        known = set(subparsers.choices)
        module.add_parser(subparsers)
        for added in set(subparsers.choices) - known:
            command = subparsers.choices[added]
            command.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
            command.set_defaults(module=module)
    return parser


def _run(argv: Sequence[str] | None) -> int:
    try:
        args = build_parser().parse_args(argv)
    except SystemExit:  # --help and --version; errors are UsageError
        sys.stdout.flush()
        return EXIT_OK
    try:
        with redirect_stdout(sys.stderr):
            result = args.module.run(args)
    except PartlyFailedError as error:
        _print_result(args.module, error.result, as_json=args.json)
        raise
    _print_result(args.module, result, as_json=args.json)
    return EXIT_OK


def _print_result(module: ModuleType, result: dict[str, Any], *, as_json: bool) -> None:
    text = json.dumps(result, indent=2, allow_nan=False) if as_json else module.render(result)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _complain(error: CnnplayError) -> None:
    sys.stderr.write(f"cnnplay: {' '.join(str(error).split())}\n")
