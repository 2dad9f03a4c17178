"""The leaderboard as a table: one line a network, one column a figure or a fact."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cnnplay.comparison.leaderboard import METRICS, Metric, Row
from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE, RESUMABLE
from cnnplay.words import accuracy, count, duration, file_size, milliseconds

NAME, INTERVAL, AVERAGED = "Network", "Interval", "Averaged over views"
FACTS = ("State", "Data set", "Recipe", "Epochs", "Seed", "Device", "Hardware", "Precision", "Trained", "Code")
"""What is known of a network besides its figures."""
N_DECIMALS = 6
"""Of percents: what lies behind comes from binary fractions alone."""
EN_DASH = "\N{EN DASH}"


def column_names() -> tuple[str, ...]:
    """All columns but the name."""
    first, *others = (metric.title for metric in METRICS.values())
    return (first, INTERVAL, AVERAGED, *others, *FACTS)


def make_table(rows: Sequence[Row]) -> pd.DataFrame:
    """The figures as numbers, to be sorted and computed with: shares in percent, all else in the units of `METRICS`."""
    return pd.DataFrame([_line(row) for row in rows], columns=[NAME, *column_names()])


def make_words(rows: Sequence[Row]) -> pd.DataFrame:
    """The same with every figure in words, as in 98.21 % and 1.2 MB, and nothing where nothing is known."""
    table = make_table(rows).astype(object)
    for key, metric in METRICS.items():
        table[metric.title] = [in_words(metric, row.values[key]) for row in rows]
    table[AVERAGED] = ["" if row.accuracy_tta is None else accuracy(row.accuracy_tta) for row in rows]
    return table.fillna("").astype(str)


def in_words(metric: Metric, value: float | None) -> str:
    """One figure with its unit; empty where it is not known."""
    if value is None:
        return ""
    match metric.unit:
        case "share":
            return accuracy(value)
        case "nats":
            return f"{value:.4f}"
        case "count":
            return count(round(value))
        case "bytes":
            return file_size(round(value))
        case "s":
            return duration(value)
        case "ms":
            return milliseconds(value)
        case "images/s":
            return f"{value:,.0f} images/s"


def columns_that_differ(table: pd.DataFrame) -> list[str]:
    """The columns in which not all rows are the same, without the name."""
    return [name for name in table.columns if name != NAME and table[name].astype(str).nunique() > 1]


def matches(row: Row, words: str) -> bool:
    """Whether each of the words is somewhere in what the row says of itself, in small or capital letters."""
    entry = row.entry
    text = " ".join([entry.title, entry.model, entry.token, *map(str, facts(row).values())]).lower()
    return all(word in text for word in words.lower().split())


def interval(row: Row) -> str:
    """What surrounds the accuracy: the 95 % interval of one network, or the standard deviation of several seeds.

    Before there is an accuracy, how far the training is.
    """
    if row.std is not None:
        return f"± {100 * row.std:.2f} ({row.n} seeds)"
    if row.low is None or row.high is None:
        run = row.entry.first.run
        return "" if run is None or run.state == "finished" else _progress(run)
    return f"{100 * row.low:.2f} {EN_DASH} {100 * row.high:.2f}"


def facts(row: Row) -> Mapping[str, Any]:
    """What is known besides the figures, by the names of `FACTS`; None where nothing is."""
    first = row.entry.first
    run, card = first.run, first.card
    config = run.config if run else card.config if card else {}
    state = row.entry.state
    if run is not None and run.state in (*ACTIVE, *RESUMABLE):
        state = f"{state}, {_progress(run)}"
    return {
        "State": state,
        "Data set": row.entry.dataset,
        "Recipe": row.entry.recipe,
        "Epochs": f"{config['epochs']:g}" if "epochs" in config else None,
        "Seed": ", ".join(str(member.seed) for member in row.entry.members),
        "Device": card.device if card else None,
        "Hardware": card.hardware if card else None,
        "Precision": card.precision if card else None,
        "Trained": card.trained_at if card else None,
        "Code": card.code_version if card else None,
    }


def _progress(run: Run) -> str:
    return f"epoch {run.epoch:.1f} of {run.epochs:g}"


def _line(row: Row) -> dict[str, Any]:
    figures = {
        metric.title: _percent(value) if metric.unit == "share" else value
        for metric, value in ((metric, row.values[key]) for key, metric in METRICS.items())
    }
    averaged = _percent(row.accuracy_tta)
    return {NAME: row.entry.title, INTERVAL: interval(row), AVERAGED: averaged, **figures, **facts(row)}


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, N_DECIMALS)
