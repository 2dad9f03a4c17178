"""How likely a picture is none of the classes, from the logits alone.

The free energy -T log sum exp(logits / T) is low for pictures like those of the training set and high for others
(Liu et al. 2020, arXiv:2010.03759). A logistic curve, fitted for each network on test pictures and on pictures of other
things, turns it into a probability, taking one picture in five to be of something else; the card tells on what it was
fitted and how it did on other kinds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FIT_STEPS = 100
PRIOR_OTHER = 0.2
"""Assumed share of pictures of other things among those that people bring."""
RIDGE = 1e-3
"""Keeps the slope finite where the two kinds of picture separate completely."""


def energy(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Free energy at temperature 1: (..., K) logits to (...) float64."""
    values = np.asarray(logits, np.float64)
    top = values.max(-1, keepdims=True)
    result: npt.NDArray[np.float64] = -(top[..., 0] + np.log(np.exp(values - top).sum(-1)))
    return result


@dataclass(frozen=True)
class NoneOfThese:
    """The logistic curve: probability = 1 / (1 + exp(-(slope * energy + offset)))."""

    slope: float
    offset: float

    def prob(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """(..., K) logits to the probability (...) in 0..1 that the picture is none of the classes."""
        result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(self.slope * energy(logits) + self.offset, -50, 50)))
        return result

    def to_json(self) -> dict[str, float]:
        """The two parameters as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self | None:
        """The curve of a card; None where the card has none."""
        return cls(float(values["slope"]), float(values["offset"])) if values else None

    @classmethod
    def fit(cls, known: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> Self:
        """Logistic regression by Newton's method, the two kinds weighted by `PRIOR_OTHER`.

        Args:
            known: (N, K) logits of pictures of the classes.
            other: (M, K) logits of pictures of other things.
        """
        x = np.concatenate([energy(known), energy(other)])
        y = np.concatenate([np.zeros(len(known)), np.ones(len(other))])
        weight = np.where(y == 1, PRIOR_OTHER / len(other), (1 - PRIOR_OTHER) / len(known))
        centre, spread = x.mean(), x.std() + 1e-12
        design = np.stack([(x - centre) / spread, np.ones_like(x)], axis=1)
        beta = np.zeros(2)
        for _ in range(FIT_STEPS):
            p = 1 / (1 + np.exp(-np.clip(design @ beta, -50, 50)))
            gradient = design.T @ (weight * (p - y)) + RIDGE * beta
            hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(2)
            step = np.linalg.solve(hessian, gradient)
            beta -= step
            if np.abs(step).max() < 1e-10:
                break
        return cls(float(beta[0] / spread), float(beta[1] - beta[0] * centre / spread))
