"""`robustness`: how well trained networks read test pictures that are turned, blurred, hidden and so on."""

import argparse
from typing import TYPE_CHECKING, Any

from cnnplay.cli.checkpoint_source import declare_checkpoints, find_checkpoint, named_checkpoints

if TYPE_CHECKING:
    from cnnplay.runs.measurements import Measurement
    from cnnplay.runs.weights import Trained


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("robustness", help="measure how well trained networks read changed pictures")
    declare_checkpoints(parser)
    parser.add_argument("--background", action="store_true", help="leave it to the queue of the runs")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Measure what is not known yet, each piece for all networks of a data set together.

    Raises:
        InputError: nothing to measure, or a data set of other pictures than the network takes.
        CheckpointError: a checkpoint is missing or damaged.
        DataError: the data set is not there.
        StoreError: the run store cannot be used.
    """
    from cnnplay.runs.executor import LocalExecutor
    from cnnplay.runs.store import open_store

    names = named_checkpoints(args)
    plans = [_plan(name, args.dataset) for name in names]
    if args.background:
        executor = LocalExecutor(open_store())
        runs = [executor.measure(plan.network, dataset=plan.dataset, what=plan.what) for plan, _ in plans]
        return {"queued": [{"run_id": run.id, "model": run.model, "dataset": run.dataset} for run in runs]}
    for dataset in dict.fromkeys(plan.dataset for plan, _ in plans):
        _measure([trained for plan, trained in plans if plan.dataset == dataset], dataset, is_quiet=args.json)
    return {"results": [_result(name, *each) for name, each in zip(names, plans, strict=True)]}


def _plan(name: str, dataset: str | None) -> "tuple[Measurement, Trained]":
    from cnnplay.models.registry import MODELS
    from cnnplay.runs.measurements import plan
    from cnnplay.runs.store import open_store
    from cnnplay.settings import home_dir

    store, network = open_store(), name
    if name not in MODELS:
        weights = find_checkpoint(name).weights.resolve()
        is_run = weights.is_relative_to((home_dir() / "runs").resolve()) and not name.endswith(".safetensors")
        network = store.find(name).id if is_run else str(weights)
    return plan(network, store, dataset=dataset, what=("robustness",))


def _measure(networks: "list[Trained]", dataset: str, *, is_quiet: bool) -> None:
    """Only where something is missing does it take PyTorch, and time."""
    from tqdm import tqdm

    from cnnplay.runs.measured import read_robustness

    unknown = {each.weights: each for each in networks if read_robustness(each.weights, dataset) is None}
    if not unknown:
        return
    from cnnplay.runs.measuring import measure_curves, open_network

    pieces = measure_curves([open_network(weights) for weights in unknown], dataset)
    first = next(pieces)
    with tqdm(
        total=first.n_steps, initial=first.step, unit="picture", unit_scale=True, desc=dataset, disable=is_quiet
    ) as bar:
        for progress in pieces:
            bar.update(progress.step - bar.n)


def _result(name: str, plan: "Measurement", trained: "Trained") -> dict[str, Any]:
    from cnnplay.runs.measured import read_robustness

    found = read_robustness(trained.weights, plan.dataset)
    assert found is not None, "it was just measured"
    return {
        "model": plan.model,
        "dataset": plan.dataset,
        "checkpoint": name,
        "n": found.n,
        "accuracy": found.clean,
        "mean_accuracy": found.mean,
        "curves": [
            {"corruption": each.corruption, "strengths": list(each.strengths), "accuracies": list(each.accuracies)}
            for each in found.curves
        ],
    }


def render(result: dict[str, Any]) -> str:
    """One line a network: as they are, changed in all ways, and in each way."""
    if "queued" in result:
        lines = [f"{row['run_id']}  {row['model']} on {row['dataset']}" for row in result["queued"]]
        return "\n".join([*lines, "Queued. See: python -m cnnplay runs show ID"])
    lines = []
    for row in result["results"]:
        each = ", ".join(
            f"{curve['corruption']} {sum(curve['accuracies'][1:]) / len(curve['accuracies'][1:]):.1%}"
            for curve in row["curves"]
        )
        lines.append(
            f"{row['checkpoint']} on {row['dataset']}: {row['accuracy']:.2%} of {row['n']:,} pictures as they are, "
            f"{row['mean_accuracy']:.1%} of changed ones ({each})"
        )
    return "\n".join(lines)
