"""How every chart looks: one Plotly template, on a transparent ground so that it suits the light and the dark theme.

The text and the grid are middle greys, readable on both; the style sheet of the app sharpens them to the theme's own.
"""

from html import escape
from typing import Any

import pandas as pd  # noqa: F401 - Plotly looks at it, and may find it half imported by another visitor's page
import plotly.graph_objects as go

BLUE, ORANGE, GREEN, PURPLE, PINK, OLIVE, CYAN, GREY = COLOURS = (
    "#2563eb",
    "#e8590c",
    "#0f9d76",
    "#9c36b5",
    "#d6336c",
    "#5c940d",
    "#1098ad",
    "#868e96",
)
"""One colour for one network on all pages and charts; the first is the accent."""
TEXT, HAIR = "#7d7a72", "rgba(128, 125, 118, 0.22)"
FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"
CONFIG = {"displayModeBar": False, "showTips": False}
"""What every chart is shown with: no bar of tools over it."""

_AXIS = {
    "showline": False,
    "zeroline": False,
    "gridcolor": HAIR,
    "ticks": "",
    "tickfont": {"size": 12},
    "title": {"font": {"size": 12}, "standoff": 6},
    "automargin": True,
}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": TEXT},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": COLOURS,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "margin": {"l": 48, "r": 12, "t": 28, "b": 36},
        "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
        "hovermode": "closest",
        "showlegend": False,
    }
)


def new_figure(**layout: Any) -> go.Figure:
    """An empty figure in the house style.

    Args:
        layout: Plotly's layout entries that are this figure's own.
    """
    return go.Figure(layout={"template": TEMPLATE, **layout})


def heading(title: str, series: dict[str, str] | None = None) -> str:
    """A chart's title in which each line is named in its own colour, which spares a legend.

    Args:
        title: what is measured.
        series: name of each line and its colour.
    """
    names = "".join(f'   <span style="color:{colour}">{name}</span>' for name, colour in (series or {}).items())
    return f"<b>{title}</b>{names}"


def as_text(name: str) -> str:
    """A user's own words as Plotly shows them, letter by letter: neither as tags nor as places for values."""
    return escape(name, quote=False).replace("%{", "%\N{ZERO WIDTH SPACE}{")
