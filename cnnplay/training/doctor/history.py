"""What the doctor is given, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from cnnplay.training.config import TrainConfig
from cnnplay.training.events import LayerStats

Kind = Literal[
    "nan",
    "exploding",
    "lr_too_high",
    "dead_relu",
    "saturated",
    "vanishing_gradients",
    "lr_too_low",
    "plateau",
    "overfitting",
    "unbalanced",
]
"""The worst first."""
Severity = Literal["ill", "watch"]


class Point(Protocol):
    """One point of a run's curves.

    `kind` is "train" for the mean of the steps since the point before, and "epoch" for a whole pass. Losses are mean
    cross-entropies, accuracies 0..1.
    """

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def epoch(self) -> float: ...  # noqa: D102
    @property
    def loss(self) -> float | None: ...  # noqa: D102
    @property
    def accuracy(self) -> float: ...  # noqa: D102
    @property
    def lr(self) -> float | None: ...  # noqa: D102
    @property
    def grad_norms(self) -> Mapping[str, float] | None: ...  # noqa: D102
    @property
    def val_accuracy(self) -> float | None: ...  # noqa: D102


class Look(Protocol):
    """A look inside the network at one step."""

    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def layers(self) -> Sequence[LayerStats]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class History:
    """One run so far.

    Attributes:
        config: what it was asked to do.
        points: its curves, by step.
        milestones: looks inside, by step.
        class_counts: training pictures of each class by its name, or None where that is not known.
        n_steps: training steps that it is to have in all.
        is_over: it has ended, so that nothing more is to come.
    """

    config: TrainConfig
    points: Sequence[Point]
    n_steps: int
    milestones: Sequence[Look] = ()
    class_counts: Mapping[str, int] | None = None
    is_over: bool = False


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One thing that is wrong with a run.

    Attributes:
        kind: what it is.
        severity: "ill" keeps the network from learning; "watch" makes it worse than it could be.
        sentence: what the doctor sees, for a learner.
        evidence: the run's own figures that say so, with their units.
        remedy: changes to the configuration, for `dataclasses.replace`; empty where no setting helps.
        remedy_label: what the remedy does, to go on after "Start again"; where it is empty, a piece of advice instead.
    """

    kind: Kind
    severity: Severity
    sentence: str
    evidence: str
    remedy_label: str
    remedy: Mapping[str, Any] = field(default_factory=dict)
