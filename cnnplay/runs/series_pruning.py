"""A sweep's eye on its run: after each epoch it asks whether the rest is worth the time."""

import sys

from cnnplay.errors import InputError, StoreError
from cnnplay.runs.records import Run
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_study import should_prune
from cnnplay.runs.store import RunStore
from cnnplay.training.events import EpochEnded, Event


class Pruning:
    """Decides over one run, in its worker.

    Args:
        store: holds the run and the others of its sweep.
        run: as it began; one that is in no sweep, or was stopped by it once and resumed by hand, is left alone.

    Attributes:
        reason: why it is to stop, as a sentence; None as long as it may go on.
    """

    def __init__(self, store: RunStore, run: Run) -> None:
        self._series, self._run = SeriesStore(store), run
        self.reason: str | None = None

    def take(self, event: Event) -> None:
        """Looks at the run when an epoch has ended whose accuracy the store already has; not at its last."""
        run = self._run
        if not isinstance(event, EpochEnded) or event.val_accuracy is None or event.epoch >= run.epochs:
            return
        if run.series_id is None or run.pruned_at is not None or self.reason is not None:
            return
        try:
            if self._is_hopeless(run.series_id):
                self.reason = (
                    f"The sweep stopped it after epoch {event.epoch}: with {100 * event.val_accuracy:.2f} % of the "
                    "pictures kept out it was behind half of the finished runs."
                )
        except (InputError, StoreError) as error:
            # Without the others it cannot be judged, and goes on.
            sys.stderr.write(f"{error}\n")

    def _is_hopeless(self, series_id: str) -> bool:
        series = self._series.get(series_id)
        if series.space is None or series.stopped_at is not None:
            return False
        trials = self._series.trials(series_id)
        number = self._run.number or 0
        is_there = any(trial.number == number for trial in trials)
        return is_there and should_prune(series.space, trials, number=number, epochs=self._run.epochs)
