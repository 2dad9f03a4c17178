"""What to take along: a network as weights, ONNX or a script that trains it again, and the curves of a run."""

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from cnnplay.errors import CnnplayError, InputError
from cnnplay.runs.elsewhere.packages import reason_against as reason_against_package
from cnnplay.runs.elsewhere.to_csv import export_to_csv
from cnnplay.runs.export import export_safetensors, file_stem, stem_of
from cnnplay.runs.records import Run
from cnnplay.runs.script import export_script, reason_against
from cnnplay.runs.weights import Trained
from cnnplay.settings import home_dir
from cnnplay.ui.commands import run_command
from cnnplay.ui.run_queue import get_store
from cnnplay.words import plain

TIMEOUT_S = 180.0
"""Of one export to ONNX, which takes seconds; and of waiting for those before it."""
MAX_KEPT = 30
"""ONNX files; a class that takes the same one along makes it once."""

log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class _Form:
    label: str
    suffix: str
    mime: str
    help: str


_WEIGHTS = _Form("Weights", ".safetensors", "application/octet-stream", "The weights with their card: safetensors.")
_ONNX = _Form("ONNX", ".onnx", "application/octet-stream", "For other runtimes, with the preprocessing. Takes seconds.")
_SCRIPT = _Form("Script", ".py", "text/x-python", "One Python file that trains it again, with PyTorch alone.")
_CSV = _Form("Curves as CSV", ".csv", "text/csv", "Every point of its curves as CSV, and its settings.")
_TENSORBOARD = _Form(
    "Curves for TensorBoard", ".zip", "application/zip", "Event files: unpack them where TensorBoard looks."
)


def show_downloads(key: str, trained: Trained) -> None:
    """Three buttons in a row; one that cannot be says why.

    Args:
        key: registry key of a shipped network, or a run's id.
        trained: the same network.
    """
    stem, against = file_stem(trained), reason_against(trained)
    with st.container(key=f"downloads_{key}", horizontal=True, gap="small"):
        _show(_WEIGHTS, f"download_{key}", stem, partial(_logged, lambda: export_safetensors(trained)))
        _show(_ONNX, f"onnx_{key}", stem, partial(_logged, lambda: _make_onnx(key, trained)))
        make = partial(_logged, lambda: export_script(trained, file_name=f"{stem}.py").encode())
        _show(_SCRIPT, f"script_{key}", stem, make, against=against)


def show_curve_downloads(run: Run) -> None:
    """Two buttons in a row for the curves of a run, in whatever state it is."""
    stem, against = stem_of(run.name), reason_against_package("tensorboard")
    with st.container(key=f"curves_{run.id}", horizontal=True, gap="small"):
        _show(_CSV, f"csv_{run.id}", stem, partial(_logged, lambda: export_to_csv(get_store(), [run])))
        _show(_TENSORBOARD, f"tensorboard_{run.id}", f"{stem}-tensorboard", partial(_logged, lambda: _make_events(run)),
              against=against)  # fmt: skip


def _make_events(run: Run) -> bytes:
    from cnnplay.runs.elsewhere.portrait import draw_portrait
    from cnnplay.runs.elsewhere.to_tensorboard import zip_for_tensorboard

    return zip_for_tensorboard([draw_portrait(get_store(), run)])


def _show(form: _Form, key: str, stem: str, make: Callable[[], bytes], *, against: str | None = None) -> None:
    st.download_button(
        form.label,
        data=make,
        file_name=stem + form.suffix,
        mime=form.mime,
        key=key,
        help=plain(against) if against else form.help,
        disabled=against is not None,
        on_click="ignore",
    )


def _logged(make: Callable[[], bytes]) -> bytes:
    """Streamlit tells the visitor no more than that it failed."""
    try:
        return make()
    except CnnplayError as error:
        log.warning("a download could not be made: %s", error)
        raise


def _make_onnx(key: str, trained: Trained) -> bytes:
    path = home_dir() / "exports" / f"{_fingerprint(key, trained)}.onnx"
    if not path.is_file():
        if not _one_at_a_time.acquire(timeout=TIMEOUT_S):
            raise InputError("Too many networks are being made into ONNX. Try again later.")
        try:
            if not path.is_file():  # somebody else may have asked for the same one
                path.parent.mkdir(parents=True, exist_ok=True)
                run_command("export", key, "--format", "onnx", "--out", str(path), timeout_s=TIMEOUT_S)
                _drop_oldest(path.parent)
        finally:
            _one_at_a_time.release()
    return path.read_bytes()


def _fingerprint(key: str, trained: Trained) -> str:
    """Changes with the weights, their card and their name."""
    files = [file for file in (trained.weights, trained.weights.with_suffix(".json")) if file.is_file()]
    facts = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr((key, trained.name, facts)).encode()).hexdigest()[:32]


def _drop_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.onnx"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MAX_KEPT]:
        path.unlink(missing_ok=True)
