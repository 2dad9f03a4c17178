"""How many pictures a data set has of each class, to learn from and to be tested on."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from cnnplay.figures.template import BLUE, GREY, heading, new_figure

CLASS_PX, MARGINS_PX = 40, 90
BAR_GAP, GROUP_GAP = 0.08, 0.28
ROOM = 1.14
"""The axis is so much longer than the longest bar: its number has to fit."""
FAINT = 0.35


def class_balance(
    classes: Sequence[str], n_train: Sequence[int], n_test: Sequence[int], *, chosen: int | None = None
) -> go.Figure:
    """Two bars for each class, with their numbers.

    Args:
        classes: (K,) names.
        n_train: (K,) training pictures of each.
        n_test: (K,) test pictures of each.
        chosen: a class that is looked at; the others are faint.
    """
    names = [escape(name) for name in classes]
    figure = new_figure(
        height=MARGINS_PX + CLASS_PX * len(names),
        barmode="group",
        bargap=GROUP_GAP,
        bargroupgap=BAR_GAP,
        margin={"l": 8, "r": 8, "t": 34, "b": 40},
        title={"text": heading("Pictures of each class", {"training": BLUE, "test": GREY}), "x": 0, "xref": "paper",
               "font": {"size": 13}, "y": 1, "yanchor": "top", "pad": {"t": 8}},
        xaxis={"title": {"text": "pictures"}, "fixedrange": True, "range": [0, ROOM * max(*n_train, *n_test, 1)],
               "tickformat": ",", "nticks": 6},
        yaxis={"type": "category", "dtick": 1, "autorange": "reversed", "fixedrange": True, "showgrid": False,
               "ticklabelstandoff": 6},
    )  # fmt: skip
    for name, counts, colour in (("training", n_train, BLUE), ("test", n_test, GREY)):
        figure.add_bar(
            y=names,
            x=list(counts),
            name=name,
            orientation="h",
            text=[f"{count:,}" for count in counts],
            textposition="outside",
            cliponaxis=False,
            marker={"color": colour, "opacity": [1 if chosen in (None, at) else FAINT for at in range(len(names))]},
            hovertemplate=f"%{{x:,}} {name} pictures of %{{y}}<extra></extra>",
        )
    return figure
