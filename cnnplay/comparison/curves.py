"""How the chosen networks were trained: the curves that were kept, on one axis, the seeds of a group as their mean."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from cnnplay.comparison.entries import Entry, Member
from cnnplay.comparison.published import PublishedCurve, find_published
from cnnplay.figures.compared_curves import Axis, Floats, Line, Pictures, Quantity
from cnnplay.models.card import checkpoint_files
from cnnplay.runs.answers import Stamp, file_stamp
from cnnplay.runs.curve_file import curve_path, read_curve
from cnnplay.runs.records import Metric
from cnnplay.runs.store import open_store
from cnnplay.settings import database_url

FLOPS_PER_MAC = 3 * 2
"""Of one training picture: two for each multiply-accumulate forward, and about twice as many backward."""
MAX_POINTS = 1_500
"""Of each kind, read of one run: the store thins the others out."""
GRID_POINTS = 300
"""Seeds that were not looked at at the same moments are averaged at so many."""
KINDS: tuple[tuple[Quantity, Pictures], ...] = (
    ("accuracy", "training"),
    ("accuracy", "validation"),
    ("accuracy", "test"),
    ("loss", "training"),
)
"""All that a training keeps."""
MIN_BAND = 3
"""From fewer seeds, a standard deviation says next to nothing."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What was kept of one network's training.

    Attributes:
        points: in order; both between two reports and after an epoch, where both were kept.
        batch_size: pictures in one step; None where nobody knows.
        macs: multiply-accumulates of one picture; None where nobody knows.
    """

    points: tuple[Metric, ...]
    batch_size: int | None
    macs: int | None


def read_history(member: Member) -> History:
    """The curve of a network: from the run store, or from beside its weights.

    Raises:
        StoreError: the store cannot be read.
        CheckpointError: the file of a curve is damaged.
    """
    run, card = member.run, member.card
    config = run.config if run else card.config if card else {}
    if run is not None:
        points = _points_of(database_url(), run.id, run.worker, run.step, run.state == "finished")
    else:
        points = _read_beside(member.weights)
    options = json.dumps(config.get("model_options", {}), sort_keys=True)
    macs = card.macs if card else _count_macs(run.model, options) if run and points else None
    return History(points=points, batch_size=config.get("batch_size"), macs=macs)


@lru_cache(maxsize=64)
def _points_of(_url: str, run_id: str, _worker: str | None, _step: int, _is_over: bool) -> tuple[Metric, ...]:
    return open_store().metrics(run_id, max_points=MAX_POINTS)


def _read_beside(weights: Path | None) -> tuple[Metric, ...]:
    if weights is None:
        return ()
    model, _, dataset = weights.stem.rpartition("-")
    path = curve_path(checkpoint_files(weights.parent, model, dataset))
    try:
        return _read_curve(path, file_stamp(path))
    except OSError:
        return ()


@lru_cache(maxsize=64)
def _read_curve(path: Path, _stamp: Stamp) -> tuple[Metric, ...]:
    return read_curve(path)


@lru_cache(maxsize=64)
def _count_macs(model: str, options: str) -> int | None:
    """Of a network that has no card yet; None of one that only another tool knows."""
    from cnnplay.models.arithmetic import count_macs
    from cnnplay.models.registry import MODELS, build, get_spec

    if model not in MODELS:
        return None
    return count_macs(build(model, **json.loads(options)), get_spec(model).input_shape)


def make_lines(entries: Iterable[Entry], *, by: Axis = "epoch", smoothing: float = 0.0) -> tuple[Line, ...]:
    """The curves of all entries; those of which nothing was kept have none.

    Args:
        entries: of one data set.
        by: what they are drawn against.
        smoothing: weight of the moving average, 0 (none) to below 1; see `smoothed`.

    Raises:
        StoreError: the store cannot be read.
        CheckpointError: the file of a curve is damaged.
    """
    found = [
        (entry, quantity, pictures, known)
        for entry in entries
        for quantity, pictures in KINDS
        if (known := _known(entry, quantity, pictures, by))
    ]
    span = max((float(x[-1]) for *_, known in found for x, _ in known), default=0.0)
    return tuple(_line(*each, smoothing=smoothing, span=span) for each in found)


def _known(entry: Entry, quantity: Quantity, pictures: Pictures, by: Axis) -> list[tuple[Floats, Floats]]:
    """X and y of each network of the entry of which anything is known."""
    curves = [_curve(read_history(member), quantity, pictures, by) for member in entry.members]
    known = [each for each in curves if len(each[0])]
    if pictures == "test" and not known:  # it was read once, at the end
        return [end for member in entry.members if (end := _end(member, by))]
    return known


def published_lines(entries: Iterable[Entry], *, by: Axis = "epoch") -> tuple[Line, ...]:
    """What was published of the architectures of these entries, each once; by time there is nothing."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.model, entry)
    found = [(entry, find_published(model)) for model, entry in first.items()]
    return tuple(line for entry, curve in found if curve and (line := _published(entry, curve, by)))


