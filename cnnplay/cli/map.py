"""`map`: lays a network's test pictures out on a plane, neighbours in its last features beside each other."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplay.cli.checkpoint_source import declare_checkpoints, find_checkpoint, named_checkpoints

if TYPE_CHECKING:
    from cnnplay.runs.weights import Trained


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("map", help="lay test pictures out by the last features of trained networks (t-SNE)")
    declare_checkpoints(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder that gets a copy of each map")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Draw the maps that are not known yet, one after the other.

    Raises:
        InputError: nothing to map, a data set of other pictures than the network takes, or a folder that is none.
        CheckpointError: a checkpoint is missing or damaged.
        DataError: the data set is not there.
        StoreError: the run store cannot be read.
    """
    from cnnplay.errors import InputError

    names = named_checkpoints(args)
    if args.out is not None and not args.out.is_dir():
        raise InputError(f"{args.out} is no folder. Make it, or give another one.")
    return {"results": [_map(name, args.dataset, args.out, is_quiet=args.json) for name in names]}


def _map(name: str, dataset: str | None, out: Path | None, *, is_quiet: bool) -> dict[str, Any]:
    from tqdm import tqdm

    from cnnplay.runs.feature_map import export_map, read_map, shipped_map_file

    trained = find_checkpoint(name)
    key = dataset or _dataset_of(trained)
    if read_map(trained.weights, key) is None:
        from cnnplay.runs.measuring import draw_map, open_network

        pieces = draw_map(open_network(trained.weights), key)
        with tqdm(total=next(pieces).n_steps, unit="step", desc=trained.name, disable=is_quiet) as bar:
            for progress in pieces:
                bar.update(progress.step - bar.n)
    found = read_map(trained.weights, key)
    assert found is not None, "it was just drawn"
    if out is not None:
        export_map(trained.weights, found, out / shipped_map_file(trained.weights).name)
    return {
        "checkpoint": name,
        "dataset": key,
        "n": found.n,
        "n_features": found.n_features,
        "kept_neighbours": found.kept_neighbours,
        "perplexity": found.perplexity,
        "seed": found.seed,
        "opentsne_version": found.tsne_version,
        "made_at": found.made_at,
    }


def _dataset_of(trained: "Trained") -> str:
    from cnnplay.models.registry import get_spec
    from cnnplay.models.weights_file import read_header

    card = trained.read_card() if trained.dataset is None else None
    metadata = read_header(trained.weights).metadata
    return trained.dataset or (
        card.dataset if card else metadata.get("dataset") or get_spec(metadata.get("model", "")).dataset
    )


def render(result: dict[str, Any]) -> str:
    """One line a network."""
    return "\n".join(
        f"{row['checkpoint']} on {row['dataset']}: {row['n']:,} test pictures by {row['n_features']:,} features, "
        f"{row['kept_neighbours']:.0%} of the nearest neighbours kept, "
        f"perplexity {row['perplexity']:g}, seed {row['seed']}, openTSNE {row['opentsne_version']}, {row['made_at']}"
        for row in result["results"]
    )
