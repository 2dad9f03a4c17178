"""`runs export` and `runs import`: runs to MLflow, TensorBoard and CSV, and from the CSV of any tool."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplay.runs.store import RunStore

DEEDS = ("export", "import")
TARGETS = ("mlflow", "tensorboard", "csv")
EXPORT_OPTIONS = (*TARGETS, "experiment")
IMPORT_OPTIONS = ("name", "model", "dataset", "recipe", "seed", "config", "column")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of both."""
    out = parser.add_argument_group("with export, one or more of")
    out.add_argument("--mlflow", metavar="URI", help="a tracking server, a database, or a folder that gets a database")
    out.add_argument("--experiment", metavar="NAME", help="with --mlflow: its experiment (default: cnnplay)")
    out.add_argument("--tensorboard", type=Path, metavar="DIR", help="a folder that gets event files")
    out.add_argument("--csv", type=Path, metavar="FILE", help="one table, which runs import reads back")
    into = parser.add_argument_group("with import, what the file does not say")
    into.add_argument("--name", help="of the run (default: that of the file)")
    into.add_argument("--model", help="which network it is about, one of ours or another")
    into.add_argument("--dataset", help="key of the data set")
    into.add_argument("--recipe", help="how it was trained, in a word")
    into.add_argument("--seed", type=int)
    into.add_argument("--config", type=Path, metavar="FILE", help="further settings, as JSON")
    into.add_argument(
        "--column", action="append", metavar="NAME=FIELD",
        help="what a column is: step, epoch, elapsed_s, wall_time, loss, accuracy, val_accuracy, test_accuracy, lr",
    )  # fmt: skip


def check(args: argparse.Namespace) -> None:
    """What belongs together is given together.

    Raises:
        UsageError: an argument too few or too many.
    """
    from cnnplay.cli.errors import UsageError

    given = [name for name in (*EXPORT_OPTIONS, *IMPORT_OPTIONS) if getattr(args, name) is not None]
    own = {"export": EXPORT_OPTIONS, "import": IMPORT_OPTIONS}.get(args.deed, ())
    wrong = [name for name in given if name not in own] + (["epochs"] if args.epochs and args.deed in DEEDS else [])
    trouble = None
    if wrong:
        trouble = f"takes no --{wrong[0]}"
    elif args.deed == "export" and not args.words:
        trouble = "needs an ID"
    elif args.deed == "export" and not set(given) & set(TARGETS):
        trouble = "needs --mlflow URI, --tensorboard DIR or --csv FILE"
    elif args.experiment is not None and args.mlflow is None:
        trouble = "takes --experiment with --mlflow alone"
    elif args.deed == "import" and len(args.words) != 1:
        trouble = "needs a CSV FILE" if not args.words else "takes one FILE"
    if trouble:
        raise UsageError(f"runs {args.deed} {trouble}; see: python -m cnnplay runs --help")


def run(args: argparse.Namespace, store: "RunStore") -> dict[str, Any]:
    """Take runs along, or bring some.

    Raises:
        InputError: there is no such run, or the file cannot be read.
        ConfigError: a setting that no run can have.
        ExportError: a run cannot be taken along, or the target does not take it.
        CheckpointError: the card of a run is damaged.
        StoreError: the store cannot be used.
    """
    return _export(args, store) if args.deed == "export" else _import(args, store)


def _export(args: argparse.Namespace, store: "RunStore") -> dict[str, Any]:
    from dataclasses import asdict

    from cnnplay.runs.elsewhere.portrait import draw_portrait

    runs = list({found.id: found for found in (store.find(word) for word in args.words)}.values())
    done: dict[str, Any] = {"runs": [run.id for run in runs]}
    if args.csv is not None:
        done["csv"] = _write_csv(args.csv, store, runs)
    if args.tensorboard is None and args.mlflow is None:
        return {"exported": done}
    portraits = [draw_portrait(store, run) for run in runs]
    if args.tensorboard is not None:
        from cnnplay.runs.elsewhere.to_tensorboard import export_to_tensorboard

        done["tensorboard"] = [str(path) for path in export_to_tensorboard(portraits, args.tensorboard)]
    if args.mlflow is not None:
        from cnnplay.runs.elsewhere.to_mlflow import EXPERIMENT, export_to_mlflow

        exported = export_to_mlflow(portraits, args.mlflow, experiment=args.experiment or EXPERIMENT)
        done["mlflow"] = [{**asdict(each), "kept_params": list(each.kept_params)} for each in exported]
    return {"exported": done}


def _write_csv(path: Path, store: "RunStore", runs: list[Any]) -> str:
    from cnnplay.cli.output import write_whole
    from cnnplay.runs.elsewhere.to_csv import export_to_csv

    write_whole(path, export_to_csv(store, runs))
    return str(path)


def _import(args: argparse.Namespace, store: "RunStore") -> dict[str, Any]:
    from cnnplay.runs.elsewhere.csv_runs import Said, import_csv

    said = Said(
        name=args.name,
        model=args.model,
        dataset=args.dataset,
        recipe=args.recipe,
        seed=args.seed,
        config=_read_config(args.config) if args.config else {},
        columns=dict(map(_read_column, args.column or ())),
    )
    arrived = import_csv(Path(args.words[0]), store, said)
    return {
        "imported": [run.to_json() for run in arrived.runs],
        "columns": dict(arrived.taken),
        "left_out": list(arrived.left_out),
        "notes": list(arrived.notes),
    }


def _read_column(text: str) -> tuple[str, str]:
    from cnnplay.errors import InputError

    name, sign, field = text.rpartition("=")
    if not sign or not name or not field:
        raise InputError(f"--column {text[:60]!r} does not say which. Give it as NAME=FIELD, as in Value=val_accuracy.")
    return name, field


def _read_config(path: Path) -> dict[str, Any]:
    from cnnplay.errors import InputError

    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}). Give a file with a table of settings.") from error
    if not isinstance(values, dict):
        raise InputError(f"{path} holds no table of settings. Give a JSON file like: {{'batch_size': 256}}.")
    return values


def concerns(result: dict[str, Any]) -> bool:
    """Whether a result is of one of these two."""
    return "exported" in result or "imported" in result


def render(result: dict[str, Any]) -> str:
    """What became of each run, and which columns were taken."""
    if "exported" in result:
        return "\n".join(_exported(result["exported"]))
    lines = [f"{run['id'][:8]} {run['name']}: {run['model']} on {run['dataset']}" for run in result["imported"]]
    taken = [name if name == field else f"{name} as {field}" for name, field in result["columns"].items()]
    lines.append(f"Taken: {', '.join(taken)}.")
    if result["left_out"]:
        lines.append(f"Left out: {', '.join(result['left_out'])}.")
    return "\n".join([*lines, *result["notes"]])


def _exported(done: dict[str, Any]) -> list[str]:
    lines = [f"CSV: {done['csv']}"] if "csv" in done else []
    lines += [f"TensorBoard: {path}" for path in done.get("tensorboard", ())]
    for each in done.get("mlflow", ()):
        what = "new" if each["is_new"] else "brought up to date"
        lines.append(f"MLflow: {each['run_id'][:8]} is run {each['mlflow_id']}, {what}, {each['n_points']:,} points")
        if each["kept_params"]:
            lines.append(f"  MLflow keeps its first {', '.join(each['kept_params'])}; the tags have the present ones.")
    return lines
