"""The leaderboard as a table: its columns, its filter, and the file of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnnplay.comparison.leaderboard import METRICS, Metric, Row

FACTS = ("State", "Data set", "Recipe", "Epochs", "Seed", "Device", "Hardware", "Precision", "Trained", "Code")
"""What is known of a network besides its figures."""
USUAL = ("Interval", *(metric.title for metric in METRICS.values()), "Recipe", "Hardware", "State")
"""Columns that the table begins with, besides the name and what differs from the rest in the choice."""
NAME = "Network"
NAME_PX, FIGURE_PX, INTERVAL_PX = 140, 104, 118
"""Widths of columns."""
EN_DASH = "\N{EN DASH}"


def make_table(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a row, one column a figure or fact; shares are in percent, all else in the units of `METRICS`."""
    return pd.DataFrame([_line(row) for row in rows], columns=[NAME, *column_names()])


def column_names() -> tuple[str, ...]:
    """All columns but the name."""
    accuracy, *others = (metric.title for metric in METRICS.values())
    return (accuracy, "Interval", "Averaged over views", *others, *FACTS)


def columns_that_differ(table: pd.DataFrame) -> list[str]:
    """The columns in which not all rows are the same."""
    return [name for name in table.columns if name != NAME and table[name].astype(str).nunique() > 1]


def matches(row: Row, words: str) -> bool:
    """Whether each of the words is somewhere in what the row says of itself."""
    entry = row.entry
    text = " ".join([entry.title, entry.model, entry.recipe, entry.state, entry.token, *map(str, _facts(row).values())])
    return all(word in text.lower() for word in words.lower().split())


def column_config() -> dict[str, Any]:
    """How the table shows its columns."""
    config: dict[str, Any] = {NAME: st.column_config.TextColumn(pinned=True, width=NAME_PX)}
    for metric in METRICS.values():
        config[metric.title] = st.column_config.NumberColumn(help=metric.about, format=_format(metric), width=FIGURE_PX)
    config["Averaged over views"] = st.column_config.NumberColumn(
        help="Accuracy with the answers averaged over the mirror image, or shifts as well, where a recipe does that.",
        format="%.2f %%",
        width=FIGURE_PX,
    )
    config["Interval"] = st.column_config.TextColumn(
        help="Of one network, 95 %: what other test pictures would say. Of a group, one standard deviation of a seed.",
        width=INTERVAL_PX,
    )
    return config


def _format(metric: Metric) -> str:
    formats: Mapping[str, str] = {
        "share": "%.2f %%", "nats": "%.4f", "count": "compact", "bytes": "bytes", "s": "%,d s", "images/s": "%,d",
        "ms": "%.2f ms",
    }  # fmt: skip
    return formats[metric.unit]


def _line(row: Row) -> dict[str, Any]:
    figures = {metric.title: _shown(metric, row.values[name]) for name, metric in METRICS.items()}
    averaged = None if row.accuracy_tta is None else 100 * row.accuracy_tta
    return {NAME: row.entry.title, "Interval": interval(row), "Averaged over views": averaged, **figures, **_facts(row)}


def _shown(metric: Metric, value: float | None) -> float | None:
    return 100 * value if metric.unit == "share" and value is not None else value


def interval(row: Row) -> str:
    """The interval of the accuracy in words: 98.99 - 99.37, or ± 0.12 (5 seeds)."""
    if row.std is not None:
        return f"± {100 * row.std:.2f} ({row.n} seeds)"
    if row.low is None or row.high is None:
        return ""
    return f"{100 * row.low:.2f} {EN_DASH} {100 * row.high:.2f}"


def _facts(row: Row) -> dict[str, Any]:
    first, card = row.entry.first, row.entry.first.card
    config = first.run.config if first.run else card.config if card else {}
    seeds = ", ".join(str(member.seed) for member in row.entry.members)
    state = row.entry.state
    if first.run is not None and state in ("running", "paused", "stopping", "interrupted"):
        state = f"{state}, epoch {first.run.epoch:.1f} of {first.run.epochs:g}"
    return {
        "State": state,
        "Data set": row.entry.dataset,
        "Recipe": row.entry.recipe,
        "Epochs": config.get("epochs"),
        "Seed": seeds,
        "Device": card.device if card else None,
        "Hardware": card.hardware if card else None,
        "Precision": card.precision if card else None,
        "Trained": card.trained_at if card else None,
        "Code": card.code_version if card else None,
    }
