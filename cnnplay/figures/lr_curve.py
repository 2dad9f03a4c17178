"""The learning-rate finder's curve: loss against a rate that grows from step to step."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from cnnplay.figures.downsample import kept_indices
from cnnplay.figures.template import BLUE, ORANGE, new_figure

HEIGHT_PX = 210


def lr_curve(lrs: Sequence[float], losses: Sequence[float], suggested: float | None) -> go.Figure:
    """The curve, with the suggested rate marked where there is one.

    Args:
        lrs: (N,) rates above 0, ascending.
        losses: (N,) smoothed losses.
        suggested: one of the rates, or None where the loss never fell.
    """
    kept = kept_indices(losses)
    figure = new_figure(
        height=HEIGHT_PX,
        xaxis={"type": "log", "title": {"text": "learning rate"}, "tickformat": "~r", "dtick": 2},
        yaxis={"title": {"text": "loss"}, "nticks": 4},
        margin={"t": 24},
    )
    figure.add_scatter(
        x=[lrs[i] for i in kept],
        y=[losses[i] for i in kept],
        mode="lines",
        line={"color": BLUE, "width": 1.8},
        hovertemplate="at a rate of %{x:.2g}<br>the loss is %{y:.3g}<extra></extra>",
    )
    if suggested is not None:
        figure.add_vline(x=suggested, line={"color": ORANGE, "width": 1.5})
        figure.add_annotation(
            text=f'<span style="color:{ORANGE}">{suggested:.2g}</span>',
            x=math.log10(suggested),  # what an annotation on such an axis wants, unlike a line
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
        )
    return figure
