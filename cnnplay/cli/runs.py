"""`runs`: the run store: what was, is and will be trained."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("runs", help="list, show, stop and resume runs")
    deeds = ("list", "show", "stop", "resume")
    parser.add_argument("deed", nargs="?", choices=deeds, default="list", help="what to do (default: list)")
    parser.add_argument("run_id", nargs="?", metavar="ID", help="id of a run, or its beginning")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Read or change the store; a run that waits is started where a slot is free.

    Raises:
        UsageError: an ID too few or too many.
        InputError: there is no such run, or it is in no state for that.
        StoreError: the store cannot be used.
    """
    from cnnplay.cli.errors import UsageError
    from cnnplay.runs.executor import LocalExecutor
    from cnnplay.runs.store import open_store

    if (args.deed == "list") != (args.run_id is None):
        wants = "takes no ID" if args.deed == "list" else "needs an ID"
        raise UsageError(f"runs {args.deed} {wants}; see: python -m cnnplay runs --help")
    store = open_store()
    executor = LocalExecutor(store)
    if args.deed == "list":
        executor.start_waiting()
        return {"runs": [found.to_json() for found in store.list_runs()]}
    found = store.find(args.run_id)
    if args.deed == "stop":
        found = executor.stop(found.id)
    elif args.deed == "resume":
        found = executor.resume(found.id)
    executor.start_waiting()
    return {"run": found.to_json()}


def render(result: dict[str, Any]) -> str:
    """One line a run, or all about one."""
    if "run" in result:
        return describe(result["run"])
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
    """A run in two lines, and a third where something went wrong.

    Args:
        row: of the JSON document.
    """
    accuracy = "" if row["accuracy"] is None else f", {row['accuracy']:.2%} of the test set"
    lines = [
        f"{row['id']} {row['state']}: {row['model']} on {row['dataset']}, recipe {row['recipe']}, "
        f"epoch {row['epoch']:.1f} of {row['epochs']:g}{accuracy}",
        row["folder"],
    ]
    return "\n".join([*lines, row["error"]] if row["error"] else lines)
