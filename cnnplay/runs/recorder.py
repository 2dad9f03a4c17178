"""Turns the events of a training loop into the run's curves in the store, a batch at a time."""

import time
from collections.abc import Callable

from cnnplay.errors import StoreError
from cnnplay.runs.claims import ClaimedRun
from cnnplay.runs.curve_file import epoch_point
from cnnplay.runs.records import Metric
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.settings import run_dir
from cnnplay.training.events import EpochEnded, Event, Finished, Halted, Milestone, Paused, Progress, Started

FLUSH_EVERY_S = 0.5
TRIES, RETRY_S = 5, 1.0


class Recorder:
    """Takes every event of a run, and writes at most twice a second.

    Args:
        claimed: the run.
    """

    def __init__(self, claimed: ClaimedRun) -> None:
        self._claimed = claimed
        self._points: list[Metric] = []
        self._milestones: dict[Milestone, str | None] = {}
        self._flushed_at = 0.0
        self._step, self._epoch = 0, 0.0

    def take(self, event: Event) -> None:
        """Writes what is due.

        Args:
            event: of the run, in order.

        Raises:
            StoreError: the store cannot be written.
            LostRunError: the run is no longer this worker's own.
        """
        match event:
            case Started():
                self._claimed.attach(step=event.step, n_steps=event.n_steps)
            case Progress():
                self._step, self._epoch = event.step, event.epoch
                self._points.append(_train_point(event))
            case EpochEnded():
                self._points.append(epoch_point(event, step=self._step, epoch=self._epoch))
            case Milestone():
                name = snapshot_name(event.step)
                self._milestones[event] = name if (run_dir(self._claimed.claim.run_id) / name).is_file() else None
            case Paused() | Halted() | Finished():
                self.flush()
        if time.monotonic() - self._flushed_at >= FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Writes what there is: before the state is saved, for a state must never be ahead of the curves.

        Raises:
            StoreError: the store cannot be written.
            LostRunError: the run is no longer this worker's own.
        """
        persist(lambda: self._claimed.add_metrics(self._points))
        self._points = []
        persist(lambda: self._claimed.add_milestones(self._milestones))
        self._milestones = {}
        self._flushed_at = time.monotonic()


def persist(write: Callable[[], None]) -> None:
    """Writes to the store, patiently: a server may be starting again, a disk may be full for a moment only.

    Args:
        write: what to do; it is tried a few times, seconds apart.

    Raises:
        StoreError: it failed every time.
    """
    for left in reversed(range(TRIES)):
        try:
            write()
        except StoreError:
            if not left:
                raise
            time.sleep(RETRY_S)
        else:
            return


def _train_point(event: Progress) -> Metric:
    return Metric(
        kind="train",
        step=event.step,
        epoch=event.epoch,
        elapsed_s=event.elapsed_s,
        loss=event.loss,
        accuracy=event.accuracy,
        lr=event.lr,
        images_per_s=event.images_per_s,
        grad_norms=dict(event.grad_norms) or None,
        memory_bytes=event.memory_bytes or None,
    )
