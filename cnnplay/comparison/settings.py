"""The settings of many runs beside their results, as far as they differ."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnplay.comparison.entries import Entry, find_card
from cnnplay.errors import ConfigError
from cnnplay.figures.parallel import Dimension, Value
from cnnplay.models.card import checkpoint_files
from cnnplay.runs.series_records import Trial
from cnnplay.runs.series_space import LOG
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig, flatten

NOT_SETTINGS = frozenset({"dataset", "recipe", "device", "precision", "compile", "test_every_epoch", "views"})
"""What says where and under which name a network was trained, or how it is read, not how it learned."""
MOST_SETTINGS = 7
"""More axes cannot be read beside each other."""
VALIDATION, TEST, TIME = "Pictures kept out, %", "Test pictures, %", "Training, s"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One network with what it was trained with, and what it came to.

    Attributes:
        config: of its training, as JSON values.
        validation, test: accuracies, 0..1; None where they are not known.
        wall_s: seconds of training; None where that is not known.
    """

    config: Mapping[str, Any]
    validation: float | None
    test: float | None
    wall_s: float | None


@dataclass(frozen=True, kw_only=True)
class Parallel:
    """Axes for a chart of parallel coordinates.

    Attributes:
        dimensions: settings that differ, then results.
        best: by which the runs are coloured, in percent.
        title: what that is.
        n_left_out: settings that differ as well, and have no axis.
    """

    dimensions: tuple[Dimension, ...]
    best: tuple[float, ...]
    title: str
    n_left_out: int


def attempts_of(entries: Sequence[Entry]) -> tuple[Attempt, ...]:
    """Every network of the entries whose settings are known."""
    found = []
    for entry in entries:
        for member in entry.members:
            card = member.card
            config = member.run.config if member.run else card.config if card else {}
            if config and card:
                wall_s = card.wall_s or None
                found.append(Attempt(config=config, validation=None, test=card.accuracy, wall_s=wall_s))
    return tuple(found)


def attempts_in(trials: Sequence[Trial]) -> tuple[Attempt, ...]:
    """The runs of a series that have a result; that of a run which its sweep stopped is of its last epoch."""
    found = []
    for trial in trials:
        run = trial.run
        card = find_card(checkpoint_files(run_dir(run.id), run.model, run.dataset).card)
        if trial.value is not None or run.accuracy is not None:
            wall_s = card.wall_s if card else None
            found.append(Attempt(config=run.config, validation=trial.value, test=run.accuracy, wall_s=wall_s))
    return tuple(found)


def make_parallel(attempts: Sequence[Attempt], *, titles: Mapping[str, str]) -> Parallel | None:
    """The axes; None where fewer than two networks have a common result.

    Args:
        attempts: of one data set.
        titles: words for settings, in the order in which they matter; others follow under their own names.
    """
    results = {
        VALIDATION: [_percent(each.validation) for each in attempts],
        TEST: [_percent(each.test) for each in attempts],
        TIME: [each.wall_s for each in attempts],
    }
    whole = {name: [v for v in values if v is not None] for name, values in results.items() if None not in values}
    title = VALIDATION if VALIDATION in whole else TEST
    if len(attempts) < 2 or title not in whole:
        return None
    settings = _differing([_named(_complete(each.config)) for each in attempts], tuple(titles))
    shown = list(settings)[:MOST_SETTINGS]
    axes = [
        Dimension(title=titles.get(name, name.replace("_", " ")), values=settings[name], is_log=name in LOG)
        for name in shown
    ]
    ends = [Dimension(title=name, values=tuple(whole[name])) for name in (TIME, VALIDATION, TEST) if name in whole]
    return Parallel(
        dimensions=(*axes, *ends), best=tuple(whole[title]), title=title, n_left_out=len(settings) - len(shown)
    )


def _complete(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the settings that there were not yet when it was written."""
    try:
        return TrainConfig.from_json(config).to_json()
    except ConfigError:  # of another version
        return config


def _named(config: Mapping[str, Any]) -> dict[str, Value]:
    """All settings under their own names, those of its parts as well."""
    return {
        own: value if value is None or isinstance(value, int | float | str) else json.dumps(value)
        for name, value in flatten(config).items()
        if (own := name.rpartition(".")[2]) not in NOT_SETTINGS
    }


def _differing(flat: Sequence[Mapping[str, Value]], order: Sequence[str]) -> dict[str, tuple[Value, ...]]:
    """Settings in which not all are the same, those of the order first."""
    names = dict.fromkeys([*order, *(name for each in flat for name in each)])
    values = {name: tuple(each.get(name) for each in flat) for name in names}
    return {name: found for name, found in values.items() if len({*map(repr, found)}) > 1}


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