def _published(entry: Entry, curve: PublishedCurve, by: Axis) -> Line | None:
    macs = entry.first.card.macs if entry.first.card else None
    if by == "time" or (by == "flops" and macs is None):
        return None
    scale = FLOPS_PER_MAC * (macs or 0) * curve.n_train if by == "flops" else 1.0
    x = np.asarray(curve.steps if by == "step" else curve.epochs, dtype=np.float64) * scale
    return Line(
        name=entry.model, colour=entry.colour, dash="dot", quantity="accuracy", pictures="published", x=x,
        y=np.asarray(curve.accuracies),
    )  # fmt: skip


def _curve(history: History, quantity: Quantity, pictures: Pictures, by: Axis) -> tuple[Floats, Floats]:
    """X and y of one network; both empty where nothing is known."""
    value = {"training": "accuracy", "validation": "val_accuracy", "test": "test_accuracy"}[pictures]
    name = "loss" if quantity == "loss" else value
    reported = [point for point in history.points if point.kind == "train"] if pictures == "training" else []
    points = reported or [point for point in history.points if point.kind == "epoch"]
    known = [(_x(history, point, by), getattr(point, name)) for point in points]
    pairs = [(x, y) for x, y in known if x is not None and y is not None and math.isfinite(y)]
    return np.array([x for x, _ in pairs]), np.array([y for _, y in pairs])


def _x(history: History, point: Metric, by: Axis) -> float | None:
    if by == "epoch":
        return point.epoch
    if by == "step":
        return float(point.step)
    if by == "time":
        return point.elapsed_s
    if history.batch_size is None or history.macs is None:
        return None
    return float(point.step) * history.batch_size * history.macs * FLOPS_PER_MAC


def _end(member: Member, by: Axis) -> tuple[Floats, Floats] | None:
    """The one accuracy on test pictures that a card tells; None where nobody knows how long it was trained."""
    card = member.card
    if card is None or card.wall_s <= 0 or not {"epochs", "batch_size"} <= set(card.config):
        return None
    n_pictures = card.images_per_s * card.wall_s
    x = {
        "epoch": float(card.config["epochs"]),
        "step": n_pictures / card.config["batch_size"],
        "time": card.wall_s,
        "flops": n_pictures * card.macs * FLOPS_PER_MAC,
    }[by]
    return np.array([x]), np.array([card.accuracy])


def _line(
    entry: Entry,
    quantity: Quantity,
    pictures: Pictures,
    curves: Sequence[tuple[Floats, Floats]],
    *,
    smoothing: float,
    span: float,
) -> Line:
    smooth = [(x, smoothed(x, y, smoothing, span=span)) for x, y in curves]
    x, ys = _together(smooth)
    return Line(
        name=entry.title,
        colour=entry.colour,
        dash=entry.dash,
        quantity=quantity,
        pictures=pictures,
        x=x,
        y=ys.mean(0),
        std=ys.std(0, ddof=1) if len(ys) >= MIN_BAND else None,
        raw=tuple(curves) if smoothing or len(curves) > 1 else (),
        n=len(curves),
    )


def _together(curves: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """One axis and the (M, N) values of all curves on it, as far as all have come."""
    first = curves[0][0]
    if all(len(x) == len(first) and np.allclose(x, first) for x, _ in curves):
        return first, np.stack([y for _, y in curves])
    if all(len(x) == 1 for x, _ in curves):
        return np.mean([x for x, _ in curves], 0), np.stack([y for _, y in curves])
    low, high = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    n = min(GRID_POINTS, max(len(x) for x, _ in curves)) if high > low else 1
    grid = np.linspace(low, high, n)
    return grid, np.stack([np.interp(grid, x, y) for x, y in curves])


def smoothed(x: Floats, y: Floats, weight: float, *, span: float) -> Floats:
    """Exponential moving average without the bias of its start (Kingma and Ba 2014, section 3).

    What was before counts less the further it is away, not the more points lie between: a curve with few points is
    smoothed as far to the left as one with many.

    Args:
        x: (N,) ascending.
        y: (N,) values.
        weight: of what was a hundredth of the span before, 0 (no smoothing) to below 1.
        span: length of the axis.
    """
    if not weight or span <= 0:
        return y
    kept = weight ** (np.diff(x, prepend=x[:1]) / span * 100)
    out, total, weights = np.empty_like(y), 0.0, 0.0
    for at, value in enumerate(y):
        total, weights = kept[at] * total + float(value), kept[at] * weights + 1.0
        out[at] = total / weights
    return out


def without_curve(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Those of which no curve was kept.

    Raises:
        StoreError: the store cannot be read.
        CheckpointError: the file of a curve is damaged.
    """
    return tuple(entry for entry in entries if not any(read_history(member).points for member in entry.members))
