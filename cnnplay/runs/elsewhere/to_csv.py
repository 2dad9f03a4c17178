"""Runs as one table: a row for each point of their curves, with every number to its last digit."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from cnnplay.errors import ExportError
from cnnplay.runs.elsewhere.columns import FACTS, NORM_PREFIX, POINT
from cnnplay.runs.reading import RunReader
from cnnplay.runs.records import Metric, Run

FORMULA_SIGNS = ("=", "+", "-", "@", "'", "\t", "\r")
"""A spreadsheet runs a cell that begins so; an apostrophe before it makes it text."""


def export_to_csv(store: RunReader, runs: Sequence[Run]) -> bytes:
    """The table in UTF-8; what `from_csv` reads back is the same to the last bit.

    Args:
        store: that the runs are in.
        runs: at least one.

    Raises:
        ExportError: a run has no point yet.
        StoreError: the store cannot be read.
    """
    points = {run.id: store.metrics(run.id) for run in runs}
    if empty := next((run for run in runs if not points[run.id]), None):
        raise ExportError(f"Run {empty.short_id} is {empty.state} and has no curves yet. Leave it out, or try later.")
    norms = [point.grad_norms for each in points.values() for point in each if point.grad_norms]
    norms.sort(key=len, reverse=True)  # where a norm is missing, its place in the network is not to be seen
    layers = tuple(dict.fromkeys(layer for each in norms for layer in each))
    content = io.StringIO()
    table = csv.writer(content, lineterminator="\n")
    table.writerow([*FACTS, *POINT, *(NORM_PREFIX + layer for layer in layers)])
    for run in runs:
        table.writerows(_rows(run, points[run.id], layers))
    return content.getvalue().encode()


def as_text(words: str) -> str:
    """A user's words for a cell: no spreadsheet takes them for a formula."""
    return f"'{words}" if words.startswith(FORMULA_SIGNS) else words


def _rows(run: Run, points: Sequence[Metric], layers: Sequence[str]) -> Iterator[list[Any]]:
    facts = _facts(run)
    for point in points:
        norms = point.grad_norms or {}
        yield [*facts, *(_cell(name, getattr(point, name)) for name in POINT), *(norms.get(layer) for layer in layers)]
        facts = [run.id, *[""] * (len(FACTS) - 1)]


def _facts(run: Run) -> list[Any]:
    config = json.dumps(dict(run.config), separators=(",", ":"))
    recipe = as_text(str(run.config.get("recipe", run.recipe)))
    known = (run.id, as_text(run.name), as_text(run.model), run.dataset, recipe, run.config.get("seed"), config)
    return [*known, run.started_at, run.finished_at, run.accuracy]


def _cell(name: str, value: Any) -> Any:
    if name == "loss" and value is None:
        return "nan"
    return None if isinstance(value, float) and math.isnan(value) else value
