"""What is known of each network in figures: measured from its stored answers, read from its card, or timed here."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from cnnplay.comparison.entries import Entry, Member
from cnnplay.comparison.selection import Comparison
from cnnplay.evaluation.accuracy import wilson_interval
from cnnplay.evaluation.calibration import calibration_error
from cnnplay.runs.answers import SMALLEST_PROB, AnswerKey, Stamp, answers_file, file_stamp, load_answers
from cnnplay.runs.measured import read_latency, read_robustness

Better = Literal["more", "less"]
Unit = Literal["share", "nats", "count", "bytes", "s", "images/s", "ms"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure that a network may have.

    Attributes:
        title: in a table and on an axis.
        unit: "share" is 0..1, shown in percent; all others as they are.
        better: which way is better.
        about: one sentence for a reader who does not know it.
    """

    title: str
    unit: Unit
    better: Better
    about: str


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric(
        title="Accuracy", unit="share", better="more", about="Share of the test pictures that it names right."
    ),
    "loss": Metric(
        title="Loss", unit="nats", better="less",
        about="Mean cross-entropy on the test pictures: what it pays for being sure of a wrong answer.",
    ),
    "calibration_error": Metric(
        title="Calibration error", unit="share", better="less",
        about="Mean gap between how sure it says it is and how often it is right, in 15 bins, without temperature.",
    ),
    "n_params": Metric(title="Parameters", unit="count", better="less", about="Numbers that training sets."),
    "macs": Metric(
        title="MACs", unit="count", better="less", about="Multiplications with their additions, for one picture."
    ),
    "size_bytes": Metric(title="File", unit="bytes", better="less", about="Size of its weights on disk."),
    "wall_s": Metric(
        title="Training time", unit="s", better="less", about="Of the training steps, on the hardware of its row."
    ),
    "images_per_s": Metric(
        title="Training speed", unit="images/s", better="more", about="Training pictures a second, over that time."
    ),
    "latency_ms": Metric(
        title="Answer to 1", unit="ms", better="less",
        about="Time to read one picture on this machine: the median of repeated measurements.",
    ),
    "latency_256_ms": Metric(
        title="Answer to 256", unit="ms", better="less",
        about="Time to read 256 pictures at once on this machine: the median of repeated measurements.",
    ),
    "robustness": Metric(
        title="Sturdiness", unit="share", better="more",
        about="Mean accuracy on the test pictures changed in each way that is looked at under How sturdy.",
    ),
}  # fmt: skip
"""All figures of the leaderboard, by key, in the order of its columns."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network, or one group of seeds, with its figures.

    Attributes:
        entry: whose row it is.
        values: by the keys of `METRICS`; of a group the mean; None where nothing is known.
        low, high: 95 % interval of the accuracy: of one network what other test pictures would say (Wilson 1927).
            None where there is no accuracy, and for groups, whose seeds spread by `std` instead.
        std: standard deviation of the accuracies of a group, from the sample.
        n: networks in the row.
        accuracy_tta: averaged over the recipe's own views, where it has that.
    """

    entry: Entry
    values: Mapping[str, float | None]
    low: float | None
    high: float | None
    std: float | None
    n: int
    accuracy_tta: float | None


def make_rows(entries: Sequence[Entry], key: AnswerKey | None) -> tuple[Row, ...]:
    """The leaderboard's rows, in the order of the entries.

    Args:
        entries: of one data set.
        key: its right answers; without them, only what cards say is known.
    """
    return tuple(make_row(entry, key) for entry in entries)


def make_row(entry: Entry, key: AnswerKey | None) -> Row:
    """One row; arguments as in `make_rows`."""
    each = [_measure(member, key) for member in entry.members]
    values = {name: _mean([figures.get(name) for figures in each]) for name in METRICS}
    accuracies = [figures["accuracy"] for figures in each if figures.get("accuracy") is not None]
    low = high = None
    n_test = entry.first.card.n_test if entry.first.card else key.n if key else 0
    if not entry.is_group and accuracies and n_test:
        low, high = wilson_interval(round(accuracies[0] * n_test), n_test)
    averaged = [member.card.accuracy_tta for member in entry.members if member.card and member.card.accuracy_tta]
    return Row(
        entry=entry,
        values=values,
        low=low,
        high=high,
        std=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        n=len(entry.members),
        accuracy_tta=statistics.fmean(averaged) if averaged else None,
    )


def sort_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The most accurate first; those without an accuracy, which may be in training, last."""
    return tuple(sorted(rows, key=lambda row: -(row.values["accuracy"] or 0.0)))


def measure(entry: Entry, key: AnswerKey | None) -> Mapping[str, float | None]:
    """The figures of an entry by the keys of `METRICS`; of a group, the means."""
    return make_row(entry, key).values


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known and len(known) == len(values) else None


def _measure(member: Member, key: AnswerKey | None) -> dict[str, float]:
    """What is known of one network; what is not, is left out."""
    found: dict[str, float] = {}
    if card := member.card:
        found |= {name: getattr(card, name) for name in ("accuracy", "n_params", "macs", "size_bytes")}
        if card.wall_s > 0:  # of an imported network, nobody knows
            found |= {"wall_s": card.wall_s, "images_per_s": card.images_per_s}
    if key and Comparison(key, ()).answers(member) is not None and member.weights:
        found = {**_score(member.weights, file_stamp(answers_file(member.weights)), key), **found}
    if member.weights is not None and member.weights.is_file():
        found |= _measured_here(member.weights, key.dataset if key else None)
    return found


def _measured_here(weights: Path, dataset: str | None) -> dict[str, float]:
    """What the run queue has measured of these weights."""
    found: dict[str, float] = {}
    if latency := read_latency(weights):
        found |= {"latency_ms": latency.single.median_ms, "latency_256_ms": latency.batch.median_ms}
    if dataset and (robustness := read_robustness(weights, dataset)):
        found["robustness"] = robustness.mean
    return found


@lru_cache(maxsize=512)
def _score(weights: Path, _stamp: Stamp, key: AnswerKey) -> Mapping[str, float]:
    """What the stored answers tell; of a network that came apart, neither loss nor calibration error."""
    answers = load_answers(weights, key)
    if answers is None:
        return {}
    accuracy = float((answers.argmax(1) == key.labels).mean())
    if not np.isfinite(answers).all():
        return {"accuracy": accuracy}
    chosen = np.maximum(answers[np.arange(key.n), key.labels], SMALLEST_PROB)
    return {
        "accuracy": accuracy,
        "loss": float(-np.log(chosen.astype(np.float64)).mean()),
        "calibration_error": calibration_error(answers, key.labels),
    }
