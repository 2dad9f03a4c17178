"""Measurements on a page: asked for with a button, followed while they wait and go on, stopped and resumed."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.runs.measurements import What
from cnnplay.runs.records import Run
from cnnplay.runs.schema import RESUMABLE
from cnnplay.runs.waiting import count_before
from cnnplay.ui import state
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.run_words import DOTS, POLLED
from cnnplay.words import duration, plain

LOOK_EVERY_S = 1.5
MEASURES: dict[What, str] = {
    "robustness": "how sturdy it is",
    "latency": "how fast it answers",
    "map": "where it puts the test pictures on a map",
}
Estimate = Callable[[Run], float | None]


def ask_for(networks: Sequence[str], *what: What) -> None:
    """Queues a measurement of each network; where one cannot be had, keeps the sentence that says why.

    Args:
        networks: registry keys, or full ids of runs.
        what: is to be measured.
    """
    for network in networks:
        _do(partial(get_executor().measure, network, what=what))


def open_measurements(dataset: str, main: What) -> tuple[Run, ...]:
    """Those that are not finished, the oldest first.

    Args:
        dataset: key of the data set.
        main: what they measure; what is measured for its own sake alone counts as that.

    Raises:
        StoreError: the store cannot be read.
    """
    runs = get_store().list_runs(kind="measurement")
    mine = [run for run in runs if run.dataset == dataset and run.state != "finished" and _main(run) == main]
    return tuple(reversed(mine))


def asked_networks(dataset: str, what: What) -> frozenset[str]:
    """Registry keys and ids of runs of which that is being measured, or waits, or was stopped.

    Raises:
        StoreError: the store cannot be read.
    """
    runs = [run for main in MEASURES for run in open_measurements(dataset, main)]
    return frozenset(str(run.config.get("network")) for run in runs if what in run.config.get("what", ()))


def _main(run: Run) -> What:
    return next((main for main in MEASURES if main in run.config.get("what", ())), "latency")


def show_measurements(dataset: str, main: What, *, n_known: Callable[[], int], estimate: Estimate) -> None:
    """A line for each open measurement, with its button; the page runs again when there is something new to show.

    Args:
        dataset: key of the data set.
        main: what they measure.
        n_known: counts the results that the page shows.
        estimate: seconds that a measurement which goes on still needs, or None.

    Raises:
        StoreError: the store cannot be read.
    """
    if sentence := st.session_state.pop(state.MEASURE_ERROR, None):
        st.error(plain(sentence))
    runs = open_measurements(dataset, main)
    if not runs:
        return
    seen = _stages(runs), n_known()

    @st.fragment(run_every=LOOK_EVERY_S if any(run.state in POLLED for run in runs) else None)
    def follow() -> None:
        now = open_measurements(dataset, main)
        if (_stages(now), n_known()) != seen:
            st.rerun()
        for run in now:
            _show(run, estimate)

    with st.container(key=f"measurements_{main}", gap="small"):
        follow()


def _stages(runs: Sequence[Run]) -> list[tuple[str, str]]:
    return [(run.id, run.state) for run in runs]


def _show(run: Run, estimate: Estimate) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"measurement_{run.id}"):
        st.markdown(f"{DOTS[run.state]} **{plain(run.name)}** {plain(headline(run, estimate(run)))}")
        if run.state in ("queued", "running", "paused"):
            _button("Stop", run, lambda: get_executor().stop(run.id))
        elif run.state in RESUMABLE:
            _button("Resume", run, lambda: get_executor().resume(run.id))
            _button("Remove", run, lambda: get_store().delete(run.id))
    if run.state in ("running", "paused", "stopping"):
        st.progress(min(1.0, run.step / run.n_steps) if run.n_steps else 0.0)


def headline(run: Run, left_s: float | None = None) -> str:
    """Where a measurement stands.

    Args:
        run: as the store has it.
        left_s: seconds that it still needs, where that is known.
    """
    share = f"{100 * run.step / run.n_steps:.0f} %" if run.n_steps else "0 %"
    left = f", about {duration(left_s)} left" if left_s else ""
    match run.state:
        case "queued":
            before = count_before(get_store().database, run.id) or 0
            return f"waits: {before} before it" if before else "waits: it is the next"
        case "running" if not run.n_steps:
            return "starts: it loads PyTorch and the pictures"
        case "running":
            return f"{share}{left}"
        case "paused":
            return f"paused at {share}"
        case "stopping":
            return "stops"
        case "failed":
            return f"failed at {share}: {run.error}"
        case _:
            return f"stopped at {share}" + (f": {run.error}" if run.error else "")


def _button(label: str, run: Run, deed: Callable[[], object]) -> None:
    st.button(label, key=f"measurement_{label}_{run.id}", on_click=_do, args=(deed,), width="content")


def _do(deed: Callable[[], object]) -> None:
    try:
        deed()
    except CnnplayError as error:
        st.session_state[state.MEASURE_ERROR] = str(error)
