"""The chapters of a report on how sure and how sturdy the chosen networks are."""

from collections.abc import Sequence

import pandas as pd

from cnnplay.comparison import sturdiness, sureness
from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.report_document import Part, Table
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.table import NAME
from cnnplay.evaluation.corruptions import get_corruption


def make_sureness(comparison: Comparison, _rows: Sequence[Row]) -> Part | None:
    """Whether they are right as often as they say."""
    found = sureness.measure_all(comparison)
    if not found:
        return None
    rows = [
        {
            NAME: each.entry.title,
            "Error": each.whole.error,
            "From": each.whole.low,
            "To": each.whole.high,
            "By chance": each.whole.by_chance,
            "Temperature": each.temperature,
            "Half, without": each.before.error if each.before else None,
            "Half, with": each.after.error if each.after else None,
        }
        for each in found
    ]
    values = pd.DataFrame(rows)
    words = values.copy().astype(object)
    for column in values.columns[1:]:
        digits = "{:.3f}" if column == "Temperature" else "{:.2%}"
        words[column] = [digits.format(value) if pd.notna(value) else "" for value in values[column]]
    return Part(
        title="How sure",
        sentences=(
            sureness.tell_all(found),
            "Error: expected calibration error over 15 bins on all test pictures, with its 95 % bootstrap interval. "
            "By chance: what it would be on average if a network were right exactly as often as it says. "
            "Half: on the test pictures that no temperature was fitted on, without and with it.",
        ),
        tables=(Table(title="Calibration", values=values, words=words),),
        charts=(
            ("How often they are right, by how sure they are", sureness.draw_reliability(found)),
            ("Answering only the surest pictures", sureness.draw_selective(found)),
        ),
    )


def make_sturdiness(comparison: Comparison, _rows: Sequence[Row]) -> Part | None:
    """What they still read of changed pictures."""
    found = sturdiness.in_full(sturdiness.read_all(comparison))
    if not found:
        return None
    kinds = sturdiness.kinds(comparison)
    values = pd.DataFrame(
        [
            {
                NAME: each.entry.title,
                "As they are": each.robustness.clean,
                "Changed": each.robustness.mean,
                **{get_corruption(curve.corruption).title: curve.mean for curve in each.robustness.curves},
            }
            for each in found
        ]
    )
    words = values.map(lambda value: f"{100 * value:.1f}" if isinstance(value, float) else value)
    charts = [("Pictures as they are, and changed in all ways", sturdiness.draw_means(found))]
    charts += [(f"{k.title}, {k.about}", figure) for k in kinds if (figure := sturdiness.draw_change(found, k))]
    return Part(
        title="How sturdy",
        sentences=(
            sturdiness.tell(found),
            f"All {found[0].robustness.n:,} test pictures at each strength, without learning anew. "
            "Each way counts with the mean over its strengths. "
            "The idea is that of Hendrycks and Dietterich 2019, arXiv:1903.12261.",
        ),
        tables=(Table(title="Accuracy on changed pictures, in percent", values=values, words=words),),
        charts=tuple(charts),
    )
