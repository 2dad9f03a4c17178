"""One figure of the networks against another, and which of them no other network beats in both."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cnnplay.comparison.entries import Entry
from cnnplay.comparison.leaderboard import METRICS, Better, Metric, Row
from cnnplay.comparison.table import in_words
from cnnplay.figures.labels import Named
from cnnplay.figures.tradeoffs import Axis, Spot, tradeoff_chart

ERROR_RATE = "error_rate"
AXES: Mapping[str, Metric] = {
    "accuracy": METRICS["accuracy"],
    ERROR_RATE: replace(
        METRICS["accuracy"], title="Error rate", better="less", about="Share of the test pictures that it names wrong."
    ),
    **METRICS,
}
"""All figures that can be set against each other, by key."""
USUAL_X, USUAL_Y = "macs", "accuracy"


@dataclass(frozen=True)
class Measured:
    """The networks that have both figures, as points, and those that lack one."""

    spots: tuple[Spot, ...]
    missing: tuple[Entry, ...]


def value_of(row: Row, name: str) -> float | None:
    """A figure of `AXES`; None where it is not known, or no number."""
    value = row.values["accuracy" if name == ERROR_RATE else name]
    if value is None or not math.isfinite(value):
        return None
    return 1 - value if name == ERROR_RATE else value


def measure_tradeoffs(rows: Sequence[Row], x: str, y: str) -> Measured:
    """Every network's two figures, and which networks are on the Pareto front.

    Args:
        rows: of the leaderboard.
        x: key in `AXES` of the figure that runs to the right.
        y: key of the one that runs up.
    """
    known = [(row, a, b) for row in rows if (a := value_of(row, x)) is not None and (b := value_of(row, y)) is not None]
    front = pareto_front([(a, b) for _, a, b in known], better=(AXES[x].better, AXES[y].better))
    spots = tuple(_spot(row, x, y, is_best=at in front) for at, (row, _, _) in enumerate(known))
    shown = {spot.token for spot in spots}
    return Measured(spots, tuple(row.entry for row in rows if row.entry.token not in shown))


def draw_tradeoffs(spots: Sequence[Spot], x: str, y: str, *, picked: str | None = None) -> Named:
    """The chart of what `measure_tradeoffs` found.

    Args:
        spots: the points.
        x: as there.
        y: as there.
        picked: token of the network that is looked at.
    """
    return tradeoff_chart(spots, _axis(AXES[x]), _axis(AXES[y]), picked=picked)


def pareto_front(points: Sequence[tuple[float, float]], *, better: tuple[Better, Better]) -> frozenset[int]:
    """Indices of the points that no other one beats: better in one figure, and at least as good in the other.

    Of several equal points all are on the front. In one pass over the points in the order of the first figure.

    Args:
        points: the two figures of each.
        better: which way each is better.
    """
    signs = [1 if way == "more" else -1 for way in better]
    scores = [(signs[0] * a, signs[1] * b) for a, b in points]
    front: set[int] = set()
    best, best_first = -math.inf, math.inf
    for at in sorted(range(len(scores)), key=lambda each: (-scores[each][0], -scores[each][1])):
        first, second = scores[at]
        if second > best or (second == best and first == best_first):
            front.add(at)
            best, best_first = second, first
    return frozenset(front)


def _axis(metric: Metric) -> Axis:
    units = {"share": " %", "s": " s", "ms": " ms", "images/s": "/s", "bytes": "B"}
    return Axis(title=metric.title, better=metric.better, suffix=units.get(metric.unit, ""))


def _spot(row: Row, x: str, y: str, *, is_best: bool) -> Spot:
    return Spot(
        token=row.entry.token,
        name=row.entry.title,
        colour=row.entry.colour,
        x=_scaled(row, x),
        y=_scaled(row, y),
        x_error=_interval(row, x),
        y_error=_interval(row, y),
        is_best=is_best,
        words="<br>".join(f"{AXES[name].title} {figure_in_words(row, name)}" for name in dict.fromkeys((y, x))),
    )


def _scaled(row: Row, name: str) -> float:
    """Shares in percent, all else in its own unit."""
    value = value_of(row, name) or 0.0
    return 100 * value if AXES[name].unit == "share" else value


def _interval(row: Row, name: str) -> tuple[float, float] | None:
    """Below and above: of one network 95 %, of a group one standard deviation of a seed; accuracies have these."""
    if name not in ("accuracy", ERROR_RATE):
        return None
    if row.std is not None:
        return 100 * row.std, 100 * row.std
    value = row.values["accuracy"]
    if row.low is None or row.high is None or value is None:
        return None
    down, up = 100 * (value - row.low), 100 * (row.high - value)
    return (up, down) if name == ERROR_RATE else (down, up)


def figure_in_words(row: Row, name: str) -> str:
    """A figure with its unit, for people."""
    return in_words(AXES[name], value_of(row, name)) or "not known"


def best_entries(spots: Iterable[Spot]) -> tuple[str, ...]:
    """Names of the networks on the front, in the order of x."""
    return tuple(spot.name for spot in sorted(spots, key=lambda spot: spot.x) if spot.is_best)
