"""What a downloaded script does: train a network once more from one data file, and say how well it reads.

It stands in the script with all that it imports, so it must need no more than torch, numpy and safetensors.
"""

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from cnnplay.data.catalog import DatasetSpec
from cnnplay.data.store import Dataset, content_hash, open_dataset
from cnnplay.errors import CnnplayError
from cnnplay.evaluation.accuracy import measure_accuracy
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.forward import compute_logits
from cnnplay.training.config import TrainConfig
from cnnplay.training.events import EpochEnded, Event, Finished
from cnnplay.training.loop import Trainer
from cnnplay.training.sources import training_pictures

if TYPE_CHECKING:
    from torch import Tensor


def main(facts: Mapping[str, Any], argv: Sequence[str] | None = None) -> int:
    """Trains, saves and measures.

    Args:
        facts: `config` (of the run), `dataset` (the fields of its `DatasetSpec`), `data_hash`, `torch_version` and
            `accuracy` (0..1, or None) of the run.
        argv: arguments of the command line; those of this process by default.

    Returns:
        The exit code: 0, or 2 where something cannot be used.
    """
    spec, config = _dataset_spec(facts["dataset"]), TrainConfig.from_json(facts["config"])
    args = _parse(config, argv)
    if args.device:
        config = dataclasses.replace(config, device=args.device)
    try:
        _retrain(config, open_dataset(args.data, spec), args, facts)
    except CnnplayError as error:
        _say(str(error), sys.stderr)
        return 2
    return 0


def _parse(config: TrainConfig, argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Trains {config.model} on {config.dataset} once more.")
    data = Path(f"{config.dataset}.safetensors")
    parser.add_argument("--data", type=Path, default=data, help=f"the data file (default: {data})")
    out = Path(f"{config.model}-{config.dataset}.safetensors")
    parser.add_argument("--out", type=Path, default=out, help=f"where the weights go (default: {out})")
    parser.add_argument("--device", help="auto, cpu, mps, cuda or cuda:N (default: as configured)")
    if config.start_from:
        parser.add_argument("--start-from", type=Path, required=True, help=f"weights of {config.start_from}")
    args = parser.parse_args(argv)
    if args.out.resolve() == args.data.resolve():
        parser.error("--out would write over --data.")
    return args


def _retrain(config: TrainConfig, dataset: Dataset, args: argparse.Namespace, facts: Mapping[str, Any]) -> None:
    if facts["data_hash"] not in (None, content_hash(dataset)):
        _say("The data are not those of the run, so the network will be another one.", sys.stderr)
    if facts["torch_version"] not in (None, torch.__version__.split("+")[0]):
        _say(f"The run used PyTorch {facts['torch_version']}; another version rounds differently.", sys.stderr)
    sources = training_pictures(config, dataset)
    trainer = Trainer(
        config,
        sources.train,
        validation=sources.validation,
        test=sources.test,
        initial=_read_weights(args.start_from, config) if config.start_from else None,
    )
    for event in trainer.run():
        _report(event, config)
    save_weights(trainer.model, args.out, key=config.model, options=dict(config.model_options))
    _, model = load_model(args.out)  # measured as saved: in half precision
    logits = compute_logits(model.to(trainer.device), trainer.spec, dataset.test_images)
    found = measure_accuracy(logits, np.asarray(dataset.test_labels))
    _say(f"test accuracy {found.value:.4f} of {found.n:,} pictures, 95 % interval {found.low:.4f} to {found.high:.4f}")
    if facts["accuracy"] is not None:
        _say(f"the run had {facts['accuracy']:.4f}")
    _say(f"weights: {args.out}")


def _read_weights(path: Path, config: TrainConfig) -> "dict[str, Tensor]":
    from cnnplay.models.registry import build

    wanted = build(config.model, **config.model_options).state_dict()
    found = load_model(path)[1].state_dict()
    return {name: value for name, value in found.items() if name in wanted and wanted[name].shape == value.shape}


def _report(event: Event, config: TrainConfig) -> None:
    if isinstance(event, EpochEnded):
        val = "" if event.val_accuracy is None else f", validation {event.val_accuracy:.4f}"
        _say(
            f"epoch {event.epoch} of {config.epochs:g}: loss {event.train_loss:.4f}, "
            f"training accuracy {event.train_accuracy:.4f}{val}, {event.elapsed_s:.0f} s"
        )
    elif isinstance(event, Finished):
        _say(f"{event.step:,} steps in {event.elapsed_s:.0f} s, {event.images_per_s:,.0f} pictures/s")


def _dataset_spec(values: Mapping[str, Any]) -> DatasetSpec:
    """From JSON, which has lists where the spec has tuples."""
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return DatasetSpec(**tuples)


def _say(text: str, stream: Any = None) -> None:
    stream = stream or sys.stdout
    stream.write(f"{text}\n")
    stream.flush()
