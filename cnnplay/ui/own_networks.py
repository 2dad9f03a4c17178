"""The networks that were trained here or brought along: their cards, and the place to bring another."""

import tempfile
import threading
from pathlib import Path

import streamlit as st

from cnnplay.errors import CheckpointError, CnnplayError
from cnnplay.models.weights_file import read_header
from cnnplay.runs.weights import trained_from_run
from cnnplay.ui import state
from cnnplay.ui.cards import show_run_card
from cnnplay.ui.commands import run_command
from cnnplay.ui.networks import forget_runs, list_run_networks
from cnnplay.ui.own_curves import Brought, show_questions
from cnnplay.ui.run_actions import RUN_PARAMETER
from cnnplay.words import accuracy, plain

N_COLUMNS = 3
N_AT_FIRST = 12
MAX_FILE_NAME_CHARS = 60
TIMEOUT_S = 600.0
"""Of one import: the largest network reads ten thousand test pictures in a minute or two on a slow processor."""

_one_at_a_time = threading.Lock()


def show_own_networks() -> None:
    """The newest dozen, then as many more as are asked for."""
    own = [network.run for network in list_run_networks() if network.run and network.run.state == "finished"]
    if not own:
        st.write("None yet. Train one on the Retrain page, or bring one along as a file.")
    n_shown = st.session_state.setdefault(state.N_OWN, N_AT_FIRST)
    for first in range(0, min(n_shown, len(own)), N_COLUMNS):  # a row at a time, so that its cards are equally tall
        row = own[first : min(first + N_COLUMNS, n_shown)]
        for column, run in zip(st.columns(N_COLUMNS), row, strict=False):
            try:
                trained = trained_from_run(run)
            except CheckpointError:  # deleted since it was listed
                continue
            with column.container(border=True, height="stretch", key=f"card_{run.id}"):
                show_run_card(run, trained)
    if len(own) > n_shown:
        more = {state.N_OWN: n_shown + N_AT_FIRST}
        st.button(f"More ({len(own) - n_shown})", key="more_own", on_click=st.session_state.update, args=(more,))


def show_import() -> None:
    """A place to upload a network, or the curves of a run; what becomes of it stands below."""
    round_ = st.session_state.setdefault(state.IMPORT_ROUND, 0)
    with st.container(key="import_network"):
        file = st.file_uploader(
            "Bring a network along, as a .safetensors file that was downloaded here; or the curves of a run, as .csv "
            "of any tool",
            type=["safetensors", "csv"],
            key=f"import_file_{round_}",
            on_change=st.session_state.pop,
            args=(state.IMPORT_SAID, None),
        )
        said = st.session_state.get(state.IMPORT_SAID)
        if file is not None and said is None:
            name = Path(file.name).name[:MAX_FILE_NAME_CHARS]
            is_network = name.lower().endswith(".safetensors")
            brought = (_bring if is_network else show_questions)(name, file.getvalue())
            if brought is None:  # there are questions to answer first
                return
            st.session_state[state.IMPORT_SAID] = brought
            if brought.run_id:
                st.session_state[state.IMPORT_ROUND] += 1
            st.rerun()
        if said is not None:
            (st.success if said.run_id else st.error)(plain(said.sentence))
            if said.has_curves and said.run_id:
                with st.container(key="ways_imported"):
                    st.page_link("pages/train.py", label="See the curves", query_params={RUN_PARAMETER: said.run_id})


def _bring(name: str, content: bytes) -> Brought:
    """Keeps a network as a run, and says how it reads."""
    with tempfile.TemporaryDirectory(prefix="cnnplay-import-") as folder:
        path = Path(folder) / "network.safetensors"
        path.write_bytes(content)
        try:
            read_header(path)  # most of what is wrong is known at once
            with _one_at_a_time, st.spinner("Looking at it, and reading the test pictures with it"):
                found = run_command("import", str(path), "--name", Path(name).stem or "Network", timeout_s=TIMEOUT_S)
        except CnnplayError as error:
            return Brought(str(error).replace(str(path), name))
    forget_runs()
    score = found["run"]["accuracy"]
    measured = "its data are not here to measure it" if score is None else f"{accuracy(score)} of the test pictures"
    return Brought(f"{found['run']['name']} is here now: {measured}.", found["run"]["id"])
