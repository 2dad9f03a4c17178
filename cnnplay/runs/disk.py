"""The room that runs take on this machine's disk, and what to delete before it is full."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplay.settings import home_dir

if TYPE_CHECKING:
    from cnnplay.runs.reading import RunReader

LOW_DISK_BYTES = 1_000_000_000
"""Less free than this is little: a large network's state and snapshots take as much."""
HIGH_SHARE = 0.9
"""Of what runs take and what is free together."""
N_NAMED = 3


def folder_bytes(folder: Path) -> int:
    """What the files in a folder and its folders take; 0 where there is none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a run that trains replaces its files
            continue
    return total


def disk_warning(store: "RunReader") -> str | None:
    """What to delete where the disk is nearly full, or None where there is room.

    Args:
        store: whose runs are looked at.

    Raises:
        StoreError: the store cannot be read.
    """
    free = shutil.disk_usage(_existing(home_dir())).free
    used = store.disk_use()
    total = sum(n_bytes for _, n_bytes in used)
    if free >= LOW_DISK_BYTES and total <= HIGH_SHARE * (total + free):
        return None
    room = f"{_in_words(free)} of the disk is free, and runs take {_in_words(total)}."
    deleted = {run.id for run in store.list_runs(deleted=True)}
    waiting = sum(n_bytes for run_id, n_bytes in used if run_id in deleted)
    if waiting:
        room += f" {_in_words(waiting)} of that was deleted: free it with python -m cnnplay runs purge."
    largest = [each for each in used if each[0] not in deleted][:N_NAMED]
    if largest:
        room += f" Largest: {', '.join(_describe(store, *each) for each in largest)}. Delete what is not needed."
    return room


def _describe(store: "RunReader", run_id: str, n_bytes: int) -> str:
    run = store.get(run_id)
    return f"{run.name} ({run.short_id}, {_in_words(n_bytes)})"


def _in_words(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e8 else f"{n_bytes / 1e6:.1f} MB"


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
