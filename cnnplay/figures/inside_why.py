"""How sure a network stays of its answer while every pixel is pushed, or moved at random, more and more."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnplay.figures.template import GREY, HAIR, ORANGE, TEXT, as_text, heading, new_figure

Floats = NDArray[np.float32]
CHART_PX = 260


def push_chart(
    pushed: Sequence[float], noise: Floats, *, noise_step: int, strength: int, flips_at: int | None, name: str
) -> go.Figure:
    """How sure the network stays of its first answer.

    Args:
        pushed: probability (0..1) of the first answer at the strengths 0, 1, 2, ...
        noise: (draws, n) the same with random signs, at every `noise_step`-th strength.
        noise_step: as above.
        strength: the one that is looked at.
        flips_at: the smallest one at which the answer is another, or None.
        name: of the first answer.
    """
    title = heading(f"How sure of {as_text(name)}", {"pushed": ORANGE, "random signs": TEXT})
    figure = new_figure(
        height=CHART_PX,
        title={"text": title, "x": 0, "font": {"size": 14}},
        margin={"l": 52, "r": 14, "t": 40, "b": 44},
        xaxis={"title": {"text": "strength, of 255"}, "range": [-1, len(pushed)], "fixedrange": True, "dtick": 8},
        yaxis={"range": [-2, 103], "ticksuffix": " %", "fixedrange": True, "nticks": 6},
    )
    steps = [noise_step * i for i in range(noise.shape[1])]
    figure.add_scatter(
        x=[*steps, *reversed(steps)], y=[*(100 * noise.max(0)), *reversed(100 * noise.min(0))], fill="toself",
        mode="lines", line={"width": 0}, fillcolor=HAIR, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=steps, y=100 * noise.mean(0), mode="lines", line={"color": GREY, "width": 1.8, "dash": "dash"},
        hovertemplate=f"random signs of %{{x}} of 255<br>%{{y:.1f}} %, mean of {len(noise)} draws<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=list(range(len(pushed))), y=[100 * value for value in pushed], mode="lines",
        line={"color": ORANGE, "width": 2.2}, hovertemplate="pushed by %{x} of 255<br>%{y:.1f} %<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=strength, line={"color": TEXT, "width": 1, "dash": "dot"})
    if flips_at is not None:
        figure.add_scatter(
            x=[flips_at], y=[100 * pushed[flips_at]], mode="markers+text", text=[f"another answer from {flips_at} on"],
            textposition="top right" if flips_at < len(pushed) / 2 else "top left", textfont={"size": 12},
            marker={"size": 9, "color": ORANGE}, cliponaxis=False, hoverinfo="skip",
        )  # fmt: skip
    return figure
