"""What the trainings of an experiment came to, in one small file that says when and on what they ran."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnnplay.errors import CheckpointError, ConfigError
from cnnplay.experiments.experiment import Arm, Experiment, Means
from cnnplay.settings import checkpoints_dir, home_dir
from cnnplay.training.config import TrainConfig

FOLDER = "experiments"
"""In the folder of the shipped networks, and in `CNNPLAY_HOME`."""


@dataclass(frozen=True)
class Circumstances:
    """When a training ran and on what.

    Attributes:
        measured_at: date, ISO 8601.
        hardware: one line.
        torch_version, precision: of the training.
    """

    measured_at: str
    hardware: str
    torch_version: str
    precision: str


@dataclass(frozen=True)
class LayerGradient:
    """Euclidean norm of the gradient of one layer's weight after the first step and after the last; None if not finite.

    The first is that of the network as it was drawn.
    """

    layer: str
    first: float | None
    last: float | None


@dataclass(frozen=True, kw_only=True)
class SeedResult:
    """One training.

    Attributes:
        seed: of the run.
        accuracy: on the test pictures after the end, 0..1; averaged over views where the recipe does that.
        curve: epoch, training accuracy and (where the recipe reads it) test accuracy after it, 0..1.
        wall_s: time of the training steps; longer where the machine was shared.
        cpu_s: processor time of all of it, over all cores; None where nobody took it.
        on: when and on what.
        gradients: of each layer with weights, in order; empty where they are no part of the answer.
    """

    seed: int
    accuracy: float
    curve: tuple[tuple[float, float, float | None], ...]
    wall_s: float
    cpu_s: float | None
    on: Circumstances
    gradients: tuple[LayerGradient, ...] = ()


@dataclass(frozen=True)
class ArmResult:
    """All runs of one arm, in the order of their seeds, and the configuration that they had (with the arm's seed)."""

    key: str
    config: TrainConfig
    seeds: tuple[SeedResult, ...]

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Of the seeds, 0..1."""
        return tuple(each.accuracy for each in self.seeds)


@dataclass(frozen=True)
class Result:
    """All that was measured of one experiment; arms without a run are left out."""

    experiment: str
    arms: tuple[ArmResult, ...] = ()

    def arm(self, key: str) -> ArmResult | None:
        """What was measured of an arm; None where nothing was."""
        return next((each for each in self.arms if each.key == key), None)

    def means(self) -> Means:
        """Mean accuracy of each measured arm."""
        return {each.key: math.fsum(each.accuracies) / len(each.seeds) for each in self.arms}

    def with_seed(self, key: str, config: TrainConfig, seed: SeedResult) -> "Result":
        """With one more run; what was measured of this arm with another configuration goes."""
        before = self.arm(key)
        kept = before.seeds if before and before.config == config else ()
        seeds = sorted((*(each for each in kept if each.seed != seed.seed), seed), key=lambda each: each.seed)
        others = tuple(each for each in self.arms if each.key != key)
        return replace(self, arms=(*others, ArmResult(key, config, tuple(seeds))))


def current(experiment: Experiment, result: Result) -> Result:
    """Only what was measured with the very settings that the experiment has now, in the order of its arms."""
    found = ((each, result.arm(each.key)) for each in experiment.arms)
    return replace(result, arms=tuple(mine for each, mine in found if mine and mine.config == each.config))


def is_stale(experiment: Experiment, result: Result) -> bool:
    """Whether some of it was measured with settings that the experiment no longer has."""
    return len(current(experiment, result).arms) < len(result.arms)


def is_complete(experiment: Experiment, result: Result) -> bool:
    """Whether every arm was measured at least once with the present settings."""
    return len(current(experiment, result).arms) == len(experiment.arms)


def right_guess(experiment: Experiment, result: Result) -> int | None:
    """Index of the guess that the measurements make right; None as long as that is open."""
    kept = current(experiment, result)
    may_judge = experiment.judges_parts or len(kept.arms) == len(experiment.arms)
    return experiment.judge(kept.means()) if may_judge else None


def shipped_path(key: str) -> Path:
    """Where the measured result of an experiment lies that comes with the project."""
    return checkpoints_dir() / FOLDER / f"{key}.json"


def load_shipped(experiment: Experiment) -> Result:
    """The result that comes with the project, as far as it was measured with the present settings.

    Raises:
        CheckpointError: the file is damaged.
    """
    return read_current(experiment, shipped_path(experiment.key))


def read_result(path: Path, key: str) -> Result:
    """Reads the result of an experiment; one without a run where there is no file.

    Raises:
        CheckpointError: the file is damaged, or of another experiment.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        _check_key(values["experiment"], key)
        on = [Circumstances(**each) for each in values["circumstances"]]
        arms = (_arm_from_json(each, on) for each in values["arms"])
        return Result(key, tuple(each for each in arms if each is not None))
    except FileNotFoundError:
        return Result(key)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OSError) as error:
        raise CheckpointError(
            f"{path} is not the result of {key} ({error}). Restore the file, or delete it."
        ) from error


