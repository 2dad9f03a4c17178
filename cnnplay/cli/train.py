"""`train`: a network from a recipe, with every setting open to change."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplay.cli.training_options import add_training_options, read_config

if TYPE_CHECKING:
    from cnnplay.training.config import TrainConfig


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("train", help="train a network and save it with its card")
    add_training_options(parser)
    parser.add_argument("--out", type=Path, help="folder of the result; an interrupted run there is resumed")
    parser.add_argument("--background", action="store_true", help="queue it in the run store and print its id")
    parser.add_argument("--name", help="with --background: a name for people")
    parser.add_argument("--seeds", type=int, metavar="N", help="with --background: N runs, with seeds from --seed on")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Train to the end, or queue the run and return at once.

    Raises:
        InputError: arguments that do not go together.
        CnnplayError: bad arguments or data.
        KeyboardInterrupt: interrupted; the state is saved and the same command goes on.
    """
    from cnnplay.errors import InputError
    from cnnplay.settings import home_dir

    config = read_config(args)
    if args.background:
        return _queue(config, args)
    for option in ("name", "seeds"):
        if getattr(args, option) is not None:
            raise InputError(f"--{option} belongs to runs in the store. Give --background as well, or leave it out.")
    run_id = f"{config.model}-{config.recipe}-{config.seed}"
    return _train(config, args.out or home_dir() / "trained" / run_id, run_id, quiet=args.json)


def _train(config: "TrainConfig", folder: Path, run_id: str, *, quiet: bool) -> dict[str, Any]:
    from cnnplay.cli.progress import TrainingBar
    from cnnplay.models.card import checkpoint_files
    from cnnplay.runs.halting import halt_on_signals
    from cnnplay.runs.training_job import run_job

    with TrainingBar(disable=quiet) as bar, halt_on_signals() as halting:
        card = run_job(config, folder, signal=halting, at_once=halting.at_once, on_event=bar.show)
    if card is None:
        raise KeyboardInterrupt
    return {
        "run_id": run_id,
        "model": card.model,
        "dataset": card.dataset,
        "recipe": card.recipe,
        "accuracy": card.accuracy,
        "accuracy_tta": card.accuracy_tta,
        "n": card.n_test,
        "elapsed_s": card.wall_s,
        "images_per_s": card.images_per_s,
        "checkpoint": str(checkpoint_files(folder, card.model, card.dataset).weights),
    }


def _queue(config: "TrainConfig", args: argparse.Namespace) -> dict[str, Any]:
    from cnnplay.data.store import load_dataset
    from cnnplay.errors import InputError
    from cnnplay.runs.executor import LocalExecutor
    from cnnplay.runs.origin import find_origin, parent_of
    from cnnplay.runs.series import SeriesStore
    from cnnplay.runs.store import open_store

    if args.out is not None:
        raise InputError("A run in the background keeps its files in CNNPLAY_HOME. Leave out --out or --background.")
    load_dataset(config.dataset)  # what is missing is better known now than when its turn comes
    store = open_store()
    executor = LocalExecutor(store)
    if args.seeds is None:
        run = executor.submit(config, name=args.name)
        return {"run_id": run.id, "state": run.state}
    find_origin(config, store)
    name = args.name if args.name is not None else f"{config.model} {config.recipe}, {args.seeds} seeds"
    series = SeriesStore(store).create_seeds(config, args.seeds, name=name, parent_id=parent_of(config))
    executor.start_waiting()
    first, *others = (trial.run for trial in SeriesStore(store).trials(series.id))
    ids = [first.id, *(run.id for run in others)]
    return {"run_id": first.id, "state": first.state, "series_id": series.id, "run_ids": ids}


def render(result: dict[str, Any]) -> str:
    """The result in two lines, or the id of a queued run."""
    if "series_id" in result:
        return "\n".join([*result["run_ids"], "in this order; see: python -m cnnplay runs list"])
    if "state" in result:
        return f"{result['run_id']}\n{result['state']}; see: python -m cnnplay runs show {result['run_id'][:8]}"
    averaged = f" ({result['accuracy_tta']:.2%} averaged over views)" if result["accuracy_tta"] is not None else ""
    return (
        f"{result['model']} on {result['dataset']}: {result['accuracy']:.2%}{averaged} of {result['n']:,} "
        f"{result['elapsed_s']:,.0f} s, {result['images_per_s']:,.0f} images/s\n{result['checkpoint']}"
    )
