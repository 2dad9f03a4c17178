"""What the training loop reports, in the order in which it happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """The mean of the steps since the last report, at most a few times a second.

    Attributes:
        step, epoch: steps and passes done.
        loss, accuracy: means over the pictures since the last report; accuracy in 0..1.
        lr: of the last step.
        images_per_s: speed since the last report.
        elapsed_s: time spent on training steps so far.
        grad_norms: Euclidean norm of the gradient of each weight tensor in the last step, by layer name, from the
            first layer to the last; biases and normalisation are left out.
        memory_bytes: most memory that training took so far: of the GPU on CUDA, of the driver on MPS, else of the
            process.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    lr: float
    images_per_s: float
    elapsed_s: float
    grad_norms: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int = 0


@dataclass(frozen=True)
class LayerStats:
    """How one layer answers a fixed batch of training pictures.

    Attributes:
        name: the layer's, as in the network's `named_modules`.
        kind: "conv", "linear", or the activation's class name in lower case.
        dead_share: of the units of a ReLU (channels, where it follows a convolution) those that are 0 for every
            picture, 0..1; None for other layers.
        saturated_share: of the values of a sigmoid or tanh those within 0.05 of its ends, 0..1; None for others.
        grad_norm: norm of the gradient of its weight in the last step; None at step 0 and without a weight.
        weight_norm: norm of its weight; None without one.
        mean, std: of its outputs.
    """

    name: str
    kind: str
    dead_share: float | None = None
    saturated_share: float | None = None
    grad_norm: float | None = None
    weight_norm: float | None = None
    mean: float = 0.0
    std: float = 0.0


@dataclass(frozen=True)
class Milestone:
    """A look inside at a step of `milestone_steps`, in the order in which the layers are computed."""

    step: int
    epoch: float
    layers: tuple[LayerStats, ...]


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


Event = Started | Progress | Milestone | EpochEnded | Paused | Halted | Finished


def milestone_steps(n_steps: int) -> tuple[int, ...]:
    """Steps after which a run of so many steps is looked into: 0, about two in every octave, and the last.

    Returns:
        0, the whole numbers nearest to 2 ** (k / 2) that are smaller than `n_steps`, and `n_steps`; ascending.
    """
    steps = {0, n_steps}
    k = 0
    while (step := round(2 ** (k / 2))) < n_steps:
        steps.add(step)
        k += 1
    return tuple(sorted(steps))
