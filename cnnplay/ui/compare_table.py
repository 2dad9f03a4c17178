"""How the leaderboard shows its columns."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnplay.comparison.leaderboard import METRICS, Metric
from cnnplay.comparison.table import AVERAGED, INTERVAL, NAME

USUAL = (INTERVAL, *(metric.title for metric in METRICS.values()), "Recipe", "Hardware", "State")
"""Columns that the table begins with, besides the name."""
NAME_PX, FIGURE_PX, INTERVAL_PX = 140, 104, 118
"""Widths of columns."""
_FORMATS: Mapping[str, str] = {
    "share": "%.2f %%",
    "nats": "%.4f",
    "count": "compact",
    "bytes": "bytes",
    "s": "%,d s",
    "images/s": "%,d",
    "ms": "%.2f ms",
}


def column_config() -> dict[str, Any]:
    """Titles, explanations, units and widths, as Streamlit takes them."""
    return {
        NAME: st.column_config.TextColumn(pinned=True, width=NAME_PX),
        INTERVAL: st.column_config.TextColumn(
            help="Of one network, 95 %: what other test pictures would say. Of several seeds, a standard deviation.",
            width=INTERVAL_PX,
        ),
        AVERAGED: st.column_config.NumberColumn(
            help="Accuracy with answers averaged over the mirror image, or shifts as well, where a recipe does that.",
            format=_FORMATS["share"],
            width=FIGURE_PX,
        ),
        **{metric.title: _column(metric) for metric in METRICS.values()},
    }


def _column(metric: Metric) -> Any:
    return st.column_config.NumberColumn(help=metric.about, format=_FORMATS[metric.unit], width=FIGURE_PX)
