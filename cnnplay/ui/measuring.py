"""Measuring before training: one second of real steps, or the learning-rate finder, in a process of its own.

The page does not wait for it, and there is one at a time on a machine: two would measure each other.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnplay.errors import CnnplayError, InputError
from cnnplay.settings import PROJECT_DIR

TIMEOUT_S = 180.0
"""Of one measurement: longer than the slowest network needs on one core."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What one second of training told.

    Attributes:
        n_params, macs: size of the network; macs for one picture.
        images_per_s: training pictures a second.
        n_steps: steps of the whole training.
        estimate_s: how long they will take.
        memory_bytes: most memory that it took.
        device, precision: what "auto" came to.
        lr_curve: pairs of rate and smoothed loss; empty where it was not asked for.
        suggested_lr: the rate that the curve suggests, or None.
    """

    n_params: int
    macs: int
    images_per_s: float
    n_steps: int
    estimate_s: float
    memory_bytes: int
    device: str
    precision: str
    lr_curve: tuple[tuple[float, float], ...] = ()
    suggested_lr: float | None = None


def start_measuring(config: Mapping[str, Any], *, finds_lr: bool) -> "Future[Measurement]":
    """Queues a measurement; returns at once.

    Args:
        config: a training configuration as JSON values.
        finds_lr: run the learning-rate finder as well.

    Returns:
        Its result in time, or a CnnplayError that says why there is none.
    """
    future: Future[Measurement] = Future()
    # A daemon: the server can end in the middle of a measurement.
    threading.Thread(target=_fulfil, args=(future, dict(config), finds_lr), name="measure", daemon=True).start()
    return future


def _fulfil(future: "Future[Measurement]", config: Mapping[str, Any], finds_lr: bool) -> None:
    with _ONE_AT_A_TIME:
        try:
            future.set_result(measure(config, finds_lr=finds_lr))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)


def measure(config: Mapping[str, Any], *, finds_lr: bool) -> Measurement:
    """Measures, and waits for it.

    Raises:
        InputError: the command refused the configuration, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="cnnplay-measure-") as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "cnnplay", "measure", "--config", str(path), "--json"]
        try:
            done = subprocess.run(
                [*command, *(["--find-lr"] if finds_lr else [])],
                cwd=PROJECT_DIR,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"Measuring took longer than {TIMEOUT_S:g} s and was given up.") from None
    if done.returncode != 0:
        raise InputError(_last_line(done.stderr) or f"Measuring ended with code {done.returncode}.")
    return _from_json(json.loads(done.stdout))


def _from_json(values: Mapping[str, Any]) -> Measurement:
    curve = tuple((float(lr), float(loss)) for lr, loss in values.get("lr_curve") or ())
    known = {name: values[name] for name in Measurement.__dataclass_fields__ if name in values}
    return Measurement(**{**known, "lr_curve": curve})


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def outcome(future: "Future[Measurement]") -> Measurement | str | None:
    """The result, the sentence that says why there is none, or None while it is measured."""
    if not future.done():
        return None
    error = future.exception()
    if isinstance(error, CnnplayError):
        return str(error)
    return future.result()
