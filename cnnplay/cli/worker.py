"""`worker`: trains one run of the store in this process."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("worker", help="train one run of the store in this process")
    parser.add_argument("run_id", metavar="RUN_ID", help="id of a queued run, or its beginning, see: runs list")
    parser.add_argument("--claim", metavar="TOKEN", help="shows that the run was taken for this process")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Work until the run ends, is stopped or fails.

    Raises:
        InputError: there is no such run, it does not wait, or no slot is free.
        StoreError: the store cannot be used.
    """
    from cnnplay.runs.store import open_store
    from cnnplay.runs.worker import work

    store = open_store()
    return {"run": work(store, store.find(args.run_id).id, worker=args.claim).to_json()}


def render(result: dict[str, Any]) -> str:
    """How the run ended, in one line."""
    from cnnplay.cli.runs import describe

    return describe(result["run"])
