"""A series in words: what it is over, where it stands, and each of its runs in a line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import InputError
from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.series_records import Outcome, Series, Trial, is_under_way
from cnnplay.runs.series_space import Range
from cnnplay.ui.run_words import DOTS, POLLED, share_done
from cnnplay.ui.train_fields import FIELDS
from cnnplay.words import accuracy, duration, listing

PRUNED_DOT = ":gray[✕]"
ENDS: dict[Outcome, str] = {
    "finished": "finished",
    "pruned": "stopped early by the sweep",
    "failed": "failed",
    "stopped": "stopped by hand",
}


def label(name: str) -> str:
    """What a setting is called in a sentence."""
    words = FIELDS[name].label
    return words if words.split(" ")[0].isupper() else words[0].lower() + words[1:]


def value(name: str, held: Any) -> str:
    """A setting's value as the form writes it."""
    return FIELDS[name].choices.get(held) or (f"{held:g}" if isinstance(held, int | float) else str(held))


def params(chosen: Mapping[str, Any]) -> str:
    """What was chosen for a run."""
    return ", ".join(f"{label(name)} {value(name, held)}" for name, held in chosen.items())


def dataset_title(series: Series) -> str:
    """What the data set is called; the key of one that is not here, or no longer."""
    try:
        return get_dataset_spec(series.config["dataset"]).title
    except InputError:
        return str(series.config["dataset"])


def subject(series: Series) -> str:
    """What its runs differ in."""
    if series.space is None:
        first = int(series.config["seed"])
        return f"{series.n_runs} runs, seeds {first} to {first + series.n_runs - 1}"
    parts = [
        f"{label(each.name)} ({each.low:g} to {each.high:g})"
        if isinstance(each, Range)
        else f"{label(each.name)} ({', '.join(value(each.name, held) for held in each.values)})"
        for each in series.space.dimensions
    ]
    return f"sweep over {listing(parts)}"


def headline(series: Series, trials: Sequence[Trial]) -> str:
    """Where it stands."""
    n_ended = sum(trial.outcome != "running" for trial in trials)
    if series.stopped_at is not None:
        is_ending = any(trial.run.state in ("queued", *ACTIVE) for trial in trials)
        return "Stopping: what trains saves where it is" if is_ending else f"Stopped, {n_ended} of {series.n_runs} runs"
    if not is_under_way(series, trials):
        return f"Done, {n_ended} of {series.n_runs} runs" if n_ended < series.n_runs else f"Done, {n_ended} runs"
    return f"Under way, {n_ended} of {series.n_runs} runs"


def ends(trials: Sequence[Trial]) -> str:
    """How those that ended did, and what trains now."""
    counted = Counter(trial.outcome for trial in trials)
    said = [f"{counted[outcome]} {words}" for outcome, words in ENDS.items() if counted[outcome]]
    trains = [trial for trial in trials if trial.run.state == "running"]
    said += [f"run {trial.number + 1} trains, {100 * share_done(trial.run):.0f} %" for trial in trains[:1]]
    return ", ".join(said)


def left(series: Series, trials: Sequence[Trial]) -> str:
    """Time to the end at the pace so far, with all that lies between two runs; "" where unknown."""
    ended_at = [trial.run.finished_at for trial in trials if trial.outcome != "running" and trial.run.finished_at]
    if not ended_at or series.stopped_at is not None or not is_under_way(series, trials):
        return ""
    pace_s = (max(ended_at) - series.created_at) / len(ended_at)
    return f"about {duration((1 - share(series, trials)) * series.n_runs * pace_s)} left"


def share(series: Series, trials: Sequence[Trial]) -> float:
    """How much of it is done, 0..1."""
    done = sum(1.0 if trial.outcome != "running" else share_done(trial.run) for trial in trials)
    return min(1.0, done / series.n_runs)


def line(series: Series, trial: Trial) -> str:
    """One run as Markdown: its state, its accuracy, what was chosen for it."""
    dot = PRUNED_DOT if trial.outcome == "pruned" else DOTS[trial.run.state]
    if series.kind == "seeds":
        figure, what = trial.run.accuracy, f"seed {trial.params['seed']}"
        state = "" if trial.run.state == "finished" else _state(trial)
    else:
        figure, what = trial.value, f"run {trial.number + 1}"
        state = params(trial.params) + (f", {_state(trial)}" if trial.outcome != "finished" else "")
    shown = f"**{accuracy(figure)}**" if figure is not None else "**-**"
    return f"{dot} {shown} {what} :gray[{state}]" if state else f"{dot} {shown} {what}"


def tab_title(series: Series, trials: Sequence[Trial], page: str) -> str:
    """What the browser's tab says."""
    n_ended = sum(trial.outcome != "running" for trial in trials)
    return f"{n_ended} of {series.n_runs} - {page}" if is_under_way(series, trials) else page


def _state(trial: Trial) -> str:
    run = trial.run
    if trial.outcome == "pruned":
        return f"stopped early after epoch {len(trial.epochs)}"
    if run.state == "running":
        return f"trains, {100 * share_done(run):.0f} %"
    return "waits" if run.state == "queued" or (trial.outcome == "running" and run.state not in POLLED) else run.state
