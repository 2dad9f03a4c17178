"""Optuna's part in a sweep: what to try next, whether a run is worth going on, which settings matter.

The run store is the only truth. A study is made anew from its runs for each question and thrown away afterwards: there
is no second record that could disagree, and any process may ask. Optuna takes seconds to import, so that this module
imports it within its functions.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnplay.runs.series_records import Trial
from cnnplay.runs.series_space import LOG, Dimension, Range, Space

if TYPE_CHECKING:
    import optuna

N_RANDOM = 6
"""Runs before the tree-structured Parzen estimator takes over (Bergstra et al. 2011); the first is the form itself."""
N_BEFORE_PRUNING = 4
"""Finished runs that a new one is measured against; fewer say too little."""
SPARED_SHARE = 0.2
"""Of the epochs: so far into its training no run is stopped, for a slow start may end well."""
N_FOR_IMPORTANCE = 8
"""Finished runs without which importance is not worth a look."""
DIGITS = 3
"""Significant digits of a suggested number: more make no difference, and are no pleasure to read."""


def suggest(space: Space, trials: Sequence[Trial], *, first: dict[str, Any], seed: int, number: int) -> dict[str, Any]:
    """The settings of the next run; the same runs give the same settings.

    Args:
        space: what is chosen.
        trials: all runs so far.
        first: settings of the very first run.
        seed: of the sweep.
        number: of the run that is to come, from 0.
    """
    if number == 0:
        return first
    import numpy as np
    import optuna

    own_seed = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    sampler = optuna.samplers.TPESampler(seed=own_seed, n_startup_trials=N_RANDOM, constant_liar=True)
    asked = _study(space, trials, sampler).ask(_distributions(space)).params
    return {each.name: _tidy(each, asked[each.name]) for each in space.dimensions}


def should_prune(space: Space, trials: Sequence[Trial], *, number: int, epochs: float) -> bool:
    """Whether a run has read the pictures kept out worse, at its best, than half of the finished ones had by then.

    This is the median stopping rule (Golovin et al. 2017).

    Args:
        space: of the sweep.
        trials: all its runs.
        number: of the run in question.
        epochs: that it is to have.
    """
    if sum(trial.outcome == "finished" for trial in trials) < N_BEFORE_PRUNING:
        return False
    import optuna

    n_spared = max(1, round(SPARED_SHARE * epochs))
    pruner = optuna.pruners.MedianPruner(n_startup_trials=N_BEFORE_PRUNING, n_warmup_steps=n_spared)
    study = _study(space, trials)
    (at,) = [at for at, trial in enumerate(trials) if trial.number == number]
    return pruner.prune(study, study.trials[at])


def importances(space: Space, trials: Sequence[Trial]) -> dict[str, float]:
    """How much of the differences in accuracy goes with each setting (fANOVA, Hutter et al. 2014).

    Args:
        space: of the sweep, with two settings or more.
        trials: all its runs; only finished ones count.

    Returns:
        Name of each setting and its share, 0..1, the largest first; empty where too few runs are finished, or all
        have the same accuracy.
    """
    finished = [trial for trial in trials if trial.outcome == "finished" and trial.value is not None]
    if len(finished) < N_FOR_IMPORTANCE or len({trial.value for trial in finished}) < 2:
        return {}
    import optuna

    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found = optuna.importance.get_param_importances(_study(space, finished), evaluator=evaluator)
    return {name: float(share) for name, share in found.items()}


def _study(
    space: Space, trials: Sequence[Trial], sampler: "optuna.samplers.BaseSampler | None" = None
) -> "optuna.Study":
    """All runs as Optuna's trials, in the same order."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = _distributions(space)
    states = {
        "running": optuna.trial.TrialState.RUNNING,
        "finished": optuna.trial.TrialState.COMPLETE,
        "pruned": optuna.trial.TrialState.PRUNED,
    }
    for trial in trials:
        state = states.get(trial.outcome, optuna.trial.TrialState.FAIL)
        if trial.outcome == "finished" and trial.value is None:
            state = optuna.trial.TrialState.FAIL
        value = trial.value if state == optuna.trial.TrialState.COMPLETE else None
        seen = dict(trial.epochs)
        study.add_trial(
            optuna.trial.create_trial(
                state=state, value=value, params=trial.params, distributions=distributions, intermediate_values=seen
            )
        )
    return study


def _distributions(space: Space) -> "dict[str, optuna.distributions.BaseDistribution]":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    def distribution(each: Dimension) -> "optuna.distributions.BaseDistribution":
        if not isinstance(each, Range):
            return CategoricalDistribution(each.values)
        if each.is_whole:
            return IntDistribution(int(each.low), int(each.high))
        return FloatDistribution(each.low, each.high, log=each.name in LOG)

    return {each.name: distribution(each) for each in space.dimensions}


def _tidy(each: Dimension, value: Any) -> Any:
    """Rounded, but never out of the range."""
    if not isinstance(each, Range):
        return value
    return int(value) if each.is_whole else each.nearest(float(f"{value:.{DIGITS}g}"))
