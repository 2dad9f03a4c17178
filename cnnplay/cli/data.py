"""`data`: where the data sets lie, which are there, and how to get the others."""

import argparse
from pathlib import Path
from typing import Any

from cnnplay import settings
from cnnplay.cli.errors import UsageError
from cnnplay.data.catalog import DATASETS, DatasetSpec, get_dataset_spec, list_dataset_specs
from cnnplay.errors import DataError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `data [NAME] [--download]`."""
    parser = subparsers.add_parser("data", help="where data sets lie, what is there, how to get the rest")
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help=f"one of {', '.join(DATASETS)}, or own-... for one of your own; all by default",
    )
    parser.add_argument("--download", action="store_true", help="get the data set NAME unless it is there already")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Report on the data sets, after the download where one was asked for.

    Returns:
        `{"data_dir", "own_data_dir", "datasets": [{"key", "title", "state", "path", ...}]}`; `state` is "present",
        "missing" or "damaged"; with a NAME its entry has the content hash too, null where the set is not there.

    Raises:
        UsageError: `--download` without a NAME.
        InputError: there is no data set NAME.
        DataError: the set NAME is damaged, or its download failed.
    """
    from cnnplay.data.own import list_own_specs
    from cnnplay.data.store import content_hash, load_dataset, own_data_dir

    if args.download and args.name is None:
        raise UsageError(f"--download needs the name of a data set: one of {', '.join(DATASETS)}.")
    specs = (*list_dataset_specs(), *list_own_specs()) if args.name is None else (get_dataset_spec(args.name),)
    if args.download:
        from cnnplay.data.download import download_dataset

        download_dataset(args.name, show_progress=not args.json)
    entries = [_describe(spec) for spec in specs]
    if args.name is not None:
        entry = entries[0]
        entry["hash"] = None if entry["state"] == "missing" else content_hash(load_dataset(args.name))
    return {"data_dir": str(settings.data_dir()), "own_data_dir": str(own_data_dir()), "datasets": entries}


def render(result: dict[str, Any]) -> str:
    """Make a table of the data sets, and the commands that get what is missing."""
    entries = result["datasets"]
    lines = [f"Downloads lie in {result['data_dir']}", f"The app's own sets lie in {result['own_data_dir']}", ""]
    for entry in entries:
        images = f"{entry['n_train']:>6,} + {entry['n_test']:>6,} images"
        lines.append(f"{entry['key']:<14} {images}, {entry['n_classes']:>3} classes  {entry['state']}{_title(entry)}")
    if len(entries) == 1:
        entry = entries[0]
        lines += [
            "",
            *(f"{name}: {entry[name]}" for name in ("path", "hash", "source", "licence", "citation") if entry[name]),
        ]
        lines += [entry["note"]] if entry["note"] else []
    wanting = [entry for entry in entries if entry["state"] != "present"]
    if wanting:
        lines += ["", "To get what is not there:"]
        lines += [f"  {entry['command']}   ({entry['download_mb']} MB)" for entry in wanting]
    return "\n".join(lines)


def _title(entry: dict[str, Any]) -> str:
    return f", {entry['title']}: {', '.join(entry['classes'])}" if entry["own"] else ""


def _describe(spec: DatasetSpec) -> dict[str, Any]:
    from cnnplay.data.store import find_file

    path = find_file(spec.key)
    return {
        "key": spec.key,
        "title": spec.title,
        "state": _state(spec, path),
        "path": None if path is None else str(path),
        "image_shape": list(spec.image_shape),
        "classes": list(spec.classes),
        "n_classes": len(spec.classes),
        "n_train": spec.n_train,
        "n_test": spec.n_test,
        "source": spec.source,
        "licence": spec.licence,
        "citation": spec.citation,
        "note": spec.note,
        "embedded": spec.is_embedded,
        "own": spec.is_own,
        "download_mb": spec.download_mb,
        "command": f"python -m cnnplay data {spec.key} --download",
    }


def _state(spec: DatasetSpec, path: Path | None) -> str:
    from cnnplay.data.store import is_available, open_dataset

    if path is None:
        return "present" if is_available(spec.key) else "missing"
    try:
        open_dataset(path, spec)
    except DataError:
        return "damaged"
    return "present"
