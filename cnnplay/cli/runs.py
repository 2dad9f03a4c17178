"""`runs`: the run store: what was, is and will be trained."""

import argparse
from typing import TYPE_CHECKING, Any

from cnnplay.cli import runs_elsewhere

if TYPE_CHECKING:
    from cnnplay.runs.schema import Kind

DEEDS = ("list", "show", "pause", "stop", "resume", "extend", "rename", "delete", "undelete", "purge")
WITHOUT_ID = ("list", "purge")


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("runs", help="list, show, stop, resume, extend, delete, export and import runs")
    deeds = (*DEEDS, *runs_elsewhere.DEEDS)
    parser.add_argument("deed", nargs="?", choices=deeds, default="list", help="what to do (default: list)")
    parser.add_argument(
        "words", nargs="*", metavar="ID",
        help="id of a run, or its beginning; not for list and purge. With export: one or more. With rename: the new "
        "name behind it. With import: a CSV file instead",
    )  # fmt: skip
    parser.add_argument("--epochs", type=float, metavar="N", help="with extend: the number of epochs in all")
    parser.add_argument("--measurements", action="store_true", help="with list: measurements instead of trainings")
    runs_elsewhere.add_options(parser)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Read or change the store; a run that waits is started where a slot is free.

    Raises:
        UsageError: an argument too few or too many.
        InputError: there is no such run, or it is in no state for that, or a file cannot be read.
        ConfigError: a number of epochs, or a setting, that no run can have.
        ExportError: a run cannot be taken along.
        StoreError: the store cannot be used.
    """
    from cnnplay.runs.executor import LocalExecutor
    from cnnplay.runs.store import open_store

    runs_elsewhere.check(args)
    store = open_store()
    if args.deed in runs_elsewhere.DEEDS:
        return runs_elsewhere.run(args, store)
    _check(args)
    executor = LocalExecutor(store)
    if args.deed == "purge":
        return {"purged": list(store.purge_deleted(0))}
    if args.deed == "list":
        executor.start_waiting()
        kind: Kind = "measurement" if args.measurements else "training"
        return {"runs": [found.to_json() for found in store.list_runs(kind=kind)]}
    run_id = store.find(args.words[0]).id
    match args.deed:
        case "extend":
            executor.extend(run_id, epochs=args.epochs)
        case "rename":
            store.rename(run_id, args.words[1])
        case "stop" | "resume":
            getattr(executor, args.deed)(run_id)
        case "pause" | "delete" | "undelete":
            getattr(store, args.deed)(run_id)
    executor.start_waiting()
    return {"run": store.get(run_id).to_json()}


def _check(args: argparse.Namespace) -> None:
    """Argparse knows only one form of a command; here are ten.

    Raises:
        UsageError: an argument too few or too many.
    """
    from cnnplay.cli.errors import UsageError

    words: list[str | None] = [*args.words, None, None]
    run_id, name = words[:2]
    for what, given, belongs in (
        ("an ID", run_id, args.deed not in WITHOUT_ID),
        ("a NAME", name, args.deed == "rename"),
        ("--epochs", args.epochs, args.deed == "extend"),
        ("a third word", args.words[2:] or None, False),
    ):
        if belongs != (given is not None):
            wants = f"needs {what}" if belongs else f"takes no {what.removeprefix('an ').removeprefix('a ')}"
            raise UsageError(f"runs {args.deed} {wants}; see: python -m cnnplay runs --help")


def render(result: dict[str, Any]) -> str:
    """One line a run, all about one, how many are gone, or what was taken along or brought."""
    if runs_elsewhere.concerns(result):
        return runs_elsewhere.render(result)
    if "run" in result:
        return describe(result["run"])
    if "purged" in result:
        return f"Removed {len(result['purged'])} deleted runs and their files."
    if not result["runs"]:
        return "No runs yet. Start one: python -m cnnplay train fc2 --dataset mnist-5k --background"
    lines = [f"{'id':<8} {'state':<11} {'network':<16} {'data set':<13} {'epoch':>11} {'accuracy':>8}  name"]
    for row in result["runs"]:
        accuracy = "-" if row["accuracy"] is None else f"{row['accuracy']:.2%}"
        epoch = f"{row['epoch']:.1f}/{row['epochs']:g}"
        lines.append(
            f"{row['id'][:8]} {row['state']:<11} {row['model']:<16} {row['dataset']:<13} {epoch:>11} {accuracy:>8}  "
            f"{row['name']}"
        )
    return "\n".join(lines)


def describe(row: dict[str, Any]) -> str:
    """A run in two lines, and more where it was deleted or something went wrong.

    Args:
        row: of the JSON document.
    """
    accuracy = "" if row["accuracy"] is None else f", {row['accuracy']:.2%} of the test set"
    done = f"recipe {row['recipe']}, epoch {row['epoch']:.1f} of {row['epochs']:g}{accuracy}"
    if row["kind"] == "measurement":
        done = f"measurement of {row['name']}, {row['epoch']:.0%} done"
    lines = [f"{row['id']} {row['state']}: {row['model']} on {row['dataset']}, {done}", row["folder"]]
    if row["deleted_at"] is not None:
        lines.append(f"Deleted; to bring it back: python -m cnnplay runs undelete {row['id'][:8]}")
    return "\n".join([*lines, row["error"]] if row["error"] else lines)
