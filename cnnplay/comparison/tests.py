"""Which differences between networks are more than chance: the test that fits each pair, and all pairs together.

Two trained networks are tested on the same pictures; where a recipe was trained with several seeds, the seeds are.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cnnplay.comparison.entries import Entry
from cnnplay.comparison.selection import Comparison
from cnnplay.evaluation.paired import (
    SIGNIFICANT,
    PairTable,
    count_pairs,
    difference_interval,
    images_to_settle,
    mcnemar,
)
from cnnplay.evaluation.seeds import Difference, holm, one_against_group, seeds_to_settle, welch

Kind = Literal["pictures", "groups", "one run"]
"""McNemar's test on the same pictures, Welch's of two groups of seeds, one run against a group of seeds."""
TESTS: Mapping[Kind, str] = {
    "pictures": "the same pictures (McNemar)",
    "groups": "seeds (Welch)",
    "one run": "one run against seeds (Crawford and Howell)",
}
"""What each is called in a table."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Two networks, or groups of seeds, held against each other.

    Attributes:
        a, b: the two.
        kind: which test was made.
        value: accuracy of `a` minus that of `b`, -1..1; of groups the means.
        low, high: 95 % interval of it; of a run against a group, of the run minus a further seed of the group.
        p_value: two-sided, 0..1.
        p_corrected: by Holm for all pairs that were tested together; of one pair alone, the same.
        table: who of the two reads which pictures correctly; of groups, their first networks.
        accuracies: of the seeds of `a` and of `b`, 0..1.
        to_settle: so many test pictures, or seeds in each group, would find a difference of this size four times out of
            five. None where there is no difference, or no number that anybody could have.
    """

    a: Entry
    b: Entry
    kind: Kind
    value: float
    low: float
    high: float
    p_value: float
    p_corrected: float
    table: PairTable
    accuracies: tuple[tuple[float, ...], tuple[float, ...]]
    to_settle: int | None

    @property
    def stands(self) -> bool:
        """Whether it is more than chance."""
        return self.p_corrected < SIGNIFICANT


def best_first(comparison: Comparison) -> tuple[Entry, ...]:
    """The chosen networks that have answers, the most accurate first; of groups the mean counts."""
    return tuple(each.entry for each in _tested(comparison))


def contrast(comparison: Comparison, a: Entry, b: Entry) -> Contrast:
    """Holds two entries against each other.

    Args:
        comparison: that they belong to.
        a: one of `comparison.answered`.
        b: another one.
    """
    found = {each.entry.token: each for each in _tested(comparison)}
    return _contrast(found[a.token], found[b.token], comparison)


def contrast_all(comparison: Comparison) -> tuple[Contrast, ...]:
    """All pairs of the chosen networks, the better ones first, with p values corrected for their number."""
    pairs = [_contrast(a, b, comparison) for a, b in combinations(_tested(comparison), 2)]
    corrected = holm([pair.p_value for pair in pairs])
    return tuple(replace(pair, p_corrected=p) for pair, p in zip(pairs, corrected, strict=True))


@dataclass(frozen=True, eq=False)
class _Tested:
    """An entry with the answers of its first network, and the accuracies of all."""

    entry: Entry
    answers: npt.NDArray[np.int64]
    accuracies: tuple[float, ...]


def _tested(comparison: Comparison) -> list[_Tested]:
    """Those that have answers, the most accurate first."""
    found = []
    for entry in comparison.answered:
        kept = [each for each in map(comparison.answers, entry.members) if each is not None]
        said = [each.argmax(1) for each in kept]
        accuracies = tuple(float((each == comparison.key.labels).mean()) for each in said)
        found.append(_Tested(entry, said[0], accuracies))
    return sorted(found, key=lambda each: -statistics.fmean(each.accuracies))


def _contrast(a: _Tested, b: _Tested, comparison: Comparison) -> Contrast:
    table = count_pairs(a.answers, b.answers, comparison.key.labels)
    kind, found, to_settle = _test(table, a.accuracies, b.accuracies)
    return Contrast(
        a=a.entry,
        b=b.entry,
        kind=kind,
        value=found.value,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        p_corrected=found.p_value,
        table=table,
        accuracies=(a.accuracies, b.accuracies),
        to_settle=to_settle,
    )


def _test(table: PairTable, a: Sequence[float], b: Sequence[float]) -> tuple[Kind, Difference, int | None]:
    if len(a) > 1 and len(b) > 1:
        found = welch(a, b)
        return "groups", found, seeds_to_settle(found.value, statistics.stdev(a), statistics.stdev(b))
    if len(a) > 1 or len(b) > 1:
        group, sign = (b, 1) if len(b) > 1 else (a, -1)
        found = _signed(one_against_group((a if sign == 1 else b)[0], group), sign)
        std = statistics.stdev(group)  # nobody knows that of the other one
        return "one run", found, seeds_to_settle(found.value, std, std)
    low, high = difference_interval(table)
    return "pictures", Difference(table.difference, low, high, mcnemar(table)), images_to_settle(table)


def _signed(found: Difference, sign: int) -> Difference:
    return found if sign == 1 else Difference(-found.value, -found.high, -found.low, found.p_value)


def pair_table(pairs: Sequence[Contrast]) -> pd.DataFrame:
    """All pairs as a table, the better network of each pair first; differences in points."""
    columns = {
        "Better": [pair.a.title for pair in pairs],
        "Than": [pair.b.title for pair in pairs],
        "Points": [100 * pair.value for pair in pairs],
        "From": [100 * pair.low for pair in pairs],
        "To": [100 * pair.high for pair in pairs],
        "p": [pair.p_value for pair in pairs],
        "Corrected p": [pair.p_corrected for pair in pairs],
        "Stands": [pair.stands for pair in pairs],
        "Tested by": [TESTS[pair.kind] for pair in pairs],
    }
    return pd.DataFrame(columns)
