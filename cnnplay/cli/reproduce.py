"""`reproduce`: published recipes run again, published and measured figures side by side."""

import argparse
from typing import Any


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("reproduce", help="run published recipes and compare the figures")
    parser.add_argument("key", nargs="*", help="networks (default: all with a published figure)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, mps, cuda or cuda:N (default: auto)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Train each by its published recipe.

    Raises:
        InputError: a network without a published recipe and figure.
        DataError: the data set is not there.
        KeyboardInterrupt: interrupted.
    """
    from cnnplay.errors import InputError
    from cnnplay.models.registry import get_spec, list_specs
    from cnnplay.training.recipes import AUTHORS

    known = [spec.key for spec in list_specs() if spec.published_accuracy is not None and spec.key in AUTHORS]
    for key in args.key:
        get_spec(key)
        if key not in known:
            raise InputError(f"{key} has no published figure to reproduce. Those that have: {', '.join(known)}.")
    rows = [_reproduce(key, args) for key in args.key or known]
    return {"results": rows}


def _reproduce(key: str, args: argparse.Namespace) -> dict[str, Any]:
    from cnnplay.cli.progress import TrainingBar
    from cnnplay.evaluation.accuracy import wilson_interval
    from cnnplay.models.registry import get_spec
    from cnnplay.runs.halting import halt_on_signals
    from cnnplay.runs.training_job import run_job
    from cnnplay.settings import home_dir
    from cnnplay.training.events import EpochEnded, Event
    from cnnplay.training.recipes import AUTHORS, make_config

    spec, config = get_spec(key), make_config(key, AUTHORS[key], seed=args.seed, device=args.device)
    folder = home_dir() / "reproduced" / f"{key}-{args.seed}"
    by_epoch: list[float] = []
    with TrainingBar(disable=args.json) as bar, halt_on_signals() as halting:

        def show(event: Event) -> None:
            bar.show(event)
            if isinstance(event, EpochEnded) and event.test_accuracy is not None:
                by_epoch.append(event.test_accuracy)

        card = run_job(config, folder, signal=halting, at_once=halting.at_once, on_event=show)
    if card is None:
        raise KeyboardInterrupt
    measured = card.accuracy if card.accuracy_tta is None else card.accuracy_tta
    low, high = wilson_interval(round(measured * card.n_test), card.n_test)
    return {
        "model": key,
        "dataset": card.dataset,
        "published": spec.published_accuracy,
        "published_note": spec.published_note,
        "measured": measured,
        "measured_low": round(low, 5),
        "measured_high": round(high, 5),
        "is_averaged": card.accuracy_tta is not None,
        "test_accuracy_by_epoch": by_epoch,
        "n": card.n_test,
        "elapsed_s": card.wall_s,
    }


def render(result: dict[str, Any]) -> str:
    """One line a recipe."""
    lines = [f"{'network':<16} {'published':>9} {'measured':>9}  {'95 % interval':<17} {'s':>7}"]
    lines += [
        f"{row['model']:<16} {row['published']:>9.2%} {row['measured']:>9.2%}  "
        f"{row['measured_low']:.2%} to {row['measured_high']:.2%} {row['elapsed_s']:>7,.0f}"
        f"{'  averaged over views' if row['is_averaged'] else ''}"
        for row in result["results"]
    ]
    return "\n".join(lines)
