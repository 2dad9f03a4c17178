"""Before the start: how large the network is, how long it will take, and which learning rate suits it."""

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnplay.errors import CheckpointError
from cnnplay.figures.template import CONFIG
from cnnplay.models.card import load_card
from cnnplay.ui import state
from cnnplay.ui.measuring import Measurement, outcome, start_measuring
from cnnplay.ui.series_form import several
from cnnplay.ui.train_fields import form, hear, put
from cnnplay.words import count, duration, file_size

POLL_EVERY_S = 0.7
SIZED_BY = ("activation", "dropout")
"""Options that leave the size of a network as it is."""


@dataclass(frozen=True)
class Asked:
    """A measurement under way or done, and the configuration that it is for, as JSON."""

    config: str
    finds_lr: bool
    future: "Future[Measurement]"


def show_plan(sentence: str | None) -> None:
    """Parameters, arithmetic, time and memory of the form's configuration.

    Args:
        sentence: why it cannot be started, or None.
    """
    _start_what_is_wanted()
    asked, key = _asked(), _key(form())
    is_pending = asked is not None and asked.config == key and not asked.future.done()

    @st.fragment(run_every=POLL_EVERY_S if is_pending else None)
    def plan() -> None:
        now = _asked()
        if is_pending and (now is None or now.future.done()):
            st.rerun()
        found = outcome(now.future) if now and now.config == key else None
        _show_facts(found, is_pending=is_pending)
        with st.container(horizontal=True, gap="small", key="train_measure"):
            wait = is_pending or sentence is not None
            st.button("Measure the time", key="train_measure_time", disabled=wait, on_click=_ask, args=(False,))
            st.button("Find the learning rate", key="train_find_lr", disabled=wait, on_click=_ask, args=(True,))
        if isinstance(found, str):
            st.warning(found)
        elif found is not None and found.lr_curve:
            _show_lr_curve(found)

    with st.container(key="train_plan"):
        plan()


def _asked() -> Asked | None:
    asked: Asked | None = st.session_state.get(state.TRAIN_MEASURED)
    return asked


def _key(values: Mapping[str, Any]) -> str:
    """The learning rate changes neither the time nor what the finder finds."""
    return json.dumps({**values, "lr": None}, sort_keys=True)


def _ask(finds_lr: bool) -> None:
    hear()
    st.session_state[state.TRAIN_WANTED] = finds_lr
    st.rerun()


def _start_what_is_wanted() -> None:
    """Not in the button's own callback: a change of the form that came with the click may not have been heard there."""
    finds_lr: bool | None = st.session_state.pop(state.TRAIN_WANTED, None)
    if finds_lr is not None:
        values = form()
        future = start_measuring(values, finds_lr=finds_lr)
        st.session_state[state.TRAIN_MEASURED] = Asked(_key(values), finds_lr, future)


def _show_facts(found: Measurement | str | None, *, is_pending: bool) -> None:
    values = form()
    n_params, macs = (found.n_params, found.macs) if isinstance(found, Measurement) else _size(values)
    time, memory = ("...", "...") if is_pending else ("-", "-")
    line = "Measuring, which takes some seconds" if is_pending else "One second of training tells the time."
    if isinstance(found, Measurement):
        n_runs = several().n_in_all
        time, memory = f"about {duration(n_runs * found.estimate_s)}", file_size(found.memory_bytes)
        speed, n_steps = count(round(found.images_per_s)), count(found.n_steps)
        line = f"{speed} images a second ({found.device}, {found.precision}), {n_steps} steps"
        if n_runs > 1:
            line += f" a run, {n_runs} runs one after the other"
    facts = (("Parameters", count(n_params)), ("MACs", count(macs)), ("Time", time), ("Memory", memory))
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    st.html(f'<div class="cp-plan"><dl class="cp-facts">{cells}</dl><p class="cp-small">{line}</p></div>')


def _size(values: Mapping[str, Any]) -> tuple[int, int]:
    """Parameters and multiply-accumulates; from the card of the shipped network where that is the same."""
    options = {name: value for name, value in values["model_options"].items() if name not in SIZED_BY}
    try:
        card = None if options else load_card(values["model"])
    except CheckpointError:
        card = None
    return (card.n_params, card.macs) if card else _count(values["model"], json.dumps(options, sort_keys=True))


@st.cache_data(max_entries=64, show_spinner=False)
def _count(model: str, options: str) -> tuple[int, int]:
    from cnnplay.models.arithmetic import count_macs, count_parameters
    from cnnplay.models.registry import build, get_spec

    network = build(model, **json.loads(options))
    return count_parameters(network), count_macs(network, get_spec(model).input_shape)


def _show_lr_curve(found: Measurement) -> None:
    from cnnplay.figures.lr_curve import lr_curve

    lrs, losses = zip(*found.lr_curve, strict=True)
    st.plotly_chart(lr_curve(lrs, losses, found.suggested_lr), key="lr_curve", theme=None, config=CONFIG,
                    alt="Loss against learning rate")  # fmt: skip
    if found.suggested_lr is None:
        st.caption("The loss never fell. Another optimiser or batch size may help.")
    elif (lr := float(f"{found.suggested_lr:.2g}")) != form()["lr"]:
        st.button(f"Take {lr:g}", key="train_take_lr", on_click=_take, args=(lr,))


def _take(lr: float) -> None:
    put("lr", lr)
    st.rerun()
