"""How sturdy the chosen networks are, as far as that was measured, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from cnnplay.comparison.differences import load_pictures
from cnnplay.comparison.entries import Entry
from cnnplay.comparison.selection import Comparison
from cnnplay.data.catalog import get_dataset_spec
from cnnplay.evaluation.corruptions import Corruption, corrupt, corruptions_for, get_corruption
from cnnplay.figures.robustness import MeanPair, RobustnessLine, robustness_chart, robustness_means
from cnnplay.runs.answers import AnswerKey
from cnnplay.runs.measured import Robustness, read_latency, read_robustness

FORWARD_SHARE = 1 / 3
"""Of the arithmetic of a training step: going backward takes about twice as much as going forward."""

ROOM = 0.95
"""The axes of the charts begin a little below the least accuracy."""


@dataclass(frozen=True)
class Sturdiness:
    """What was measured of a network; of a group of seeds, its first network."""

    entry: Entry
    robustness: Robustness


def read_all(comparison: Comparison) -> tuple[Sturdiness, ...]:
    """The chosen networks of which curves are known; of one that is being measured, those that are ready."""
    found = []
    for entry in comparison.entries:
        weights = entry.first.weights
        known = read_robustness(weights, comparison.key.dataset, partial=True) if weights else None
        if known is not None:
            found.append(Sturdiness(entry, known))
    return tuple(found)


def not_measured(comparison: Comparison) -> tuple[Entry, ...]:
    """The chosen networks that could be measured, and were not, or not in full."""
    done = {each.entry.token for each in read_all(comparison) if each.robustness.is_complete}
    return tuple(
        entry
        for entry in comparison.entries
        if entry.token not in done and entry.first.weights is not None and entry.state in ("shipped", "finished")
    )


def kinds(comparison: Comparison) -> tuple[Corruption, ...]:
    """The corruptions that make sense for the pictures of this data set."""
    return corruptions_for(_n_channels(comparison.key.dataset))


def n_to_read(comparison: Comparison) -> int:
    """Pictures that one network has to read, at all strengths of all corruptions."""
    n_channels = _n_channels(comparison.key.dataset)
    return comparison.key.n * (1 + sum(len(each.strengths(n_channels)) - 1 for each in kinds(comparison)))


def estimate_s(entry: Entry, n_pictures: int) -> float | None:
    """About how long a network needs for so many pictures: from its measured speed, or from that of its training."""
    member = entry.first
    latency = read_latency(member.weights) if member.weights else None
    if latency is not None:
        return n_pictures / latency.images_per_s
    if member.card is None or member.card.images_per_s <= 0:
        return None
    return n_pictures * FORWARD_SHARE / member.card.images_per_s


@lru_cache(maxsize=64)
def example_pictures(key: AnswerKey, corruption: str, *, place: int = 0) -> npt.NDArray[np.uint8]:
    """One test picture at each strength of a corruption, (strengths, C, H, W) uint8.

    Args:
        key: of the test pictures.
        corruption: key of the corruption.
        place: which picture; past the last, it begins again.

    Raises:
        DataError: the data set is not on this machine.
    """
    n_channels = _n_channels(key.dataset)
    kind = get_corruption(corruption)
    picture = load_pictures(key, [place % key.n])
    return np.concatenate([corrupt(picture, kind, strength) for strength in kind.strengths(n_channels)])


def tell(found: Sequence[Sturdiness]) -> str:
    """What it comes to, in plain sentences without mark-up; empty where nothing is measured in full."""
    if not (whole := in_full(found)):
        return ""
    best, worst = whole[0], whole[-1]
    loses = max(best.robustness.curves, key=lambda curve: best.robustness.clean - curve.mean)
    title = get_corruption(loses.corruption).title
    first = f"{best.entry.title} reads {_percent(best.robustness.mean)} of the changed pictures"
    if worst is not best:
        first += f", {worst.entry.title} {_percent(worst.robustness.mean)}"
    return f"{first}. {best.entry.title} loses most to {title.lower()}, where it reads {_percent(loses.mean)}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _n_channels(dataset: str) -> int:
    return get_dataset_spec(dataset).image_shape[0]


def in_full(found: Sequence[Sturdiness]) -> tuple[Sturdiness, ...]:
    """Those of which every curve is known, the sturdiest first."""
    whole = [each for each in found if each.robustness.is_complete]
    return tuple(sorted(whole, key=lambda each: -each.robustness.mean))


def draw_means(found: Sequence[Sturdiness]) -> go.Figure:
    """Accuracy on pictures as they are and on changed ones, the sturdiest network first."""
    return robustness_means(
        [MeanPair(**_named(e), clean=e.robustness.clean, changed=e.robustness.mean) for e in in_full(found)]
    )


def draw_change(found: Sequence[Sturdiness], kind: Corruption) -> go.Figure | None:
    """Accuracy at each strength of one change; the same axis for all changes. None where it is not measured yet."""
    curves = [(each, curve) for each in found if (curve := each.robustness.curve(kind.key)) is not None]
    if not curves:
        return None
    least = min(value for each in found for curve in each.robustness.curves for value in curve.accuracies)
    lines = [RobustnessLine(**_named(each), accuracies=curve.accuracies) for each, curve in curves]
    return robustness_chart(lines, [kind.text(strength) for strength in curves[0][1].strengths], low=ROOM * least)


def _named(each: Sturdiness) -> dict[str, str]:
    return {"name": each.entry.title, "colour": each.entry.colour, "dash": each.entry.dash}
