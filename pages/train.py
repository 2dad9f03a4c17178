"""Train a network here and watch it learn: choose what, how and for how long, press Start, and steer it live."""

import sys

import streamlit as st

from cnnplay.errors import CnnplayError, InputError
from cnnplay.runs.records import Run
from cnnplay.ui import series_form, state, train_form
from cnnplay.ui.navigation import guard
from cnnplay.ui.run_actions import RUN_PARAMETER, SERIES_PARAMETER, do, show_deleted, show_way_to_series, submit
from cnnplay.ui.run_chips import show_chips
from cnnplay.ui.run_queue import get_store, has_gpu
from cnnplay.ui.run_view import show_run
from cnnplay.ui.train_fields import form, hear
from cnnplay.ui.train_folds import show_essentials, show_first_pictures, show_folds
from cnnplay.ui.train_plan import show_plan

guard()
PAGE_TITLE = "Retrain - cnnplay"


def find_run() -> tuple[Run | None, str | None]:
    """The run that the address names, or the sentence that says why there is none; neither where it names none."""
    wanted = st.query_params.get(RUN_PARAMETER)
    if wanted is None:
        return None, None
    try:
        run = get_store().find(wanted)
        if run.kind == "measurement":
            return None, f"Run {run.short_id} is a measurement. The Compare page shows what came of it."
        return run, None
    except InputError:
        return None, f"There is no run {wanted[:40]!r}. Choose one that is listed here, or start a new one."


def start() -> None:
    """Queue what the form holds, once or several times, and go to it."""
    from cnnplay.ui.series_actions import submit_series

    hear()
    values = form()
    put_in = submit if series_form.several().kind == "one" else submit_series
    do(
        lambda: put_in(
            train_form.check(values, has_gpu=has_gpu()),
            name=train_form.run_name(values),
            parent_id=st.session_state.get(state.TRAIN_PARENT),
        )
    )


def show_start() -> None:
    """The button, or why it cannot be pressed, and what to expect of it."""
    values = form()
    sentence = train_form.sentence_against(values, has_gpu=has_gpu()) or series_form.sentence_against(values)
    with st.container(key="start_training"):
        label = series_form.start_label()
        st.button(label, type="primary", width="stretch", disabled=sentence is not None, on_click=start)
    if sentence:
        st.warning(sentence)
    show_plan(sentence)


def show_prospect() -> None:
    """What is there to see before a run: where its curves will be, and what the network will learn from."""
    st.html('<div class="cp-empty"><p>Press Start, and the curves are drawn here while it learns.</p></div>')
    if "torch" in sys.modules:  # it is loaded in the background soon after the server's start
        show_first_pictures()


def show_page() -> None:
    """Chips above, the form beside the run."""
    run, trouble = find_run()
    series_id = st.query_params.get(SERIES_PARAMETER) if run is None else None
    show_chips(run, series_id=series_id)
    if error := st.session_state.pop(state.TRAIN_ERROR, None):
        st.error(error)
    with st.container(key="train_run" if run or series_id else "train_bench"):
        left, right = st.columns([5, 7], gap="large")
    with left:
        show_essentials()
        show_start()
        show_folds()
    with right:
        if trouble:
            st.warning(trouble)
        if series_id is not None:
            show_several_runs(series_id)
        elif run is None:
            show_prospect()
        elif run.deleted_at is not None:
            show_deleted(run)
        else:
            show_way_to_series(run)
            show_run(run, PAGE_TITLE)


def show_several_runs(series_id: str) -> None:
    """A series, or the sentence that says why there is none."""
    from cnnplay.ui.series_view import show_series

    try:
        show_series(series_id, PAGE_TITLE)
    except InputError as error:
        st.warning(str(error))
        show_prospect()


st.title("Retrain")
st.write("Train a network on this machine and watch it learn. It goes on when you close the page.")
try:
    show_page()
except CnnplayError as error:
    st.error(str(error))
