"""Whether the differences between an experiment's arms could be luck with the seeds."""

from dataclasses import dataclass

from cnnplay.evaluation.paired import SIGNIFICANT
from cnnplay.evaluation.seeds import Difference, holm, welch
from cnnplay.experiments.experiment import Arm, Experiment
from cnnplay.experiments.results import Result

MIN_SEEDS = 2
"""Of each arm, for a test to know how far seeds lie apart."""


@dataclass(frozen=True)
class HeldPair:
    """Two arms held against each other by Welch's test.

    Attributes:
        a, b: the two.
        difference: accuracy of the first minus the second, with its interval and the p of this pair alone.
        p_corrected: by Holm, for all pairs of the experiment together.
        n_seeds: runs of each.
    """

    a: Arm
    b: Arm
    difference: Difference
    p_corrected: float
    n_seeds: tuple[int, int]

    @property
    def stands(self) -> bool:
        """Whether it is more than chance."""
        return self.p_corrected < SIGNIFICANT


def hold_pairs(experiment: Experiment, result: Result) -> tuple[HeldPair, ...]:
    """Every pair of the experiment of which both arms have enough seeds."""
    known = []
    for key_a, key_b in experiment.pairs:
        a, b = result.arm(key_a), result.arm(key_b)
        if a and b and min(len(a.seeds), len(b.seeds)) >= MIN_SEEDS:
            known.append((a, b, welch(a.accuracies, b.accuracies)))
    corrected = holm([difference.p_value for _, _, difference in known])
    return tuple(
        HeldPair(experiment.arm(a.key), experiment.arm(b.key), difference, p, (len(a.seeds), len(b.seeds)))
        for (a, b, difference), p in zip(known, corrected, strict=True)
    )
