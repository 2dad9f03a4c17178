"""`experiments`: the classic experiments, what they came to, and how to run one again."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplay.experiments.experiment import Arm, Experiment
    from cnnplay.experiments.results import Result, SeedResult


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("experiments", help="the classic experiments: list them, show a result, run one")
    parser.add_argument("key", nargs="?", help="experiment (default: list all)")
    parser.add_argument("--run", action="store_true", help="run what its result lacks; goes on where it stopped")
    parser.add_argument("--seeds", type=int, metavar="N", help="with --run: runs of each arm (default: its own)")
    parser.add_argument("--arm", action="append", metavar="ARM", help="with --run: only this arm; can be repeated")
    parser.add_argument(
        "--result", type=Path, help="file of the result (default: the shipped one; with --run one in CNNPLAY_HOME)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """List them, show one, or run one.

    Raises:
        InputError: there is no such experiment or arm, or options that do not go together.
        CnnplayError: the file of the result is damaged, or the data set is not there.
    """
    from cnnplay.errors import InputError
    from cnnplay.experiments.registry import get_experiment, list_experiments
    from cnnplay.experiments.results import load_shipped, read_result

    if not args.run and (args.seeds is not None or args.arm is not None):
        raise InputError("--seeds and --arm belong to --run. Give that as well, or leave them out.")
    if args.key is None:
        if args.run or args.result:
            raise InputError("There is no experiment to run or show. Give the key of one, see: experiments.")
        return {"experiments": [_row(each, load_shipped(each)) for each in list_experiments()]}
    experiment = get_experiment(args.key)
    if args.run:
        result = _run(experiment, args)
    else:
        result = read_result(args.result, args.key) if args.result else load_shipped(experiment)
    return {"experiment": _row(experiment, result) | _details(experiment, result)}


def _run(experiment: "Experiment", args: argparse.Namespace) -> "Result":
    from tqdm import tqdm

    from cnnplay.errors import InputError
    from cnnplay.experiments.measuring import measure
    from cnnplay.experiments.results import FOLDER
    from cnnplay.settings import home_dir

    n_seeds = experiment.n_seeds if args.seeds is None else args.seeds
    if n_seeds < 1:
        raise InputError(f"--seeds is {n_seeds}. Give 1 or more.")
    known = [arm.key for arm in experiment.arms]
    if unknown := set(args.arm or ()) - set(known):
        raise InputError(f"{experiment.key} has no arm {', '.join(sorted(unknown))}. Choose of: {', '.join(known)}.")
    arms = tuple(arm for arm in experiment.arms if args.arm is None or arm.key in args.arm)
    path = args.result or home_dir() / FOLDER / f"{experiment.key}.json"
    with tqdm(total=n_seeds * len(arms), unit="run", disable=args.json) as bar:

        def show(arm: "Arm", seed: "SeedResult", done: int, _of: int) -> None:
            bar.set_postfix_str(f"{arm.label}, seed {seed.seed}: {seed.accuracy:.2%}", refresh=False)
            bar.update(done - bar.n)

        return measure(experiment, path, n_seeds=n_seeds, arms=arms, on_run=show)


def _row(experiment: "Experiment", result: "Result") -> dict[str, Any]:
    dates = sorted({seed.on.measured_at for arm in result.arms for seed in arm.seeds})
    return {
        "key": experiment.key,
        "title": experiment.title,
        "question": experiment.question,
        "n_arms": len(experiment.arms),
        "n_measured": len(result.arms),
        "n_seeds": min((len(arm.seeds) for arm in result.arms), default=0),
        "measured_at": dates[-1] if dates else None,
    }


def _details(experiment: "Experiment", result: "Result") -> dict[str, Any]:
    from cnnplay.evaluation.spread import measure_spread
    from cnnplay.experiments.results import current, is_stale, right_guess

    kept = current(experiment, result)
    means, rows = kept.means(), []
    for arm in experiment.arms:
        mine = kept.arm(arm.key)
        spread = measure_spread(mine.accuracies) if mine else None
        rows.append(
            {
                "key": arm.key,
                "label": arm.label,
                "published": arm.published,
                "mean": means.get(arm.key),
                "low": spread.low if spread else None,
                "high": spread.high if spread else None,
                "accuracies": list(mine.accuracies) if mine else [],
                "hardware": mine.seeds[0].on.hardware if mine else None,
            }
        )
    right = right_guess(experiment, kept)
    answer = None if right is None else experiment.guesses[right]
    return {"arms": rows, "answer": answer, "is_stale": is_stale(experiment, result)}


def render(result: dict[str, Any]) -> str:
    """One line an experiment, or one an arm."""
    if "experiments" in result:
        lines = [f"{'experiment':<18} {'arms':>4} {'seeds':>5}  {'measured':<10}  title"]
        lines += [
            f"{row['key']:<18} {row['n_arms']:>4} {row['n_seeds']:>5}  {row['measured_at'] or 'not yet':<10}  "
            f"{row['title']}"
            for row in result["experiments"]
        ]
        return "\n".join(lines)
    found = result["experiment"]
    lines = [found["question"], f"{'':<44} {'published':>9} {'mean':>8}  {'95 % interval':<17} seeds"]
    for row in found["arms"]:
        published = "" if row["published"] is None else f"{row['published']:.2%}"
        mean = "not yet" if row["mean"] is None else f"{row['mean']:.2%}"
        interval = "" if row["low"] is None else f"{row['low']:.2%} to {row['high']:.2%}"
        lines.append(f"{row['label']:<44} {published:>9} {mean:>8}  {interval:<17} {len(row['accuracies'])}")
    return "\n".join([*lines, f"Answer: {found['answer']}"] if found["answer"] else lines)
