"""A whole comparison as one document: what was compared, what was found, how sure that is, and where it comes from."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from cnnplay import __version__
from cnnplay.comparison.entries import Entry
from cnnplay.comparison.leaderboard import Row
from cnnplay.comparison.report_document import Part, Report, Table
from cnnplay.comparison.report_parts import PARTS, make_summary
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.table import NAME, make_table, make_words
from cnnplay.data.catalog import get_dataset_spec
from cnnplay.models.card import Card
from cnnplay.training.config import flatten

TOLD = ("model", "dataset", "seed")
"""Settings that the other tables tell already."""


def make_report(comparison: Comparison, rows: Sequence[Row]) -> Report:
    """Puts together all that the Compare page shows of the chosen networks.

    Args:
        comparison: of the chosen networks.
        rows: theirs, in the order of the leaderboard.
    """
    dataset = get_dataset_spec(comparison.key.dataset)
    summary = make_summary(comparison, rows)
    parts = [*([summary] if summary else []), _leaderboard(rows)]
    parts += [part for make in PARTS if (part := make(comparison, rows)) is not None]
    return Report(
        title=f"{len(rows)} networks on {dataset.title}",
        facts={
            "Data set": f"{dataset.title}, {comparison.key.n:,} test pictures, {len(comparison.key.classes)} classes",
            "Source of the data": dataset.citation or dataset.source,
            "Made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "Made with": f"cnnplay {__version__}, Python {platform.python_version()}, PyTorch {version('torch')}",
        },
        colours={row.entry.title: (row.entry.colour, row.entry.dash) for row in rows},
        parts=(*parts, _provenance(rows)),
    )


def _leaderboard(rows: Sequence[Row]) -> Part:
    values, words = make_table(rows), make_words(rows)
    figures = [name for name in words.columns if words[name].any()]
    return Part(title="Leaderboard", tables=(Table(title="Leaderboard", values=values, words=words[figures]),))


def _provenance(rows: Sequence[Row]) -> Part:
    """How each network came about: in full where they differ, in a sentence where they do not."""
    cards = [(row.entry, member.card) for row in rows for member in row.entry.members[:1] if member.card]
    origins = pd.DataFrame([_origin(entry, card) for entry, card in cards])
    settings = [flatten(card.config) for _, card in cards]
    names = [name for name in dict.fromkeys(name for each in settings for name in each) if name not in TOLD]
    shared = {name for name in names if len({repr(each.get(name)) for each in settings}) == 1}
    differing = pd.DataFrame(
        [
            {NAME: entry.title, **{name: _text(each.get(name)) for name in names if name not in shared}}
            for (entry, _), each in zip(cards, settings, strict=True)
        ]
    )
    alike = ", ".join(f"{name} {_text(settings[0].get(name))}" for name in names if name in shared) if settings else ""
    return Part(
        title="Where it comes from",
        sentences=(f"The same for all: {alike}.",) if alike and len(cards) > 1 else (),
        tables=(
            Table(title="Provenance", values=origins),
            *([Table(title="Settings that differ", values=differing)] if len(cards) > 1 else []),
        ),
    )


def _origin(entry: Entry, card: Card) -> dict[str, Any]:
    names = ("recipe", "seed", "hardware", "precision", "torch_version", "trained_at", "code_version", "data_hash")
    seeds = ", ".join(str(member.seed) for member in entry.members)
    facts = {name.replace("_", " ").capitalize(): _text(getattr(card, name)) for name in names}
    return {NAME: entry.title, **facts, "Seed": seeds, "Id": ", ".join(member.id for member in entry.members)}


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "-" if value is None else str(value)
