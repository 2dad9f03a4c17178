"""Runs the Compare page again when a run that is listed has gone on."""

import streamlit as st

from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE
from cnnplay.ui.compare_board import Board
from cnnplay.ui.run_queue import get_store

LOOK_EVERY_S = 3.0


def watch_training(board: Board) -> None:
    """While a listed run is in training, its row and its curves follow it."""
    runs = [member.run for row in board.rows for member in row.entry.members if member.run is not None]
    active = [run for run in runs if run.state in ACTIVE]
    if not active:
        return
    seen = {run.id: _stage(run) for run in active}

    @st.fragment(run_every=LOOK_EVERY_S)
    def watch() -> None:
        store = get_store()
        if any(_stage(store.get(run_id)) != stage for run_id, stage in seen.items()):
            st.rerun()

    watch()


def _stage(run: Run) -> tuple[str, float]:
    """What its row says of it."""
    return run.state, round(run.epoch, 1)
