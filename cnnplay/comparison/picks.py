"""Which network to take: the most accurate, and the smallest one that is nearly as good."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.selection import Comparison
from cnnplay.evaluation.paired import SIGNIFICANT, count_pairs, mcnemar
from cnnplay.evaluation.seeds import holm

USUAL_COST = 0.03
"""So much accuracy, 0..1, may a small network cost."""


@dataclass(frozen=True, kw_only=True)
class Picks:
    """The answers; each is None where no row has the figures for it.

    Attributes:
        best: highest accuracy.
        phone: fewest multiply-accumulates among those that lose no more than was allowed.
        trained: least training time among the same.
    """

    best: Row | None
    phone: Row | None
    trained: Row | None


def pick(rows: Sequence[Row], *, cost: float = USUAL_COST) -> Picks:
    """Chooses among rows of one data set.

    Args:
        rows: of the leaderboard.
        cost: accuracy that may be lost against the best, 0..1.
    """
    known = [row for row in rows if row.values["accuracy"] is not None]
    best = max(known, key=_accuracy, default=None)
    near = [row for row in known if best and _accuracy(row) >= _accuracy(best) - cost - 1e-12]
    return Picks(best=best, phone=_least(near, "macs"), trained=_least(near, "wall_s"))


def not_told_apart(best: Row, rows: Sequence[Row], comparison: Comparison) -> tuple[Row, ...]:
    """The other single networks whose distance to the best one chance could explain, by McNemar's exact test.

    The level is shared among all that are compared with the best one (Holm 1979).

    Args:
        best: a row of one network.
        rows: that it is compared with; groups of seeds are passed over.
        comparison: has their answers.
    """
    mine = None if best.entry.is_group else comparison.answers(best.entry.first)
    if mine is None:
        return ()
    labels, first = comparison.key.labels, mine.argmax(1)
    others, p_values = [], []
    for row in rows:
        theirs = None if row.entry.is_group or row is best else comparison.answers(row.entry.first)
        if theirs is not None:
            others.append(row)
            p_values.append(mcnemar(count_pairs(first, theirs.argmax(1), labels)))
    return tuple(row for row, p in zip(others, holm(p_values), strict=True) if p >= SIGNIFICANT)


def _accuracy(row: Row) -> float:
    return row.values["accuracy"] or 0.0


def _least(rows: Sequence[Row], name: str) -> Row | None:
    """The row with the least of a figure; of equals the more accurate."""
    known = [(value, -_accuracy(row), at) for at, row in enumerate(rows) if (value := row.values[name]) is not None]
    return rows[min(known)[2]] if known else None
