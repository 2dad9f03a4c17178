"""What can be taken along of a run, in a fold: its network, and its curves for other tools."""

import streamlit as st

from cnnplay.errors import CheckpointError
from cnnplay.runs.records import Run
from cnnplay.runs.weights import Trained, find_weights, trained_from_run
from cnnplay.ui.downloads import show_curve_downloads, show_downloads
from cnnplay.ui.run_queue import get_store


def show_take_along(run: Run) -> None:
    """A fold that is filled when it is opened."""
    fold = st.expander("Take it along", key="run_take_along", on_change="rerun")
    if fold.open:
        with fold:
            _show_ways(run)


def _show_ways(run: Run) -> None:
    trained = _network(run)
    has_curves = bool(get_store().metrics(run.id, max_points=2))
    if not trained and not has_curves:
        st.caption("There is nothing of this run to take along yet.")
    if trained:
        show_downloads(run.id, trained)
    if has_curves:
        show_curve_downloads(run)
        command = f"python -m cnnplay runs export {run.short_id} --mlflow URI"
        st.caption(f"To MLflow, from the command line: `{command}`")


def _network(run: Run) -> Trained | None:
    """Only a finished one: a snapshot is the past of a network that still learns."""
    if run.state != "finished" or find_weights(run) is None:
        return None
    try:
        return trained_from_run(run)
    except CheckpointError:  # deleted a moment ago
        return None
