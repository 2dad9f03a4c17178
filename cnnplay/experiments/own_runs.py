"""An experiment in the reader's own run store: the runs that belong to it are found by their configurations alone."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import is_available
from cnnplay.errors import CheckpointError, CnnplayError, ConfigError
from cnnplay.experiments.experiment import Arm, Experiment
from cnnplay.experiments.results import Result
from cnnplay.models.card import checkpoint_files, read_card
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE, RESUMABLE
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_records import SEEDS_BOUNDS
from cnnplay.runs.store import RunStore
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig, Views

STAND_IN = "mnist-5k"
"""Always there, in place of MNIST."""
START_S = 8.0
"""What a run takes besides its training: its process starts, reads the test set and fits its temperature."""
_STARTING = threading.Lock()
"""Two visitors who press at once: the second finds what the first has queued."""


@dataclass(frozen=True)
class OwnArm:
    """An arm with its runs in the store, one for each seed, in the order of the seeds."""

    arm: Arm
    runs: tuple[Run, ...]

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Of the finished ones, 0..1; averaged over views where the recipe does that."""
        found = (_accuracy(run, self.arm.config.views) for run in self.runs if run.state == "finished")
        return tuple(each for each in found if each is not None)


def _accuracy(run: Run, views: Views) -> float | None:
    if views == "none":
        return run.accuracy
    try:
        return read_card(checkpoint_files(run_dir(run.id), run.model, run.dataset).card).accuracy_tta
    except CheckpointError:
        return None


def dataset_for(experiment: Experiment, arm: Arm) -> str | None:
    """Key of the data set that an arm can learn from on this machine; None where there is none."""
    wanted = arm.config.dataset
    if is_available(wanted):
        return wanted
    may_stand_in = wanted == "mnist" and not experiment.whole_set
    return STAND_IN if may_stand_in and is_available(STAND_IN) else None


def stand_in(config: TrainConfig, dataset: str) -> TrainConfig:
    """The same training on a smaller set: shown as often as makes up for the pictures that are missing."""
    if dataset == config.dataset:
        return config
    sizes = [get_dataset_spec(key).n_train for key in (config.dataset, dataset)]
    wanted, there = (min(config.replay or size, size) for size in sizes)
    return replace(config, dataset=dataset, epochs=config.epochs * wanted / there)


def find_own(experiment: Experiment, store: RunStore) -> tuple[OwnArm, ...]:
    """Every arm with the runs of exactly its configuration, whoever queued them and from where.

    Raises:
        StoreError: the store cannot be read.
    """
    by_config: dict[str, dict[int, Run]] = {}
    models = {arm.config.model for arm in experiment.arms}
    for run in reversed(store.list_runs()):  # of two with one seed the newest counts
        if run.model in models:
            try:
                config = run.train_config
            except CnnplayError:  # written by another version
                continue
            by_config.setdefault(_identity(config), {})[config.seed] = run
    found = []
    for arm in experiment.arms:
        dataset = dataset_for(experiment, arm)
        mine = by_config.get(_identity(stand_in(arm.config, dataset)), {}) if dataset else {}
        found.append(OwnArm(arm, tuple(mine[seed] for seed in sorted(mine))))
    return tuple(found)


def _identity(config: TrainConfig) -> str:
    return json.dumps(config.to_json() | {"seed": None}, sort_keys=True)


def estimate_s(experiment: Experiment, arms: Sequence[Arm], n_seeds: int, measured: Result) -> float | None:
    """Seconds of one core that so many runs took where they were measured, or at most took; None if unknown."""
    total = 0.0
    for arm in arms:
        mine = measured.arm(arm.key)
        if mine is None or dataset_for(experiment, arm) is None:
            return None
        total += n_seeds * (START_S + min(each.cpu_s or each.wall_s for each in mine.seeds))
    return total


def start(experiment: Experiment, arms: Sequence[Arm], n_seeds: int, executor: LocalExecutor, store: RunStore) -> int:
    """Queues what is missing of these arms: one series of seeds an arm; what was stopped goes on.

    What waits, trains or is finished already is left as it is, so that pressing twice does nothing twice.

    Args:
        experiment: that they belong to.
        arms: to run.
        n_seeds: runs of each, from the arm's own seed on.
        executor: starts the first.
        store: that the executor works on.

    Returns:
        How many runs were queued, or let go on.

    Raises:
        ConfigError: a data set is not on this machine.
        StoreError: the store cannot be written.
    """
    with _STARTING:
        chosen = {arm.key for arm in arms}
        n_queued = 0
        for own in find_own(experiment, store):
            if own.arm.key in chosen:
                n_queued += _start_arm(experiment, own, n_seeds, executor, store)
        executor.start_waiting()
    return n_queued


def _start_arm(experiment: Experiment, own: OwnArm, n_seeds: int, executor: LocalExecutor, store: RunStore) -> int:
    dataset = dataset_for(experiment, own.arm)
    if dataset is None:
        missing = own.arm.config.dataset
        raise ConfigError(f"{missing} is not on this machine. Get it with: python -m cnnplay data {missing} --download")
    config, series = stand_in(own.arm.config, dataset), SeriesStore(store)
    wanted = [config.seed + i for i in range(n_seeds)]
    known = {run.train_config.seed: run for run in own.runs}
    stopped = [known[seed] for seed in wanted if seed in known and known[seed].state in RESUMABLE]
    for series_id in dict.fromkeys(run.series_id for run in stopped if run.series_id):
        series.go_on(series_id)
    for run in stopped:
        if run.series_id is None:
            executor.resume(run.id)
    missing_seeds = [seed for seed in wanted if seed not in known]
    name = f"{experiment.title}: {own.arm.label}"
    in_a_row = missing_seeds == list(range(wanted[-1] - len(missing_seeds) + 1, wanted[-1] + 1))
    if in_a_row and len(missing_seeds) >= SEEDS_BOUNDS[0]:
        series.create_seeds(replace(config, seed=missing_seeds[0]), len(missing_seeds), name=name)
    else:
        for seed in missing_seeds:
            executor.submit(replace(config, seed=seed), name=f"{name}, seed {seed}")
    return len(stopped) + len(missing_seeds)


def stop(experiment: Experiment, store: RunStore) -> None:
    """Takes what waits out of the queue, and lets what trains save its state and end.

    Raises:
        StoreError: the store cannot be written.
    """
    open_runs = [run for own in find_own(experiment, store) for run in own.runs if run.state in ("queued", *ACTIVE)]
    for series_id in dict.fromkeys(run.series_id for run in open_runs if run.series_id):
        SeriesStore(store).stop(series_id)
    for run in open_runs:
        if run.series_id is None:
            store.stop(run.id)
