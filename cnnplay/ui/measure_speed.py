"""A button that times the networks of a list on this machine, and what becomes of it."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.comparison.entries import Entry
from cnnplay.runs.measured import read_latency
from cnnplay.ui.measurements import ask_for, asked_networks, show_measurements


def show_speed_button(entries: Sequence[Entry]) -> None:
    """Offers to measure how fast networks answer here, as long as that is not known of all.

    Args:
        entries: of one data set.

    Raises:
        StoreError: the run store cannot be read.
    """
    able = [entry for entry in entries if entry.first.weights is not None and entry.state in ("shipped", "finished")]
    if not able:
        return
    dataset = able[0].dataset
    asked = asked_networks(dataset, "latency")
    missing = [entry.first.id for entry in able if not _is_timed(entry) and entry.first.id not in asked]
    if missing:
        networks = "1 network" if len(missing) == 1 else f"{len(missing)} networks"
        st.button(
            f"Measure speed of {networks} here", key="measure_speed", on_click=ask_for, args=(missing, "latency"),
            help="Times one picture and 256 pictures at once on this machine, in the queue of the trainings, so that "
            "nothing else is computed at the time. It takes some ten seconds a network.",
        )  # fmt: skip
    show_measurements(dataset, "latency", n_known=lambda: sum(map(_is_timed, able)), estimate=lambda _run: None)


def _is_timed(entry: Entry) -> bool:
    return entry.first.weights is not None and read_latency(entry.first.weights) is not None
