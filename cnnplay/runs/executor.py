"""Where runs are worked on: a small protocol, and this machine's own processes as the default behind it.

A worker is a fresh process in a session of its own: it outlives the page or command that started it, and neither a
terminal's Ctrl-C nor a closed browser reaches it. The queue is in the store, and whoever ends a run starts the next.
"""

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from cnnplay.errors import InputError
from cnnplay.runs.claims import Claim, ClaimedRun, claim_next
from cnnplay.runs.measurements import USUAL, What, plan, queue_measurement
from cnnplay.runs.origin import find_origin, parent_of
from cnnplay.runs.place import this_place
from cnnplay.runs.records import Run
from cnnplay.runs.series_advance import advance
from cnnplay.runs.state_file import has_state
from cnnplay.runs.store import RunStore
from cnnplay.settings import (
    CHECKPOINTS_VARIABLE,
    DATA_VARIABLE,
    DATABASE_VARIABLE,
    HOME_VARIABLE,
    PROJECT_DIR,
    checkpoints_dir,
    data_dir,
    database_url,
    home_dir,
    run_dir,
)
from cnnplay.training.config import TrainConfig

LOG_NAME = "worker.log"
PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE"}
"""For teaching beside a training: its threads sleep while they wait for each other. On two cores that others worked on
as well, teaching scribe took 33 s so, and 194 s with threads that wait awake; on two idle ones, 11.5 s and 8.6 s."""


@dataclass(frozen=True)
class Capacity:
    """How many runs can be worked on at a time, how many more right now, and how many wait."""

    n_slots: int
    n_free: int
    n_waiting: int


class Executor(Protocol):
    """Whoever takes runs and sees to it that they are worked on."""

    def submit(self, config: TrainConfig, *, name: str | None = None, parent_id: str | None = None) -> Run:
        """Queues a new run."""

    def resume(self, run_id: str) -> Run:
        """Lets a run go on that was paused, interrupted or failed."""

    def extend(self, run_id: str, *, epochs: float) -> Run:
        """Lets a run that has ended go on to more epochs."""

    def stop(self, run_id: str) -> Run:
        """Ends a run so that it can be resumed."""

    def capacity(self) -> Capacity:
        """How much room there is."""


class LocalExecutor:
    """Works in processes on this machine: one for each GPU, or one on the CPU.

    Args:
        store: holds the queue.
        n_slots: how many at a time; by default as above.
    """

    def __init__(self, store: RunStore, *, n_slots: int | None = None) -> None:
        self._store = store
        self._n_slots = n_slots if n_slots is not None else count_gpus() or 1

    def submit(self, config: TrainConfig, *, name: str | None = None, parent_id: str | None = None) -> Run:
        """Queues a new run, and starts it if a slot is free.

        Args:
            config: what to train.
            name: for people; by default from the configuration.
            parent_id: the run that it repeats; by default the one that it starts from.

        Raises:
            InputError: the name is empty or too long, or it cannot start from what it is to start from.
            CheckpointError: what it is to start from has no weights here.
            StoreError: the store cannot be written.
        """
        find_origin(config, self._store)
        run = self._store.create(config, place=this_place(), name=name, parent_id=parent_id or parent_of(config))
        self.start_waiting()
        return self._store.get(run.id)

    def measure(self, network: str, *, dataset: str | None = None, what: tuple[What, ...] = USUAL) -> Run:
        """Queues a measurement, and starts it if a slot is free; one that is open is not queued twice.

        Args:
            network: registry key of a shipped network, full id of a run, or absolute path of a file of weights.
            dataset: key of the data set; by default the one that it learned from.
            what: is to be measured.

        Raises:
            InputError: there is no such run.
            CheckpointError: it has no weights here, or they cannot be read.
            StoreError: the store cannot be written.
        """
        measurement, trained = plan(network, self._store, dataset=dataset, what=what)
        run = queue_measurement(self._store, measurement, place=this_place(), name=trained.name)
        self.start_waiting()
        return self._store.get(run.id)

    def resume(self, run_id: str) -> Run:
        """Lets a paused run go on at once; one that was interrupted or failed goes to the end of the queue.

        Raises:
            InputError: there is no such run, or it is in another state.
            StoreError: the store cannot be written.
        """
        self._store.resume(run_id, place=this_place())
        self.start_waiting()
        return self._store.get(run_id)

    def extend(self, run_id: str, *, epochs: float) -> Run:
        """Puts a run that has ended into the queue again, to go on to more epochs; see `RunStore.extend`.

        Raises:
            InputError: there is no such run, it has not ended, has as many epochs, or did not keep its last state.
            ConfigError: a number of epochs that no run can have.
            StoreError: the store cannot be written.
        """
        run = self._store.get(run_id)
        if run.state == "finished" and not has_state(run):
            raise InputError(
                f"Run {run.short_id} has no state here to go on from. Start a new run from its weights instead: "
                f"start_from {run.id}."
            )
        self._store.extend(run_id, epochs)
        self.start_waiting()
        return self._store.get(run_id)

    def stop(self, run_id: str) -> Run:
        """Takes a run out of the queue, or asks its worker to save and end within two seconds or one batch.

        Raises:
            InputError: there is no such run, or it neither waits nor runs.
            StoreError: the store cannot be written.
        """
        return self._store.stop(run_id)

    def capacity(self) -> Capacity:
        """How much room there is.

        Raises:
            StoreError: the store cannot be read.
        """
        place = this_place()
        n_used = sum(slot < self._n_slots for slot in self._store.used_slots(place))  # the one for teaching is extra
        return Capacity(self._n_slots, max(0, self._n_slots - n_used), self._store.count_waiting(place))

    def start_waiting(self) -> tuple[str, ...]:
        """Starts workers for as many waiting runs as there are free slots; a series makes its next where none waits.

        Returns:
            The ids of those runs.

        Raises:
            StoreError: the store cannot be written.
        """
        started: list[str] = []
        where: dict[str, Any] = {"place": this_place(), "n_slots": self._n_slots}
        while True:
            if claim := claim_next(self._store.database, **where):
                self._start_worker(claim)
                started.append(claim.run_id)
            elif not advance(self._store.database, **where):
                return tuple(started)

    def _start_worker(self, claim: Claim) -> None:
        folder, environment = run_dir(claim.run_id).resolve(), own_environment()
        if claim.slot >= self._n_slots:  # the one for teaching while others train
            environment |= PASSIVE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / LOG_NAME).open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "cnnplay", "worker", claim.run_id, "--claim", claim.worker],
                    cwd=PROJECT_DIR,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            reason = f"The worker could not be started: {error}."
            ClaimedRun(self._store.database, claim).end("failed", error=reason)
            return
        # Somebody has to take note of its end, or it stays as a zombie as long as this process lives.
        threading.Thread(target=process.wait, name=f"worker {claim.run_id}", daemon=True).start()


def own_environment() -> dict[str, str]:
    """What a process started from here has to know to see the same folders, wherever it works."""
    return {
        **os.environ,
        HOME_VARIABLE: str(home_dir().resolve()),
        DATA_VARIABLE: str(data_dir().resolve()),
        CHECKPOINTS_VARIABLE: str(checkpoints_dir().resolve()),
        DATABASE_VARIABLE: database_url(),
    }


def count_gpus() -> int:
    """CUDA devices that a worker would see; asks NVIDIA's tool, because PyTorch takes seconds to import."""
    try:
        if version("torch").endswith("+cpu"):
            return 0
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        if visible is not None:
            return len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (PackageNotFoundError, OSError, subprocess.SubprocessError):
        return 0
    return sum(line.startswith("GPU ") for line in listed.splitlines())
