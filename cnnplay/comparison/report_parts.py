"""The chapters of a report: each takes the chosen networks, and is left out where it has nothing to say."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from cnnplay.comparison.curves import make_lines
from cnnplay.comparison.differences import class_accuracies, confusions, read_answers
from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.picks import USUAL_COST, not_told_apart, pick
from cnnplay.comparison.report_document import Part, Table
from cnnplay.comparison.report_sure import make_sturdiness, make_sureness
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.table import N_DECIMALS, NAME
from cnnplay.comparison.tests import TESTS, Contrast, best_first, contrast, contrast_all, pair_table
from cnnplay.comparison.tradeoffs import USUAL_X, USUAL_Y, best_entries, draw_tradeoffs, measure_tradeoffs
from cnnplay.comparison.verdict import p_in_words, points, tell
from cnnplay.figures.compared_curves import compared_curves
from cnnplay.figures.confusion import confusion
from cnnplay.figures.differences import ClassSeries, class_dots, difference_interval
from cnnplay.words import accuracy, count, file_size, listing


def make_summary(comparison: Comparison, rows: Sequence[Row]) -> Part | None:
    """Which network to take."""
    picks = pick(rows)
    if picks.best is None or picks.phone is None:
        return None
    sentences = [f"Most accurate: {picks.best.entry.title}, {_score(picks.best)}."]
    if equals := not_told_apart(picks.best, rows, comparison):
        names = listing([row.entry.title for row in equals])
        sentences.append(f"With these test pictures, these cannot be told from it: {names}.")
    costs = f"{count(round(picks.phone.values['macs'] or 0))} multiply-accumulates a picture"
    sentences.append(
        f"Least work within {100 * USUAL_COST:g} points of that: {picks.phone.entry.title}, {_score(picks.phone)}, "
        f"{costs}, {file_size(round(picks.phone.values['size_bytes'] or 0))}."
    )
    return Part(title="In short", sentences=tuple(sentences))


def _score(row: Row) -> str:
    around = f" (95 % interval {100 * row.low:.2f} to {100 * row.high:.2f})" if row.low and row.high else ""
    return f"{accuracy(row.values['accuracy'] or 0)}{around}"


def make_tests(comparison: Comparison, _rows: Sequence[Row]) -> Part | None:
    """Which differences are more than chance."""
    best = best_first(comparison)
    if len(best) < 2:
        return None
    pairs, first = contrast_all(comparison), contrast(comparison, best[0], best[1])
    verdict = tell(first)
    n_stand = sum(pair.stands for pair in pairs)
    values = pair_table(pairs)
    values.insert(0, "Pair", values["Better"] + " - " + values["Than"])
    interval = difference_interval(
        first.value, first.low, first.high, names=(first.a.title, first.b.title), stands=first.stands
    )
    return Part(
        title="Is it real?",
        sentences=(
            f"{verdict.finding} {verdict.chance} {verdict.next_step}",
            verdict.knows,
            f"{n_stand} of {len(pairs)} differences are more than chance at the level of 5 %, after Holm's correction.",
        ),
        tables=(Table(title="All pairs", values=values, words=_pair_words(pairs)),),
        charts=((f"{first.a.title} and {first.b.title}", interval),),
    )


def _pair_words(pairs: Sequence[Contrast]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Better": [pair.a.title for pair in pairs],
            "Than": [pair.b.title for pair in pairs],
            "Points": [points(pair.value) for pair in pairs],
            "95 % interval": [f"{points(pair.low)} to {points(pair.high)}" for pair in pairs],
            "Corrected": [p_in_words(pair.p_corrected) for pair in pairs],
            "": ["more than chance" if pair.stands else "could be chance" for pair in pairs],
            "Tested by": [TESTS[pair.kind] for pair in pairs],
        }
    )


def make_tradeoffs(_comparison: Comparison, rows: Sequence[Row]) -> Part | None:
    """What each network gains and costs."""
    found = measure_tradeoffs(rows, USUAL_X, USUAL_Y)
    if len(found.spots) < 2:
        return None
    chart, front = draw_tradeoffs(found.spots, USUAL_X, USUAL_Y).figure, listing(list(best_entries(found.spots)))
    return Part(
        title="Trade-offs",
        sentences=(f"No other network beats these in both accuracy and work: {front}.",),
        charts=(("Accuracy against multiply-accumulates for one picture", chart),),
    )


def make_curves(comparison: Comparison, _rows: Sequence[Row]) -> Part | None:
    """How the trainings went."""
    lines = make_lines(comparison.entries)
    if not lines:
        return None
    return Part(title="Curves", charts=(("By epoch", compared_curves(lines).figure),))


def make_classes(comparison: Comparison, _rows: Sequence[Row]) -> Part | None:
    """Accuracy by class, and what the best network takes for what."""
    readings, key = read_answers(comparison), comparison.key
    if not readings:
        return None
    values = {reading.entry.title: class_accuracies(reading, key) for reading in readings}
    frame = pd.DataFrame(
        [[title, *np.round(100 * shares, N_DECIMALS)] for title, shares in values.items()], columns=[NAME, *key.classes]
    )
    words = frame.map(lambda value: f"{value:.1f}" if isinstance(value, float) else value)
    best = max(readings, key=lambda reading: float(np.mean(reading.answers == key.labels)))
    series = [
        ClassSeries(
            name=each.entry.title, values=values[each.entry.title], colour=each.entry.colour, dash=each.entry.dash
        )
        for each in readings
    ]
    return Part(
        title="Class by class",
        tables=(Table(title="Accuracy by class, in percent", values=frame, words=words),),
        charts=(
            ("Accuracy by class", class_dots(key.classes, series)),
            (f"What {best.entry.title} says", confusion(confusions(best, key), key.classes)),
        ),
    )


PARTS: tuple[Callable[[Comparison, Sequence[Row]], Part | None], ...] = (
    make_tests,
    make_tradeoffs,
    make_curves,
    make_classes,
    make_sureness,
    make_sturdiness,
)
"""In the order of the report; the summary and the leaderboard come before them, provenance after."""
