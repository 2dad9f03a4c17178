"""The progress bar of a training run on the command line."""

from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

from cnnplay.training.events import EpochEnded, Event, Progress, Started


class TrainingBar:
    """Shows steps, loss and accuracy on stderr, and one line for each epoch."""

    def __init__(self, *, disable: bool) -> None:
        self._disable = disable
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        """Nothing is shown before the first event."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Closes the bar."""
        if self._bar is not None:
            self._bar.close()

    def show(self, event: Event) -> None:
        """Takes every event of a run."""
        if isinstance(event, Started):
            self._bar = tqdm(total=event.n_steps, initial=event.step, unit="step", disable=self._disable)
            self._bar.set_description(f"{event.device} {event.precision}")
        elif self._bar is None:
            return
        elif isinstance(event, Progress):
            self._bar.set_postfix_str(
                f"loss {event.loss:.3f}, {event.accuracy:.1%}, {event.images_per_s:,.0f} images/s", refresh=False
            )
            self._bar.update(event.step - self._bar.n)
        elif isinstance(event, EpochEnded) and not self._disable:
            read = [f"{name} {value:.2%}" for name, value in _accuracies(event) if value is not None]
            tqdm.write(f"epoch {event.epoch}: loss {event.train_loss:.4f}, {', '.join(read)}, {event.elapsed_s:,.0f} s")


def _accuracies(event: EpochEnded) -> tuple[tuple[str, float | None], ...]:
    return ("train", event.train_accuracy), ("validation", event.val_accuracy), ("test", event.test_accuracy)
