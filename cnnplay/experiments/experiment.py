"""What an experiment is: a question, what one may guess, the trainings that answer it, and why it comes out so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cnnplay.training.config import TrainConfig

Means = Mapping[str, float]
"""Mean test accuracy, 0..1, by the arm's key."""

SHORT = partial(
    TrainConfig,
    dataset="mnist",
    optimizer="nesterov",
    momentum=0.9,
    lr=0.02,
    batch_size=64,
    schedule="constant",
    replay=10_000,
    epochs=2,
)
"""A training of seconds, so that several seeds of every arm are affordable: 10,000 of MNIST's training pictures, twice.
The rate stays as it is, so that nothing but the one knob tells two arms apart."""
SHORT_WORDS = "10,000 of MNIST's training pictures, shown twice, in batches of 64 (SGD with momentum 0.9, rate 0.02)"
SHORTER = partial(SHORT, replay=5_000)
"""For networks that take longer, or many arms."""
SHORTER_WORDS = SHORT_WORDS.replace("10,000", "5,000")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One setting that is tried, with several seeds.

    Attributes:
        key: short and unique in its experiment.
        label: for a row or a hover text.
        config: the training; its seed is that of the first run.
        series: which line it belongs to, on a chart with a numeric axis.
        x: its place on that axis.
        published: test accuracy that somebody published of this training, 0..1, or None.
        published_note: what that figure is, in a few words.
    """

    key: str
    label: str
    config: TrainConfig
    series: str = ""
    x: float | None = None
    published: float | None = None
    published_note: str = ""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One question and everything needed to answer it.

    Attributes:
        key: name in addresses, on the command line and of the file of its results.
        order: place in the list.
        title: two or three words.
        question: one sentence that can be answered by the chart.
        guesses: the answers that a reader may choose from; together they leave no case out.
        judge: which of them the measured mean accuracies make right: its index; None as long as it is open.
        arms: what is trained.
        n_seeds: how often each.
        why: two sentences that explain the answer.
        look: what to look at in the chart.
        setting: what all arms have in common, as the end of the sentence "Each run: ...".
        axis: what the knob is called, where it is a number; None where the arms are names.
        judges_parts: whether the judge can be asked before all arms are measured.
        pairs: keys of arms whose difference is tested against chance.
        whole_set: whether no smaller data set can stand in for the one it asks for.
        gradients: whether the size of the gradient in each layer is part of the answer.
        tally: one sentence of numbers about the measured mean accuracies, where the guesses are words.
    """

    key: str
    order: int
    title: str
    question: str
    guesses: tuple[str, ...]
    judge: Callable[[Means], int | None]
    arms: tuple[Arm, ...]
    n_seeds: int
    why: tuple[str, str]
    look: str
    setting: str
    axis: str | None = None
    judges_parts: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    whole_set: bool = False
    gradients: bool = False
    tally: Callable[[Means], str] | None = None

    def arm(self, key: str) -> Arm:
        """The arm of this key.

        Raises:
            KeyError: there is none.
        """
        for each in self.arms:
            if each.key == key:
                return each
        raise KeyError(key)
