"""Curves of another tool, as CSV: what the file does not say of them is asked, and they become a run."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from cnnplay.data.catalog import list_dataset_specs
from cnnplay.errors import CnnplayError
from cnnplay.models.registry import MODELS
from cnnplay.runs.elsewhere.columns import find_columns
from cnnplay.runs.elsewhere.from_csv import read_header
from cnnplay.ui import state
from cnnplay.ui.commands import run_command
from cnnplay.ui.train_form import dataset_title

VALUES = {"loss": "loss", "accuracy": "training accuracy", "val_accuracy": "validation accuracy"}
"""What the one number of a TensorBoard CSV may be."""
TIMEOUT_S = 120.0
N_NAMED = 8


@dataclass(frozen=True)
class Brought:
    """What became of a file: a sentence, the run that it became, if it was kept, and whether that has curves."""

    sentence: str
    run_id: str | None = None
    has_curves: bool = False


def show_questions(file_name: str, content: bytes) -> Brought | None:
    """Fields for what the file does not say, and the button that keeps it; None until it was pressed.

    A file that says everything is kept at once.

    Args:
        file_name: as the visitor has it.
        content: of the file.
    """
    try:
        columns = find_columns(read_header(content), {})
    except CnnplayError as error:
        return Brought(str(error))
    found = {field: name for name, field in columns.taken.items()}
    if found.keys() >= {"model", "dataset"}:
        return _keep(file_name, content)
    left, right = st.columns(2)
    model = left.selectbox(
        "Which network they are of", list(MODELS), None, placeholder="One of these, or another name",
        accept_new_options=True, key="import_model",
    )  # fmt: skip
    dataset = right.selectbox(
        "On which data set", [spec.key for spec in list_dataset_specs()], None, dataset_title, key="import_dataset"
    )
    options = [f"--name={Path(file_name).stem}", f"--model={model}", f"--dataset={dataset}"]
    if "value" in found and "key" not in found:
        value = st.selectbox(
            "What the values are", list(VALUES), format_func=lambda key: VALUES[key], key="import_value"
        )
        options.append(f"--column={found['value']}={value}")
    asked = {state.IMPORT_ASKED: True}
    st.button(
        "Keep these curves", type="primary", disabled=not (model and dataset), key="import_curves",
        on_click=st.session_state.update, args=(asked,),
    )  # fmt: skip
    return _keep(file_name, content, *options) if st.session_state.pop(state.IMPORT_ASKED, False) else None


def _keep(file_name: str, content: bytes, *options: str) -> Brought:
    with tempfile.TemporaryDirectory(prefix="cnnplay-import-") as folder:
        path = Path(folder) / "curves.csv"
        path.write_bytes(content)
        try:
            with st.spinner("Reading the curves"):
                found = run_command("runs", "import", str(path), *options, timeout_s=TIMEOUT_S)
        except CnnplayError as error:
            return Brought(str(error).replace(str(path), file_name))
    return Brought(_in_words(found), found["imported"][0]["id"], has_curves=True)


def _in_words(found: dict[str, Any]) -> str:
    runs, left_out = found["imported"], found["left_out"]
    named = runs[0]["name"] if len(runs) == 1 else f"{len(runs)} runs"
    said = [f"The curves of {named} are here now.", *found["notes"]]
    if left_out:
        more = ", ..." if len(left_out) > N_NAMED else ""
        said.append(f"Left out: {', '.join(left_out[:N_NAMED])}{more}.")
    return " ".join(said)
