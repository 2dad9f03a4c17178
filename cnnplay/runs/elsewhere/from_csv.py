"""Reads the curves of runs from a CSV, of ours or of another tool's: all of it, or not a single point."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from cnnplay.errors import InputError
from cnnplay.runs.elsewhere.columns import (
    EPOCH_NUMBERS,
    FACTS,
    KEY,
    NORM_PREFIX,
    TRAIN_NUMBERS,
    VALUE,
    WALL_TIME,
    Columns,
    find_columns,
    find_field,
)

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1000
MAX_CONFIG_CHARS, MAX_CELL_CHARS = 20_000, 300
SINCE_1970_S = 1e8
"""A lower time of day is none: it counts from the start of the run."""
MS_SINCE_1970 = 1e11
BOUNDS: dict[str, tuple[float, float]] = {
    "step": (0, 2**31 - 1),
    "epoch": (0, 1e6),
    "elapsed_s": (0, 1e9),
    "loss": (-math.inf, math.inf),
    "accuracy": (0, 100),
    "lr": (0, 1e6),
    "images_per_s": (0, 1e9),
    "memory_bytes": (0, 2**53),
    "val_accuracy": (0, 100),
    "test_accuracy": (0, 100),
    WALL_TIME: (0, 1e14),
}
"""Of each number; accuracies may come in percent."""
WHOLE = ("step", "memory_bytes")
WHERE = ("step", "epoch", "elapsed_s", WALL_TIME)
"""Where a point lies; the rest is what was measured there."""
NORM_BOUNDS = (0.0, math.inf)
Cells = dict[str, str]


@dataclass
class Place:
    """All that the rows say of one run at one step, and the lines that say it."""

    numbers: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: float, line: int) -> None:
        """Takes a number over.

        Raises:
            InputError: another line has said something else.
        """
        known = self.numbers.setdefault(name, value)
        if name not in WHERE and known != value and not (math.isnan(known) and math.isnan(value)):
            raise InputError(
                f"Line {line} says {name} {value:g}, and line {self.lines[name]} says {known:g} for the same step. "
                "One file has one run, or a column run_id."
            )
        self.lines.setdefault(name, line)


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Attributes:
        columns: what was taken of it.
        facts: of each run, by its id in the file, which may be "": what its rows say about the run as a whole.
        places: of each run: for each kind and step, "" where a row says no kind, what is known there.
        left_out: names of a long table's numbers that are no field.
    """

    columns: Columns
    facts: Mapping[str, Mapping[str, str]]
    places: Mapping[str, Mapping[tuple[str, int], Place]]
    left_out: tuple[str, ...]


def read_table(content: bytes, given: Mapping[str, str]) -> Table:
    """Reads a whole file.

    Args:
        content: of the file.
        given: field of each column that the user has named.

    Raises:
        InputError: the file is too large or no table, a column that is needed is missing, or a cell cannot be read;
            with the number of its line.
    """
    if len(content) > MAX_BYTES:
        raise InputError(f"The file has {len(content) / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB is the most.")
    rows = _rows(content)
    header = _header(rows)
    if len(header) > MAX_COLUMNS:
        raise InputError(f"The file has {len(header):,} columns; {MAX_COLUMNS:,} is the most.")
    columns = find_columns(header, given)
    _check_columns(columns)
    facts: dict[str, dict[str, str]] = {}
    places: dict[str, dict[tuple[str, int], Place]] = {}
    left_out: dict[str, None] = {}
    for line, row in rows:
        if len(row) > len(header):
            raise InputError(f"Line {line} has {len(row)} cells, and the first line {len(header)} columns.")
        cells = _cells(columns, row, line)
        if (key := cells.pop(KEY, None)) is not None:
            left_out[key] = None
        run_id = cells.get("run_id", "")
        _take_facts(facts.setdefault(run_id, {}), cells, line)
        numbers = {name: _number(name, text, line) for name, text in cells.items() if name not in (*FACTS, "kind")}
        if numbers.keys() - set(WHERE):
            place = places.setdefault(run_id, {}).setdefault((_kind(cells, line), _step(numbers, line)), Place())
            for name, number in numbers.items():
                place.put(name, number, line)
    if not places:
        raise InputError("The file has no point of any curve. A row needs a step and a loss or an accuracy.")
    return Table(columns, facts, places, tuple(left_out))


