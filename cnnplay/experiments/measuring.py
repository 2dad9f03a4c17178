"""Runs an experiment to its result: every arm with every seed, one after the other, and goes on where it stopped."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from cnnplay.data.store import load_dataset
from cnnplay.evaluation.accuracy import measure_accuracy
from cnnplay.experiments.experiment import Arm, Experiment
from cnnplay.experiments.results import (
    Circumstances,
    LayerGradient,
    Result,
    SeedResult,
    add_run,
    read_current,
)
from cnnplay.models.forward import compute_logits
from cnnplay.training.config import TrainConfig
from cnnplay.training.device import describe_hardware
from cnnplay.training.events import EpochEnded, Finished, LayerStats, Milestone
from cnnplay.training.loop import Trainer
from cnnplay.training.sources import training_pictures

MAX_CURVE_POINTS = 24
"""Kept of each curve, evenly: hundreds of passes over few pictures would fill the file."""
DIGITS = 4
"""Significant digits of what is kept besides accuracies."""


def measure(
    experiment: Experiment,
    path: Path,
    *,
    n_seeds: int,
    arms: tuple[Arm, ...] | None = None,
    on_run: Callable[[Arm, SeedResult, int, int], None] = lambda arm, seed, done, of: None,  # noqa: ARG005
) -> Result:
    """Measures what is missing, and adds each run to the file; the first seed of all arms comes first.

    Args:
        experiment: what to run.
        path: of the result; what it holds of the present settings is not run again.
        n_seeds: runs of each arm.
        arms: only these.
        on_run: told of each run that is done: its arm, what it came to, how many runs are done and of how many.

    Raises:
        CheckpointError: the file is damaged.
        DataError: the data set is not there.
        OSError: the file cannot be written.
    """
    result = read_current(experiment, path)
    wanted = [(arm, arm.config.seed + i) for i in range(n_seeds) for arm in arms or experiment.arms]
    for done, (arm, seed) in enumerate(wanted, start=1):
        before = result.arm(arm.key)
        if before and any(each.seed == seed for each in before.seeds):
            continue
        found = measure_seed(replace(arm.config, seed=seed), gradients=experiment.gradients)
        result = add_run(experiment, path, arm=arm, run=found)
        on_run(arm, found, done, len(wanted))
    return result


def measure_seed(config: TrainConfig, *, gradients: bool = False) -> SeedResult:
    """Trains once and reads the test pictures once, in full precision and with the recipe's own averaging over views.

    Args:
        config: the training.
        gradients: keep the size of the gradients.

    Raises:
        DataError: the data set is not there.
        ConfigError: the configuration does not fit this machine or the data.
    """
    cpu_began = time.process_time()
    dataset = load_dataset(config.dataset)
    sources = training_pictures(config, dataset)
    trainer = Trainer(config, sources.train, validation=sources.validation, test=sources.test)
    ends: list[EpochEnded] = []
    looks: list[Milestone] = []
    wall_s = 0.0
    for event in trainer.run():
        match event:
            case EpochEnded():
                ends.append(event)
            case Milestone() if event.step:
                looks.append(event)
            case Finished():
                wall_s = event.elapsed_s
    logits = compute_logits(trainer.model, trainer.spec, dataset.test_images, views=config.views)
    accuracy = measure_accuracy(logits, np.asarray(dataset.test_labels)).value
    on = Circumstances(
        datetime.now(UTC).date().isoformat(), describe_hardware(trainer.device), torch.__version__, trainer.precision
    )
    return SeedResult(
        seed=config.seed,
        accuracy=accuracy,
        curve=_curve(ends, config.epochs),
        wall_s=_rounded(wall_s),
        cpu_s=_rounded(time.process_time() - cpu_began),
        on=on,
        gradients=_gradients(looks[0].layers, looks[-1].layers) if gradients else (),
    )


def _curve(ends: list[EpochEnded], epochs: float) -> tuple[tuple[float, float, float | None], ...]:
    kept = np.unique(np.linspace(0, len(ends) - 1, min(len(ends), MAX_CURVE_POINTS)).round().astype(int))
    chosen = [ends[int(i)] for i in kept]
    return tuple((min(float(each.epoch), epochs), _rounded(each.train_accuracy), each.test_accuracy) for each in chosen)


def _gradients(first: tuple[LayerStats, ...], last: tuple[LayerStats, ...]) -> tuple[LayerGradient, ...]:
    at_end = {each.name: each.grad_norm for each in last}
    return tuple(
        LayerGradient(each.name, _finite(each.grad_norm), _finite(at_end.get(each.name)))
        for each in first
        if each.grad_norm is not None
    )


def _finite(value: float | None) -> float | None:
    return _rounded(value) if value is not None and math.isfinite(value) else None


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
