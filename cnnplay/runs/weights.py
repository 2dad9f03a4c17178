"""Where the network of a run lies: its final weights, or while it still learns those of its newest snapshot."""

from pathlib import Path

from cnnplay.models.card import checkpoint_files
from cnnplay.runs.records import Run
from cnnplay.runs.schema import State
from cnnplay.runs.snapshots import list_snapshots
from cnnplay.settings import run_dir

USABLE: tuple[State, ...] = ("finished", "running", "paused", "stopping", "interrupted")
"""States in which a run may have a network that is worth asking."""


def find_weights(run: Run) -> Path | None:
    """The best that the run has on this machine, or None where it has nothing.

    An extended run keeps the weights of its shorter training until it is finished again: its snapshots are newer.
    """
    final = checkpoint_files(run_dir(run.id), run.model, run.dataset).weights
    if run.state == "finished":
        return final if final.is_file() else None
    snapshots = list_snapshots(run_dir(run.id))
    if snapshots:
        return snapshots[-1]
    return final if final.is_file() else None
