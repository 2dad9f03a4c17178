"""The state from which a run goes on, on disk: whole at any moment, whatever is killed, full or unplugged."""

import io
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnplay.errors import CheckpointError
from cnnplay.models.card import CheckpointFiles, checkpoint_files
from cnnplay.runs.records import Run
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig

STATE_SUFFIX = ".state.pt"
MAX_SAVING_SHARE = 0.05
"""A big network is saved less often, so that saving takes no more of its time than this."""


def state_path(files: CheckpointFiles) -> Path:
    """Where a run keeps the state from which it can go on."""
    return files.weights.with_suffix(STATE_SUFFIX)


def has_state(run: Run) -> bool:
    """Whether the run can go on from a state on this machine."""
    return state_path(checkpoint_files(run_dir(run.id), run.model, run.dataset)).is_file()


class StateFile:
    """Where a run waits to be resumed.

    Args:
        path: of the file.
        save_every_s: seconds between two saves while it trains.
    """

    def __init__(self, path: Path, *, save_every_s: float) -> None:
        self.path = path
        self._save_every_s = save_every_s
        self._saved_at, self._took_s = -float("inf"), 0.0

    def is_due(self) -> bool:
        """Whether the last save is long enough ago."""
        wait_s = max(self._save_every_s, self._took_s / MAX_SAVING_SHARE)
        return time.monotonic() - self._saved_at >= wait_s

    def save(self, state: Mapping[str, Any]) -> None:
        """Replaces the file; when this returns it is on the disk, and if it fails the old one is untouched.

        Args:
            state: of a `Trainer`.

        Raises:
            OSError: the disk is full, or cannot be written.
        """
        import torch

        began = time.monotonic()
        buffer = io.BytesIO()  # torch.save into a file would hide why it failed
        torch.save(dict(state), buffer)
        part = self.path.with_name(self.path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(buffer.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)
        sync(self.path.parent)
        self._saved_at = time.monotonic()
        self._took_s = self._saved_at - began

    def load(self, config: TrainConfig, *, may_be_shorter: bool = False) -> dict[str, Any] | None:
        """The state, or None where there is none.

        Args:
            config: of the run that goes on from it.
            may_be_shorter: it may come from the same configuration with fewer epochs.

        Raises:
            CheckpointError: it is that of another configuration.
        """
        if not self.path.exists():
            return None
        import torch

        state: dict[str, Any] = torch.load(self.path, map_location="cpu", weights_only=True)
        saved = TrainConfig.from_json(state["config"])  # an older state lacks the newer settings
        if may_be_shorter and saved.epochs < config.epochs:
            saved = replace(saved, epochs=config.epochs)
        if json.dumps(saved.to_json(), sort_keys=True) != json.dumps(config.to_json(), sort_keys=True):
            raise CheckpointError(
                f"{self.path} holds an unfinished run with other settings. Give another folder with --out, or delete "
                "it."
            )
        return state


def sync(path: Path) -> None:
    """Waits until a file, or the list of files in a folder, is on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
