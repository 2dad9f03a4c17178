"""What can be done with a run: only what its state allows."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.models.registry import MODELS
from cnnplay.runs.queueing import MAX_NAME_CHARS
from cnnplay.runs.records import Run
from cnnplay.runs.schema import ENDED, State
from cnnplay.runs.weights import find_weights
from cnnplay.training.config import BOUNDS, TrainConfig
from cnnplay.training.recipes import recipes_for
from cnnplay.ui import state
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.run_result import show_way_to_draw
from cnnplay.ui.train_fields import set_form

MORE_EPOCHS, MOST_EPOCHS = 5.0, BOUNDS["epochs"][1]
RUN_PARAMETER, SERIES_PARAMETER = "run", "series"
TRIED: tuple[State, ...] = ("finished", "running", "paused", "interrupted")
"""States in which there are weights to try: the final ones, or those of the last look inside."""


@dataclass(frozen=True)
class Deed:
    """One button: what it says, its place in the row, and what it does to the run of an id.

    Buttons that follow each other in one place share it: a button that stays where it is can be hit while all else
    changes.
    """

    label: str
    place: str
    do: Callable[[str], object]


PAUSE = Deed("Pause", "go", lambda run_id: get_store().pause(run_id))
RESUME = Deed("Resume", "go", lambda run_id: get_executor().resume(run_id))
STOP = Deed("Stop", "stop", lambda run_id: get_executor().stop(run_id))
UNQUEUE = Deed("Do not start", "stop", STOP.do)
DELETE = Deed("Delete", "delete", lambda run_id: get_store().delete(run_id))
UNDELETE = Deed("Undo", "undelete", lambda run_id: get_store().undelete(run_id))
OFFERED: dict[State, tuple[Deed, ...]] = {
    "queued": (UNQUEUE,),
    "running": (PAUSE, STOP),
    "paused": (RESUME, STOP),
    "stopping": (),
    "interrupted": (RESUME,),
    "failed": (RESUME,),
    "finished": (),
}
"""The first buttons of each state."""


def show_actions(run: Run) -> None:
    """The buttons of a run, in one row."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for deed in OFFERED[run.state]:
            with st.container(key=f"{deed.place}_training", width="content"):
                _button(deed, run)
        if run.state in TRIED and not (run.is_imported and find_weights(run) is None):
            show_way_to_draw(run)
        if run.state == "finished" and not run.is_imported and run.epochs + 1 <= MOST_EPOCHS:
            with st.popover("Train longer", key="train_extend"):
                _offer_more_epochs(run)
        if run.model in MODELS:
            st.button("Clone with changes", key="train_clone", on_click=clone, args=(run,))
        with st.popover("More", key="train_more"):
            key = f"train_name_{run.id}"
            st.text_input("Name", run.name, max_chars=MAX_NAME_CHARS, key=key, on_change=_rename, args=(run.id,))
            if run.state in ENDED:
                _button(DELETE, run)


def show_way_to_series(run: Run) -> None:
    """From one of several runs back to all of them."""
    if run.series_id is not None:
        st.button(
            "← All runs of its series", key="train_to_series", type="tertiary", on_click=open_series,
            args=(run.series_id,),
        )  # fmt: skip


def show_deleted(run: Run) -> None:
    """What is left of a deleted run: the way back."""
    st.info("This run was deleted. It can be brought back for a day.")
    _button(UNDELETE, run)


def do(deed: Callable[[], object]) -> None:
    """Does it; where it cannot be done keeps the sentence that says why."""
    try:
        deed()
    except CnnplayError as error:
        st.session_state[state.TRAIN_ERROR] = str(error)


def open_run(run_id: str | None) -> None:
    """Makes a run the page's own, in its address; None goes back to the form alone."""
    _open(run=run_id)


def open_series(series_id: str | None) -> None:
    """The same for a series."""
    _open(series=series_id)


def _open(**chosen: str | None) -> None:
    for parameter in (RUN_PARAMETER, SERIES_PARAMETER):
        if (found := chosen.get(parameter)) is None:
            st.query_params.pop(parameter, None)
        else:
            st.query_params[parameter] = found


def submit(config: TrainConfig, *, name: str | None = None, parent_id: str | None = None) -> None:
    """Queues a run and opens it."""
    do(lambda: open_run(get_executor().submit(config, name=name, parent_id=parent_id).id))


def clone(run: Run) -> None:
    """Puts the run's configuration into the form."""

    def fill() -> None:
        values = run.train_config.to_json()
        if run.recipe not in (known := recipes_for(run.model)):  # taught or imported: no picker offers that
            values["recipe"] = known[0]
        set_form(values, parent_id=run.id)
        open_run(None)

    do(fill)


def _button(deed: Deed, run: Run) -> None:
    st.button(deed.label, key=f"train_{deed.place}_{run.id}", on_click=lambda: do(lambda: deed.do(run.id)))


def _offer_more_epochs(run: Run) -> None:
    most = MOST_EPOCHS - run.epochs
    more = st.number_input("Epochs more", 1.0, most, min(MORE_EPOCHS, most), 1.0, "%g", key="train_more_epochs")
    st.caption("It goes on from its last state. The learning rate follows the longer schedule.")
    st.button(
        "Go on", key="train_go_on", type="primary",
        on_click=lambda: do(lambda: get_executor().extend(run.id, epochs=run.epochs + float(more or 1))),
    )  # fmt: skip


def _rename(run_id: str) -> None:
    name = st.session_state[f"train_name_{run_id}"]
    do(lambda: get_store().rename(run_id, name))
