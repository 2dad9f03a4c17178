"""How sure the chosen networks are, and how far that can be believed: before and after temperature scaling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.comparison.entries import Entry
from cnnplay.comparison.selection import Comparison
from cnnplay.evaluation.reliability import Reliability, Selective, measure_reliability, measure_selective
from cnnplay.figures.reliability import (
    ErrorPair,
    ReliabilityLine,
    SelectiveLine,
    calibration_errors,
    reliability_diagram,
    selective_curves,
)
from cnnplay.runs.answers import AnswerKey, Stamp, answers_file, file_stamp, load_answers, with_temperature

MIN_CASES = 30
"""A sentence about fewer pictures would speak of chance."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sureness:
    """What is known of how sure one network is; of a group of seeds, its first network.

    Attributes:
        entry: whose it is.
        whole: on all test pictures, as the network answers by itself.
        selective: on all test pictures, answering only where it is surest.
        temperature: by which its logits are divided on the pages; None where none was fitted.
        before, after: without and with that, on the half of the test pictures that it was not fitted on; None without a
            temperature.
    """

    entry: Entry
    whole: Reliability
    selective: Selective
    temperature: float | None
    before: Reliability | None
    after: Reliability | None


def measure_all(comparison: Comparison) -> tuple[Sureness, ...]:
    """All chosen networks that have answers to the test pictures; what was measured once is remembered."""
    found = []
    for entry in comparison.entries:
        weights, card = entry.first.weights, entry.first.card
        if weights is None or comparison.answers(entry.first) is None:
            continue
        fitted = card.temperature if card and card.calibration_error is not None else None
        parts = _measure(weights, file_stamp(answers_file(weights)), comparison.key, fitted)
        if parts is not None:
            whole, selective, before, after = parts
            found.append(
                Sureness(entry=entry, whole=whole, selective=selective, temperature=fitted, before=before, after=after)
            )
    return tuple(found)


_Parts = tuple[Reliability, Selective, Reliability | None, Reliability | None]


@lru_cache(maxsize=96)
def _measure(weights: Path, _stamp: Stamp, key: AnswerKey, temperature: float | None) -> _Parts | None:
    probs = load_answers(weights, key)
    if probs is None or not np.isfinite(probs).all():  # of a network that came apart
        return None
    whole, selective = measure_reliability(probs, key.labels), measure_selective(probs, key.labels)
    if temperature is None:
        return whole, selective, None, None
    kept, labels = probs[unfitted_half(key)], key.labels[unfitted_half(key)]
    return (
        whole,
        selective,
        measure_reliability(kept, labels),
        measure_reliability(with_temperature(kept, temperature), labels),
    )


def unfitted_half(key: AnswerKey) -> npt.NDArray[np.bool_]:
    """(N,) which test pictures no temperature was fitted on: those whose hash is odd, see `runs.calibrate`."""
    odd: npt.NDArray[np.bool_] = key.hashes % 2 == 1
    return odd


def tell_all(found: Sequence[Sureness]) -> str:
    """Of the network that is furthest from what it says, and of the one that is closest; without mark-up."""
    far, close = max(found, key=lambda each: each.whole.error), min(found, key=lambda each: each.whole.error)
    if len(found) > 1 and _keeps_its_word(far.whole):
        return f"All {len(found)} are right about as often as they say, or differ from that no more than chance would."
    return " ".join(dict.fromkeys((tell(far), tell(close))))


def _keeps_its_word(found: Reliability) -> bool:
    return found.error <= 2 * found.by_chance or int(found.counts[found.worst_bin]) < MIN_CASES


def tell(sureness: Sureness) -> str:
    """What it means, in one sentence without mark-up, at the degree of sureness where most goes wrong."""
    found, name = sureness.whole, sureness.entry.title
    at = found.worst_bin
    n, says, does = int(found.counts[at]), float(found.confidence[at]), float(found.accuracy[at])
    if _keeps_its_word(found):
        return f"{name} is right about as often as it says, {100 * found.error:.1f} points apart on average."
    way = "too sure of itself" if says > does else "too modest"
    return f"{name} says {_percent(says)} and is right in {_percent(does)} of these {n:,} cases: it is {way}."


def _percent(share: float) -> str:
    return f"{100 * share:.{1 if share > 0.98 else 0}f} %"


def draw_reliability(found: Sequence[Sureness], *, with_temperature: bool = False) -> go.Figure:
    """How often each network is right, by how sure it says it is.

    Args:
        found: networks.
        with_temperature: on the half of the pictures that it was not fitted on; networks without one are left out.
    """
    if not with_temperature:
        return reliability_diagram([ReliabilityLine(**_named(each), reliability=each.whole) for each in found])
    fitted = [(each, each.after) for each in found if each.after is not None]
    return reliability_diagram([ReliabilityLine(**_named(each), reliability=after) for each, after in fitted])


def draw_errors(found: Sequence[Sureness]) -> go.Figure:
    """Calibration errors without temperature and with it."""
    pairs = [ErrorPair(**_named(each), before=each.before or each.whole, after=each.after) for each in found]
    return calibration_errors(pairs)


def draw_selective(found: Sequence[Sureness]) -> go.Figure:
    """Accuracy against the share of the pictures that are answered."""
    return selective_curves([SelectiveLine(**_named(each), selective=each.selective) for each in found])


def _named(each: Sureness) -> dict[str, str]:
    return {"name": each.entry.title, "colour": each.entry.colour, "dash": each.entry.dash}
