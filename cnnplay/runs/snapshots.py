"""A run's weights at its milestones: what a network was while it learned, within a bounded number of bytes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

if TYPE_CHECKING:
    from torch import nn

FOLDER_NAME = "snapshots"
MAX_SNAPSHOT_BYTES = 200_000_000
"""For one run."""


def snapshot_name(step: int) -> str:
    """Where the snapshot of a step lies in the folder of its run; names sort as steps do."""
    return f"{FOLDER_NAME}/step-{step:08d}.safetensors"


def list_snapshots(folder: Path) -> list[Path]:
    """The snapshots in the folder of a run, in the order of their steps."""
    return sorted((folder / FOLDER_NAME).glob("step-*.safetensors"))


def remove_half_written(folder: Path) -> None:
    """Removes what a killed process left of a snapshot in the folder of a run."""
    for part in (folder / FOLDER_NAME).glob("*.part"):
        part.unlink(missing_ok=True)


class Snapshots:
    """Writes a run's snapshots; where the disk is full, it says so once, and the run goes on without.

    Args:
        folder: of the run.
        key: the architecture's registry key.
        options: options of the architecture that differ from its spec.
        max_bytes: of all snapshots together.
    """

    def __init__(self, folder: Path, *, key: str, options: dict[str, Any], max_bytes: int = MAX_SNAPSHOT_BYTES) -> None:
        self._folder, self._key, self._options, self._max_bytes = folder, key, options, max_bytes
        self._has_complained = False

    def keep(self, model: "nn.Module", step: int) -> None:
        """Writes the weights of a step in half precision, whole or not at all, and thins the older ones.

        Args:
            model: as it is after the step.
            step: training steps done.
        """
        from cnnplay.models.checkpoint import save_weights

        path = self._folder / snapshot_name(step)
        try:
            save_weights(model, path, key=self._key, options=self._options)
        except (OSError, SafetensorError) as error:
            remove_half_written(self._folder)
            if not self._has_complained:
                sys.stderr.write(f"The snapshot of step {step} could not be written: {error}. The run goes on.\n")
            self._has_complained = True
        self._thin()

    def _thin(self) -> None:
        """Drops every second snapshot but the first and the last, until the rest fits."""
        kept = list_snapshots(self._folder)
        while len(kept) > 2 and sum(path.stat().st_size for path in kept) > self._max_bytes:
            for path in kept[1:-1:2]:
                path.unlink(missing_ok=True)
            kept = list_snapshots(self._folder)
