"""Several networks asked about the same picture: who says what, and do they agree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnplay.inference.predictor import Prediction, Predictor


@dataclass(frozen=True, eq=False)
class Vote:
    """One network's answer; `elapsed_ms` is the time it took for it."""

    model: str
    title: str
    label: str
    prob: float
    probs: npt.NDArray[np.float32]
    elapsed_ms: float


@dataclass(frozen=True, eq=False)
class Verdict:
    """All votes, and the label with the most of them; equal numbers are decided by the summed probabilities."""

    votes: tuple[Vote, ...]
    label: str
    n_agree: int

    @property
    def n_votes(self) -> int:
        """How many networks were asked."""
        return len(self.votes)

    @property
    def dissent(self) -> tuple[Vote, ...]:
        """The votes for another label."""
        return tuple(vote for vote in self.votes if vote.label != self.label)


def ask_jury(predictors: Iterable[Predictor], image: npt.NDArray[np.uint8]) -> Verdict:
    """Asks every network about one picture.

    Args:
        predictors: at least one; all of the same classes and input shape.
        image: (C, H, W) uint8.

    Raises:
        InputError: the picture has another shape or type.
        ValueError: there is no network to ask.
    """
    asked = [(predictor, predictor.predict(image)) for predictor in predictors]
    if not asked:
        raise ValueError("a jury needs at least one network")
    votes = tuple(_vote(predictor, answer) for predictor, answer in asked)
    counts = Counter(vote.label for vote in votes)
    weight = {label: sum(vote.prob for vote in votes if vote.label == label) for label in counts}
    label = max(counts, key=lambda name: (counts[name], weight[name]))
    return Verdict(votes, label, counts[label])


def _vote(predictor: Predictor, answer: Prediction) -> Vote:
    return Vote(answer.model, predictor.title, answer.label, answer.prob, answer.probs, answer.elapsed_s * 1000)
