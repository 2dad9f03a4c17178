"""One process, one run: does what the store says, obeys what the store says, and writes down how it ended."""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cnnplay.errors import CnnplayError, InputError, StoreError
from cnnplay.models.card import Card, checkpoint_files
from cnnplay.runs.claims import Claim, ClaimedRun, LostRunError, claim_next, read_claim
from cnnplay.runs.executor import LocalExecutor, count_gpus
from cnnplay.runs.halting import HaltedError, Halting, halt_on_signals
from cnnplay.runs.measurements import Measurement
from cnnplay.runs.place import this_place
from cnnplay.runs.recorder import Recorder, persist
from cnnplay.runs.records import Run
from cnnplay.runs.schema import State
from cnnplay.runs.series_pruning import Pruning
from cnnplay.runs.store import RunStore, open_store
from cnnplay.settings import run_dir
from cnnplay.training.events import EpochEnded, Event

if TYPE_CHECKING:
    from cnnplay.training.loop import Signal

BEAT_EVERY_S = 2.0
LOOK_EVERY_S = 0.5
SAVE_EVERY_S = 5.0
"""The most that a killed worker loses, for a network that is quickly saved."""
SHOW_EVERY_S = 0.5
"""The progress of a measurement."""
TOLD_TO_END = "The worker was told to end; the run goes on from its last saved state."


class Watch:
    """A thread that shows that the worker lives, and sees what others want of its run.

    Args:
        claimed: the run.
        halt: called, perhaps again and again, while others want the run to end, or have it.
    """

    def __init__(self, claimed: ClaimedRun, halt: Callable[[], None]) -> None:
        self._claimed, self._halt = claimed, halt
        self.state: State | None = "running"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Self:
        """Begins to watch."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the thread."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        beat_at, is_away = -BEAT_EVERY_S, False
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                self.state = self._claimed.state()
                if time.monotonic() - beat_at >= BEAT_EVERY_S:
                    self._claimed.beat()
                    beat_at = time.monotonic()
            except LostRunError:
                self.state = None
            except StoreError as error:
                # The store is away, or the disk full: training goes on as long as nothing has to be written.
                if not is_away:
                    sys.stderr.write(f"{error}\n")
                is_away = True
            else:
                is_away = False
            if self.state not in ("running", "paused"):
                self._halt()


def work(store: RunStore, run_id: str, *, worker: str | None = None) -> Run:
    """Trains or measures a run to its end, or until told to stop; then starts the next one that waits.

    Args:
        store: holds the run.
        run_id: UUID.
        worker: token of the claim that was made for this process; None claims the run here, if it waits.

    Raises:
        InputError: the run does not wait, no slot is free, or the claim holds no longer.
        StoreError: the store cannot be used.
    """
    claim = read_claim(store.database, run_id, worker) if worker else _claim_here(store, run_id)
    if claim is None:
        run = store.get(run_id)
        raise InputError(f"Run {run.short_id} is {run.state}; a worker can only take one that waits, in a free slot.")
    claimed = ClaimedRun(store.database, claim)
    try:
        with halt_on_signals() as halting, Watch(claimed, halting.tell) as watch:
            run = store.get(run_id)
            _work_and_end(run, claimed, watch, halting, Pruning(store, run))
    except LostRunError as error:
        raise InputError(f"{error} What it had done is kept in its folder.") from error
    finally:
        LocalExecutor(store).start_waiting()
    store.purge_deleted()
    return store.get(run_id)


def _claim_here(store: RunStore, run_id: str) -> Claim | None:
    return claim_next(store.database, place=this_place(), n_slots=count_gpus() or 1, run_id=run_id)


@dataclass(frozen=True)
class Done:
    """What a finished run leaves behind: its test accuracy, and names and sizes of its files."""

    accuracy: float | None = None
    files: Mapping[str, int] = field(default_factory=dict)


def _work_and_end(run: Run, claimed: ClaimedRun, watch: Watch, halting: Halting, pruning: Pruning) -> None:
    """Runs the job, and notes the outcome; whatever goes wrong in it ends as a failed run with its reason."""
    error: str | None = None
    done: Done | None = None
    try:
        if run.kind == "measurement":
            done = _measure(run, claimed, watch, halting)
        else:
            done = _train(run, claimed, watch, halting, pruning)
    except LostRunError:
        raise
    except HaltedError:
        pass
    except CnnplayError as failure:
        error = str(failure)
    except Exception as failure:  # noqa: BLE001 - the edge of this process: all goes to its log
        traceback.print_exc()
        error = f"{type(failure).__name__}: {failure}"
    if error is not None:
        persist(partial(claimed.end, "failed", error=error))
    elif done is None:
        pruned = pruning.reason is not None and halting() == "go"
        told = None if watch.state == "stopping" else TOLD_TO_END
        persist(partial(claimed.end, "interrupted", error=pruning.reason if pruned else told, pruned=pruned))
    else:
        persist(partial(claimed.end, "finished", accuracy=done.accuracy, files=done.files))


def _train(run: Run, claimed: ClaimedRun, watch: Watch, halting: Halting, pruning: Pruning) -> Done | None:
    with halting.at_once():
        # PyTorch takes seconds to import: the heart beats already.
        from cnnplay.runs.training_job import run_job
        from cnnplay.training.device import use_gpu

        use_gpu(claimed.claim.slot)
    recorder = Recorder(claimed)

    def signal() -> "Signal":
        if pruning.reason is not None or halting() == "halt":
            return "halt"
        return "pause" if watch.state == "paused" else "go"

    def take(event: Event) -> None:
        recorder.take(event)
        if isinstance(event, EpochEnded) and run.series_id is not None:
            recorder.flush()
            pruning.take(event)

    card = run_job(
        run.train_config,
        run_dir(run.id),
        signal=signal,
        at_once=halting.at_once,
        on_event=take,
        before_save=recorder.flush,
        save_every_s=SAVE_EVERY_S,
        keeps_history=True,
    )
    return None if card is None else Done(card.accuracy, _file_sizes(run, card))


def _measure(run: Run, claimed: ClaimedRun, watch: Watch, halting: Halting) -> Done:
    with halting.at_once():
        from cnnplay.runs.measuring import run_measurement
        from cnnplay.training.device import use_gpu

        use_gpu(claimed.claim.slot)
        pieces = run_measurement(Measurement.from_json(run.config), open_store())
    told_at = -SHOW_EVERY_S
    while True:
        with halting.at_once():
            while watch.state == "paused":
                time.sleep(LOOK_EVERY_S)
            progress = next(pieces, None)
        if progress is None:
            return Done()
        if time.monotonic() - told_at >= SHOW_EVERY_S or progress.step == progress.n_steps:
            persist(partial(claimed.move_on, step=progress.step, n_steps=progress.n_steps))
            told_at = time.monotonic()


def _file_sizes(run: Run, card: Card) -> dict[str, int]:
    files = checkpoint_files(run_dir(run.id), card.model, card.dataset)
    paths: tuple[Path, ...] = (files.weights, files.card, files.test_probs)
    return {path.name: path.stat().st_size for path in paths}
