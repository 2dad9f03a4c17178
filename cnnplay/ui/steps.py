"""What the network sees: each step of the preparation as a picture, and what the network would read there."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnplay.ui.pictures import EXACT_UP_TO_PX, as_paper, data_address
from cnnplay.words import percent

if TYPE_CHECKING:
    from cnnplay.data.digit import Step
    from cnnplay.inference.predictor import Predictor

N_PLACES = 4
"""Steps of a drawing; as many empty places keep the page from jumping before the first stroke."""


def show_steps(steps: Sequence["Step"], predictor: "Predictor | None", *, note: str = "") -> None:
    """Show the steps in a row, each with the answer that the network gives to it, and a note beside them."""
    readings = [""] * len(steps)
    if predictor is not None and steps:
        probs = predictor.probs(np.stack([step.digit for step in steps])[:, None])
        readings = [f"reads {predictor.classes[int(row.argmax())]}, {percent(float(row.max()))}" for row in probs]
    figures = [_figure(step, reading) for step, reading in zip(steps, readings, strict=True)]
    aside = f'<p class="cp-note">{escape(note)}</p>' if note else ""
    st.html(f'<div class="cp-steps">{"".join(figures)}{aside}</div>')


def show_empty_steps() -> None:
    """Hold the place of the steps before there is a drawing."""
    places = '<figure class="cp-step"><div class="cp-hole"></div><figcaption><b>&nbsp;</b></figcaption></figure>'
    st.html(f'<div class="cp-steps" aria-hidden="true">{places * N_PLACES}</div>')


def _figure(step: "Step", reading: str) -> str:
    caption = "<br>".join(escape(line) for line in step.caption.split("\n"))
    pixels = " cp-pixels" if max(step.image.shape) <= EXACT_UP_TO_PX else ""
    return (
        f'<figure class="cp-step"><img class="{pixels.strip()}" src="{data_address(as_paper(step.image))}" '
        f'alt="{escape(step.title)}"><figcaption><b>{escape(step.title)}</b><span>{caption}</span>'
        f"<em>{escape(reading)}</em></figcaption></figure>"
    )
