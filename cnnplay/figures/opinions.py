"""How a network's opinion of one picture changed while it learned."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.figures.template import BLUE, GREY, HAIR, ORANGE, heading, new_figure

HEIGHT_PX = 230
N_NAMED = 3
"""Classes that are named and coloured; the others stay in the background."""
COLOURS = (BLUE, ORANGE, "#0f9d76")


def opinions(
    steps: Sequence[int], probs: npt.NDArray[np.float32], classes: Sequence[str], *, chosen: int | None = None
) -> go.Figure:
    """Probability of each class by training step, the steps on a logarithmic axis that begins at the untrained network.

    Args:
        steps: (T,) training steps done, rising.
        probs: (T, K) probabilities, 0..1.
        classes: (K,) names.
        chosen: a step to mark.
    """
    named = np.argsort(-(probs[-1] + 1e-3 * probs.max(0)), kind="stable")[:N_NAMED]
    places = [place(step) for step in steps]
    figure = new_figure(height=HEIGHT_PX, hovermode="x unified", margin={"l": 48, "r": 12, "t": 34, "b": 40})
    for i, name in enumerate(classes):
        rank = int(np.flatnonzero(named == i)[0]) if i in named else None
        line = {"color": HAIR, "width": 1.5} if rank is None else {"color": COLOURS[rank], "width": 2.5}
        figure.add_scatter(
            x=places, y=probs[:, i], mode="lines", name=name, line=line,
            hoverinfo="skip" if rank is None else None, customdata=100 * probs[:, i],
            hovertemplate=f"{name}: %{{customdata:.1f}} %<extra></extra>",
        )  # fmt: skip
    if chosen is not None:
        figure.add_vline(x=place(chosen), line={"color": GREY, "width": 1, "dash": "dot"})
    ticks = [0, *(10**power for power in range(9) if 10**power <= max(steps))]
    figure.update_xaxes(title_text="training steps", tickvals=[place(tick) for tick in ticks],
                        ticktext=[f"{tick:,}" for tick in ticks], showgrid=False)  # fmt: skip
    figure.update_yaxes(range=[0, 1.02], tickvals=[0, 0.5, 1], ticktext=["0 %", "50 %", "100 %"])
    series = {classes[i]: COLOURS[rank] for rank, i in enumerate(named)}
    return figure.update_layout(title={"text": heading("Its opinion", series), "x": 0, "xref": "paper", "y": 0.97,
                                       "font": {"size": 13}})  # fmt: skip


def place(step: int) -> float:
    """Where a step stands on the axis: its logarithm, with room for step 0."""
    return float(np.log10(step + 1))
