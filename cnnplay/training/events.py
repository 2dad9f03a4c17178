"""What the training loop reports, in the order in which it happens."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Started:
    """Training begins, or goes on at `step`. Precision and device are the real ones, no longer "auto"."""

    step: int
    n_steps: int
    n_images: int
    device: str
    precision: str


@dataclass(frozen=True)
class Progress:
    """The mean of the steps since the last report, at most a few times a second."""

    step: int
    epoch: float
    loss: float
    accuracy: float
    lr: float
    images_per_s: float
    elapsed_s: float


@dataclass(frozen=True)
class EpochEnded:
    """One pass is done. Accuracies are 0..1; validation and test are None where they are not read."""

    epoch: int
    train_loss: float
    train_accuracy: float
    val_accuracy: float | None
    test_accuracy: float | None
    elapsed_s: float


@dataclass(frozen=True)
class Paused:
    """The loop waits between two batches; all steps so far have been reported, and its state can be saved."""

    step: int


@dataclass(frozen=True)
class Halted:
    """The loop was asked to stop before its end; its state can be saved and resumed."""

    step: int


@dataclass(frozen=True)
class Finished:
    """All steps are done. `elapsed_s` is the time spent on training steps alone, over all resumptions."""

    step: int
    elapsed_s: float
    images_per_s: float


Event = Started | Progress | EpochEnded | Paused | Halted | Finished
