"""`compare`: networks beside each other, on the same test pictures, as a table or as a whole report."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplay.comparison.entries import Entry


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("compare", help="compare networks on the same test pictures")
    parser.add_argument("network", nargs="*", help="registry keys and runs' ids (default: all shipped ones)")
    parser.add_argument("--dataset", help="where no network is named: the data set (default: mnist)")
    parser.add_argument("--out", type=Path, help="write a report: .html, .md or .csv")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Compare them, and write the report where one is wanted.

    Raises:
        InputError: a network that is not known, networks of several data sets, or a report of an unknown kind.
        DataError: the right answers are not on this machine.
        StoreError: the run store cannot be read.
        ExportError: the report cannot be written.
    """
    from cnnplay.comparison.leaderboard import make_rows, sort_rows
    from cnnplay.comparison.report import make_report
    from cnnplay.comparison.report_files import check_path, write_report
    from cnnplay.comparison.selection import Comparison
    from cnnplay.comparison.tests import contrast_all
    from cnnplay.runs.answers import load_answer_key

    if args.out:
        check_path(args.out)
    entries = _find(args.network, args.dataset)
    key = load_answer_key(entries[0].dataset)
    rows = sort_rows(make_rows(entries, key))
    comparison = Comparison(key, tuple(row.entry for row in rows))
    if args.out:
        write_report(make_report(comparison, rows), args.out)
    return {
        "dataset": key.dataset,
        "n": key.n,
        "networks": [
            {"id": row.entry.token, "title": row.entry.title, "low": row.low, "high": row.high, "std": row.std,
             "seeds": row.n, **row.values}
            for row in rows
        ],
        "pairs": [
            {"better": pair.a.token, "than": pair.b.token, "difference": pair.value, "low": pair.low,
             "high": pair.high, "p": pair.p_value, "p_corrected": pair.p_corrected, "test": pair.kind}
            for pair in contrast_all(comparison)
        ],
        "report": str(args.out) if args.out else None,
    }  # fmt: skip


def _find(tokens: list[str], dataset: str | None) -> "tuple[Entry, ...]":
    """The entries that are named, all of one data set."""
    from cnnplay.comparison.entries import find_entries, list_entries
    from cnnplay.data.catalog import get_dataset_spec
    from cnnplay.errors import InputError
    from cnnplay.models.registry import MODELS
    from cnnplay.runs.store import open_store

    if not tokens:
        key = dataset or "mnist"
        get_dataset_spec(key)
        entries = list_entries(key)
        if not entries:
            raise InputError(f"No network for {key} comes with this copy. Name runs; see: python -m cnnplay runs list.")
        return entries
    named = {token: _locate(token) for token in tokens}
    sets = {token: where for token, (_, where) in named.items()}
    if len(set(sets.values())) > 1:
        told = ", ".join(f"{token} on {key}" for token, key in sets.items())
        raise InputError(f"These were tested on different pictures: {told}. Compare those of one data set.")
    key = next(iter(sets.values()))
    if dataset not in (None, key):
        raise InputError(f"These were tested on {key}, not on {dataset}. Leave out --dataset.")
    runs = () if all(token in MODELS for token in tokens) else open_store().list_runs()
    found, unknown = find_entries(list_entries(key, runs), [entry_id for entry_id, _ in named.values()])
    if unknown:
        raise InputError(f"{', '.join(unknown)} cannot be compared: it is not shipped, or has not begun to train.")
    return found


def _locate(token: str) -> tuple[str, str]:
    """The registry key or whole run id that is meant, and the data set that it was tested on."""
    from cnnplay.models.registry import MODELS, get_spec
    from cnnplay.runs.store import open_store

    if token in MODELS:
        return token, get_spec(token).dataset
    run = open_store().find(token)
    return run.id, run.dataset


def render(result: dict[str, Any]) -> str:
    """A line for each network, then what is more than chance."""
    lines = [
        f"{each['title']:<24} {_accuracy(each):<34} {each['macs'] or 0:>14,.0f} MACs {each['n_params'] or 0:>12,.0f} "
        "parameters"
        for each in result["networks"]
    ]
    names = {each["id"]: each["title"] for each in result["networks"]}
    for pair in result["pairs"]:
        words = "more than chance" if pair["p_corrected"] < 0.05 else "could be chance"
        lines.append(
            f"{names[pair['better']]} - {names[pair['than']]}: {100 * pair['difference']:+.2f} points, {words} "
            f"(corrected p {pair['p_corrected']:.2g})"
        )
    return "\n".join([*lines, *([result["report"]] if result["report"] else [])])


def _accuracy(each: dict[str, Any]) -> str:
    if each["accuracy"] is None:
        return "not tested yet"
    if each["std"] is not None:
        return f"{each['accuracy']:.2%} ± {each['std']:.2%} ({each['seeds']} seeds)"
    around = f" ({each['low']:.2%} to {each['high']:.2%})" if each["low"] is not None else ""
    return f"{each['accuracy']:.2%}{around}"