def read_header(content: bytes) -> list[str]:
    """Names of the columns of a file.

    Raises:
        InputError: the file is empty or no table.
    """
    return _header(_rows(content))


def _header(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    _, header = next(rows, (0, []))
    if not header:
        raise InputError("The file is empty. Give a CSV whose first line names its columns.")
    return header


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"Line {line} is not text in UTF-8. Save the file as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        n_rows = 0
        for row in reader:
            if any(cell.strip() for cell in row):
                n_rows += 1
                if n_rows > MAX_ROWS + 1:
                    raise InputError(f"The file has more than {MAX_ROWS:,} rows, which is the most. Thin it out.")
                yield reader.line_num, row
    except csv.Error as error:
        raise InputError(f"Line {reader.line_num} is not CSV ({error}).") from None


def _check_columns(columns: Columns) -> None:
    found = set(columns.taken.values())
    has = ", ".join(repr(name[:40]) for name in islice(columns.names, 12))
    if VALUE in found and KEY not in found:
        name = next(name for name, each in columns.taken.items() if each == VALUE)
        raise InputError(f"Column {name!r} does not say of what. Say it: --column {name}=loss, or =val_accuracy.")
    if not found & {"step", "epoch"}:
        raise InputError(f"No column is a step or an epoch. The file has {has}. Name one: --column NAME=step.")
    if not any(name in (*TRAIN_NUMBERS, *EPOCH_NUMBERS, VALUE) for name in found):
        raise InputError(f"No column is a loss or an accuracy. The file has {has}. Name one: --column NAME=loss.")


def _cells(columns: Columns, row: list[str], line: int) -> Cells:
    """What is written in a row, by field; a long table's one number under its own name, if it is a field."""
    cells = {name: cell.strip() for name, cell in zip(columns.fields, row, strict=False) if name and cell.strip()}
    for name, cell in cells.items():
        most = MAX_CONFIG_CHARS if name == "config" else MAX_CELL_CHARS
        if len(cell) > most:
            raise InputError(f"Line {line} has a {name} of {len(cell):,} characters; {most:,} is the most.")
    value = cells.pop(VALUE, None)
    if value is not None and (own := find_field(cells.get(KEY, ""))) and own not in FACTS:
        del cells[KEY]
        cells[own] = value
    return cells


def _take_facts(facts: dict[str, str], cells: Cells, line: int) -> None:
    for name in FACTS:
        if name in cells and facts.setdefault(name, cells[name]) != cells[name]:
            raise InputError(
                f"Line {line} says {name} {cells[name][:60]!r}, and a line before says {facts[name][:60]!r}. "
                "Several runs in one file need a column run_id."
            )


def _kind(cells: Cells, line: int) -> str:
    kind = cells.get("kind", "")
    if kind not in ("", "train", "epoch"):
        raise InputError(f"Line {line} says kind {kind[:40]!r}. It must be train, epoch or nothing.")
    return kind


def _step(numbers: dict[str, float], line: int) -> int:
    """Epochs count as steps where a file has no steps."""
    step = numbers.get("step", numbers.get("epoch", math.nan))
    if math.isnan(step) or step != int(step):
        raise InputError(f"Line {line} has no step. Each row needs one: a whole number from 0.")
    return int(step)


def _number(name: str, text: str, line: int) -> float:
    """The number in a cell; NaN where a tool wrote that it is none."""
    try:
        value = float(text) if name != WALL_TIME else _time_of_day(text)
    except (ValueError, OverflowError, OSError):
        raise InputError(f"Line {line} says {name} {text[:40]!r}, which is no number.") from None
    low, high = NORM_BOUNDS if name.startswith(NORM_PREFIX) else BOUNDS[name]
    if name not in ("step", "epoch", "elapsed_s") and not math.isfinite(value):
        return math.nan
    if not low <= value <= high or (name in WHOLE and value != int(value)):
        kind = "a whole number" if name in WHOLE else "a number"
        raise InputError(f"Line {line} says {name} {text[:40]}. It must be {kind} from {low:g} to {high:g}.")
    return value


def _time_of_day(text: str) -> float:
    """Seconds since 1970 of a date and time as ISO 8601 writes it; a number as it is."""
    is_date = re.match(r"\d{4}-\d\d-\d\d", text)
    return datetime.fromisoformat(text).timestamp() if is_date else float(text)
