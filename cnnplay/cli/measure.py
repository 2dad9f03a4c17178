"""`measure`: how long a training would take, and which learning rate suits it."""

import argparse
from typing import TYPE_CHECKING, Any

from cnnplay.cli.training_options import add_training_options, read_config

if TYPE_CHECKING:
    from cnnplay.training.config import TrainConfig
    from cnnplay.training.estimate import Speed
    from cnnplay.training.lr_finder import LrCurve
    from cnnplay.training.sources import Sources

LR_FINDER_S = 60.0
"""A slow network takes fewer steps in the search for a learning rate, so that it ends in about this time."""
MIN_LR_STEPS = 25


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("measure", help="tell how long a training would take, from a second of it")
    add_training_options(parser)
    parser.add_argument("--find-lr", action="store_true", help="search for a learning rate as well")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Take a few steps, and with `--find-lr` a hundred more.

    Raises:
        InputError: arguments that do not go together, or a network that does not exist.
        ConfigError: a value out of bounds, or pictures that do not fit the network.
        DataError: the data set is not there.
    """
    from cnnplay.data.store import load_dataset
    from cnnplay.models.arithmetic import count_macs, count_parameters
    from cnnplay.models.registry import build, get_spec
    from cnnplay.training.estimate import measure_speed
    from cnnplay.training.sources import training_pictures

    config = read_config(args)
    model = build(config.model, **config.model_options)
    sources = training_pictures(config, load_dataset(config.dataset))
    speed = measure_speed(config, sources)
    curve = _find_lr(config, sources, speed) if args.find_lr else None
    return {
        "model": config.model,
        "dataset": config.dataset,
        "recipe": config.recipe,
        "n_params": count_parameters(model),
        "macs": count_macs(model, get_spec(config.model).input_shape),
        "images_per_s": speed.images_per_s,
        "n_steps": speed.n_steps,
        "estimate_s": speed.n_steps / speed.steps_per_s,
        "memory_bytes": speed.memory_bytes,
        "device": speed.device,
        "precision": speed.precision,
        "lr_curve": list(zip(curve.lrs, curve.losses, strict=True)) if curve else None,
        "suggested_lr": curve.suggested if curve else None,
    }


def _find_lr(config: "TrainConfig", sources: "Sources", speed: "Speed") -> "LrCurve":
    from cnnplay.runs.origin import load_origin
    from cnnplay.training.lr_finder import N_STEPS, find_lr

    n_steps = min(N_STEPS, max(MIN_LR_STEPS, round(LR_FINDER_S * speed.steps_per_s)))
    return find_lr(config, sources, n_steps=n_steps, initial=load_origin(config))


def render(result: dict[str, Any]) -> str:
    """The size, the speed and the time, and the learning rate where it was searched for."""
    lines = [
        f"{result['model']} on {result['dataset']}: {result['n_params']:,} parameters, "
        f"{result['macs'] / 1e6:.1f} M multiply-accumulates",
        f"{result['images_per_s']:,.0f} images/s on {result['device']} in {result['precision']}: "
        f"{result['n_steps']:,} steps in about {result['estimate_s']:,.0f} s, {result['memory_bytes'] / 1e6:,.0f} MB",
    ]
    if result["suggested_lr"] is not None:
        lines.append(f"suggested learning rate: {result['suggested_lr']:.2g}")
    elif result["lr_curve"] is not None:
        lines.append("no learning rate stood out; try other first weights or another network")
    return "\n".join(lines)
