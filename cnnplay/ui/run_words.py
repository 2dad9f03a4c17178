"""A run in words: where it stands, how far it is, how long it will take."""

from collections.abc import Sequence

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import InputError
from cnnplay.runs.records import Metric, Run
from cnnplay.runs.schema import ACTIVE, State
from cnnplay.words import duration

POLLED: tuple[State, ...] = ("queued", *ACTIVE)
"""States that change without anybody on this page."""
SPEED_OVER_S = 20.0
"""The speed that the rest of a training is foretold by is that of its last seconds."""
DOTS: dict[State, str] = {
    "queued": ":gray[○]",
    "running": ":blue[●]",
    "paused": ":orange[◐]",
    "stopping": ":orange[●]",
    "finished": ":green[●]",
    "failed": ":red[●]",
    "interrupted": ":gray[●]",
}


def dataset_title(run: Run) -> str:
    """What the data set is called; the key of one that is not here, or no longer."""
    try:
        return get_dataset_spec(run.dataset).title
    except InputError:
        return run.dataset


def share_done(run: Run) -> float:
    """How much of the training is done, 0..1."""
    return min(1.0, run.epoch / run.epochs) if run.epochs else 0.0


def headline(run: Run, *, n_before: int | None = None) -> str:
    """The state in words.

    Args:
        run: as the store has it.
        n_before: how many runs are before it in the queue; None where it does not wait.
    """
    so_far = f"epoch {run.epoch:.1f} of {run.epochs:g}"
    match run.state:
        case "queued":
            return _waiting(n_before or 0)
        case "running" if run.step == 0:
            return "Starting: it loads PyTorch and the pictures"
        case "running":
            return f"Training, {so_far}"
        case "paused":
            return f"Paused, {so_far}"
        case "stopping":
            return "Stopping: it saves where it is"
        case "finished" if run.is_imported:
            return f"Came as a file, {_epochs(run.epoch)}" if run.epoch else "Came as a file"
        case "finished":
            return f"Finished after {_epochs(run.epoch)}"
        case "failed":
            return f"Failed, {so_far}"
        case "interrupted":
            return f"Stopped, {so_far}"


def _waiting(n_before: int) -> str:
    if not n_before:
        return "Waiting: it is the next"
    return f"Waiting: {n_before} run{'s are' if n_before > 1 else ' is'} before it"


def seconds_left(run: Run, points: Sequence[Metric]) -> float | None:
    """Time to the end at the speed of the last seconds; None where it does not train, or nothing is known yet."""
    if run.state != "running" or not run.n_steps:
        return None
    train = [point for point in points if point.kind == "train"]
    if not train:
        return None
    last = train[-1]
    first = next((p for p in train if p.elapsed_s >= last.elapsed_s - SPEED_OVER_S), last)
    step, elapsed_s = (0, 0.0) if first is last else (first.step, first.elapsed_s)
    if last.step <= step:
        return None
    return (run.n_steps - last.step) * (last.elapsed_s - elapsed_s) / (last.step - step)


def left(run: Run, points: Sequence[Metric]) -> str:
    """The same in words, or ""."""
    remaining_s = seconds_left(run, points)
    return "" if remaining_s is None else f"{duration(remaining_s)} left"


def tab_title(run: Run, page: str) -> str:
    """What the browser's tab says: the progress while it trains, and the page's own title when there is no more."""
    if run.state not in POLLED:
        return page
    if run.state == "running":
        return f"{100 * share_done(run):.0f} % - {page}"
    return f"{run.state} - {page}"


def _epochs(n: float) -> str:
    return "1 epoch" if n == 1 else f"{n:.3g} epochs"