def read_current(experiment: Experiment, path: Path) -> Result:
    """Reads what a file holds that was measured with the present settings.

    Raises:
        CheckpointError: the file is damaged.
    """
    return current(experiment, read_result(path, experiment.key))


def add_run(experiment: Experiment, path: Path, *, arm: Arm, run: SeedResult) -> Result:
    """Adds a run to what a file holds by now: somebody else may be measuring the same experiment.

    Raises:
        CheckpointError: the file is damaged.
        OSError: the disk is full, or cannot be written.
    """
    lock = home_dir() / FOLDER / f"{experiment.key}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        result = current(experiment, read_result(path, experiment.key).with_seed(arm.key, arm.config, run))
        write_result(path, result)
    return result


def write_result(path: Path, result: Result) -> None:
    """Writes a result, whole or not at all: one line a run.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    on = list(dict.fromkeys(seed.on for arm in result.arms for seed in arm.seeds))
    head = json.dumps({"experiment": result.experiment, "circumstances": [asdict(each) for each in on]}, indent=1)
    arms = ",\n".join(_arm_to_json(arm, on) for arm in result.arms)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(f'{head[:-2]},\n "arms": [\n{arms}\n ]\n}}\n', encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _arm_to_json(arm: ArmResult, on: list[Circumstances]) -> str:
    lines = []
    for seed in arm.seeds:
        gradients = [[each.layer, each.first, each.last] for each in seed.gradients]
        values = asdict(seed) | {"on": on.index(seed.on), "gradients": gradients}
        lines.append("   " + json.dumps(values, separators=(",", ":"), allow_nan=False))
    joined = ",\n".join(lines)
    config = json.dumps(arm.config.to_json(), separators=(",", ":"))
    return f'  {{"key": {json.dumps(arm.key)}, "config": {config},\n   "seeds": [\n{joined}]}}'


def _check_key(found: Any, wanted: str) -> None:
    if found != wanted:
        raise ValueError(f"it is of {str(found)[:40]!r}")


def _arm_from_json(values: Mapping[str, Any], on: list[Circumstances]) -> ArmResult | None:
    """None where the configuration was written by another version, with settings that are gone."""
    seeds = tuple(
        SeedResult(
            **{
                **each,
                "curve": tuple((epoch, train, test) for epoch, train, test in each["curve"]),
                "on": on[each["on"]],
                "gradients": tuple(LayerGradient(*layer) for layer in each["gradients"]),
            }
        )
        for each in values["seeds"]
    )
    if not seeds or not all(0 <= each.accuracy <= 1 for each in seeds):
        raise ValueError(f"the arm {values['key']!r} has no accuracies in 0..1")
    try:
        return ArmResult(values["key"], TrainConfig.from_json(values["config"]), seeds)
    except ConfigError:
        return None
