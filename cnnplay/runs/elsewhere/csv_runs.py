"""Runs that come as CSV: their curves become finished runs in the store. What a file says is shown, not measured."""

import json
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from cnnplay.data.catalog import DATASETS
from cnnplay.data.own import is_own_key
from cnnplay.errors import InputError
from cnnplay.runs.elsewhere.columns import EPOCH_NUMBERS, NORM_PREFIX, TRAIN_NUMBERS, WALL_TIME
from cnnplay.runs.elsewhere.from_csv import MAX_BYTES, MS_SINCE_1970, SINCE_1970_S, Place, Table, read_table
from cnnplay.runs.elsewhere.to_csv import FORMULA_SIGNS
from cnnplay.runs.imported import finished_row, tidy_name
from cnnplay.runs.records import IMPORTED, Metric, Run, metric_to_row
from cnnplay.runs.schema import metrics, runs
from cnnplay.runs.store import RunStore
from cnnplay.training.config import BOUNDS, TrainConfig

MAX_RUNS = 100
MAX_WORD_CHARS = 64
MOST_AS_SHARE = 1.5
"""An accuracy above it is in percent; between 1 and this nobody can tell."""
ACCURACIES = ("accuracy", *EPOCH_NUMBERS)
Places = Mapping[tuple[str, int], Place]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the user says of the runs; each goes before what the file says.

    Attributes:
        name: of the run, where the file has one run.
        model, dataset, recipe, seed: what was trained, on what and how; the model need not be one of ours.
        config: further settings of `TrainConfig`.
        columns: field of each column that is not known by its name.
    """

    name: str | None = None
    model: str | None = None
    dataset: str | None = None
    recipe: str | None = None
    seed: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What came of a file.

    Attributes:
        runs: in the store.
        taken: field of each column that was taken, by its name in the file.
        left_out: the others, and the names in a long table that are no field.
        notes: what was made of the numbers, in sentences.
    """

    runs: tuple[Run, ...]
    taken: Mapping[str, str]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def import_csv(path: Path, store: RunStore, said: Said | None = None) -> Arrived:
    """Keeps the curves of a CSV as finished runs, all of them or none.

    Args:
        path: of the file.
        store: gets the runs.
        said: what the file does not say.

    Raises:
        InputError: the file cannot be read, or does not hold the curves of runs; in a sentence with the line.
        ConfigError: a setting that no run can have.
        StoreError: the store cannot be written.
    """
    said = said or Said()
    table = read_table(_read(path), said.columns)
    n_runs = len(table.places)
    if n_runs > MAX_RUNS:
        raise InputError(f"The file has {n_runs:,} runs; {MAX_RUNS} is the most.")
    if said.name is not None and n_runs > 1:
        raise InputError(f"The file has {n_runs} runs. Leave the name out: they have their own.")
    percent = _in_percent(table)
    rows, points = [], []
    with store.database.write() as connection:
        now = store.database.now(connection)
        for run_id, places in table.places.items():
            row, its_points = _run_of(table.facts[run_id], places, said, percent, stem=path.stem, now=now)
            rows.append(row)
            points += [{"run_id": row["id"], **metric_to_row(point)} for point in its_points]
        connection.execute(insert(runs), rows)
        connection.execute(insert(metrics), points)
    return Arrived(
        runs=tuple(store.get(row["id"]) for row in rows),
        taken=table.columns.taken,
        left_out=(*table.columns.left_out, *table.left_out),
        notes=_notes(table, percent),
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} has {path.stat().st_size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB is the most.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}). Give a CSV file.") from error


def _in_percent(table: Table) -> frozenset[str]:
    percent = set()
    for name in ACCURACIES:
        values = [place.numbers.get(name, 0.0) for places in table.places.values() for place in places.values()]
        most = max((value for value in values if not math.isnan(value)), default=0.0)
        if 1 < most <= MOST_AS_SHARE:
            raise InputError(f"The highest {name} is {most:g}, neither a share up to 1 nor in percent. Mend the file.")
        if most > MOST_AS_SHARE:
            percent.add(name)
    return frozenset(percent)


def _run_of(
    facts: Mapping[str, str], places: Places, said: Said, percent: frozenset[str], *, stem: str, now: float
) -> tuple[dict[str, Any], list[Metric]]:
    """A row of the table of runs, and the points."""
    began, points = make_points(places, percent)
    last = points[-1]
    config = _config_of(facts, said)
    row = finished_row(
        str(uuid.uuid4()),
        config,
        name=tidy_name(said.name or _words(facts, "name") or stem),
        now=now,
        step=last.step,
        epoch=last.epoch,
        epochs=last.epoch,
        accuracy=_fact(facts, "final_accuracy", 1.0),
    )
    started_at = _fact(facts, "started_at", MS_SINCE_1970)
    row["started_at"] = began if started_at is None else started_at
    finished_at = _fact(facts, "finished_at", MS_SINCE_1970)
    if finished_at is None and row["started_at"] is not None:
        finished_at = row["started_at"] + last.elapsed_s
    row["finished_at"] = now if finished_at is None else finished_at
    return row, points


def make_points(places: Places, percent: frozenset[str] = frozenset()) -> tuple[float | None, list[Metric]]:
    """The points of a run's curves in the order of the store, and when it began, where that is known.

    A row that says no kind is a point of the training if it tells of that, and one of an epoch if it has an accuracy of
    other pictures.

    Args:
        places: what was measured, by kind and step.
        percent: names of the accuracies that are not shares.

    Raises:
        InputError: two points of one kind and step.
    """
    walls = [place.numbers[WALL_TIME] for place in places.values() if WALL_TIME in place.numbers]
    scale = 1000.0 if walls and max(walls) > MS_SINCE_1970 else 1.0
    first = min(walls, default=0.0) / scale
    began = first if first > SINCE_1970_S else None
    found: dict[tuple[int, str], Metric] = {}
    before = {"epoch": 0.0, "elapsed_s": 0.0}
    for (said, step), place in sorted(places.items(), key=lambda item: item[0][1]):
        numbers = dict(place.numbers)
        if (wall := numbers.pop(WALL_TIME, None)) is not None:
            numbers.setdefault("elapsed_s", wall / scale - (first if began is not None else 0.0))
        numbers = before | numbers
        before = {name: numbers[name] for name in before}
        for kind in (said,) if said else _kinds(numbers):
            if (step, kind) in found:
                raise InputError(f"Step {step} has two points of kind {kind}. Leave one out.")
            found[step, kind] = _point(kind, step, numbers, percent)
    return began, [found[key] for key in sorted(found, key=lambda key: (key[0], key[1] == "epoch"))]


def _kinds(numbers: Mapping[str, float]) -> list[str]:
    learns = any(name in TRAIN_NUMBERS or name.startswith(NORM_PREFIX) for name in numbers)
    return ["train"] * learns + ["epoch"] * any(name in EPOCH_NUMBERS for name in numbers)


def _point(kind: Any, step: int, numbers: Mapping[str, float], percent: frozenset[str]) -> Metric:
    values: dict[str, Any] = {name: None if math.isnan(number) else number for name, number in numbers.items()}
    for name in percent & values.keys():
        values[name] = None if values[name] is None else values[name] / 100
    norms = {name.removeprefix(NORM_PREFIX): values[name] for name in values if name.startswith(NORM_PREFIX)}
    norms = {layer: norm for layer, norm in norms.items() if norm is not None}
    accuracy = values.get("accuracy")
    memory = values.get("memory_bytes")
    of_kind = TRAIN_NUMBERS if kind == "train" else EPOCH_NUMBERS
    return Metric(
        kind=kind,
        step=step,
        epoch=values["epoch"],
        elapsed_s=values["elapsed_s"],
        loss=values.get("loss"),
        accuracy=math.nan if accuracy is None else accuracy,
        grad_norms=norms or None if kind == "train" else None,
        memory_bytes=int(memory) if memory is not None and kind == "train" else None,
        **{name: values.get(name) for name in of_kind if name not in ("loss", "accuracy", "memory_bytes")},
    )


def _config_of(facts: Mapping[str, str], said: Said) -> dict[str, Any]:
    """As much of a configuration as is known: a default that nobody chose would be a claim.

    Raises:
        InputError: the network or the data set is not known.
        ConfigError: a setting that does not exist, or one out of its bounds.
    """
    model, dataset = said.model or _words(facts, "model"), said.dataset or facts.get("dataset")
    known = ", ".join(DATASETS)
    if not model or not dataset:
        what = "network" if not model else "data set"
        raise InputError(f"The file does not say which {what} it is about. Give --model NAME and --dataset: {known}.")
    if dataset not in DATASETS and not is_own_key(dataset):
        raise InputError(f"The data set {dataset[:60]!r} is not known here. Give --dataset; known are: {known}.")
    values = {**_config_in(facts), **said.config}
    values |= {"model": _word("model", model), "dataset": dataset}
    recipe = said.recipe or _words(facts, "recipe") or values.get("recipe", IMPORTED)
    seed = _fact(facts, "seed", BOUNDS["seed"][1]) if said.seed is None else said.seed
    values |= {"recipe": _word("recipe", recipe)} | ({} if seed is None else {"seed": int(seed)})
    TrainConfig.from_json(values)  # it is one, as far as it goes
    return values


def _config_in(facts: Mapping[str, str]) -> dict[str, Any]:
    try:
        values = json.loads(facts.get("config", "{}"))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise InputError("The column config does not hold a table of settings in JSON. Leave it out.")
    return values


def _words(facts: Mapping[str, str], name: str) -> str | None:
    """A user's words; the apostrophe that keeps a spreadsheet from running them is not theirs."""
    words = facts.get(name)
    return words[1:] if words and words.startswith("'") and words[1:].startswith(FORMULA_SIGNS) else words


def _word(name: str, text: Any) -> str:
    """A word that can be a part of a file's name."""
    word = str(text)
    if not re.fullmatch(r"\w[\w .+()-]*", word) or len(word) > MAX_WORD_CHARS:
        raise InputError(
            f"The {name} {word[:MAX_WORD_CHARS]!r} cannot be. It has 1 to {MAX_WORD_CHARS} letters, digits, spaces, "
            "dots or dashes."
        )
    return word


def _fact(facts: Mapping[str, str], name: str, most: float) -> float | None:
    """A number about the run as a whole.

    Raises:
        InputError: it is none, or out of its bounds.
    """
    if name not in facts:
        return None
    try:
        value = float(facts[name])
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise InputError(f"{name} is {facts[name][:40]!r}. It must be a number from 0 to {most:g}.")
    return value


def _notes(table: Table, percent: frozenset[str]) -> tuple[str, ...]:
    found = set(table.columns.taken.values())
    notes = ["Accuracies were in percent."] if percent else []
    if "step" not in found:
        notes.append("There are no steps: epochs count as steps.")
    if "epoch" not in found:
        notes.append("There are no epochs: every point lies at epoch 0.")
    if not found & {"elapsed_s", WALL_TIME}:
        notes.append("There are no times: every point lies at 0 s.")
    return tuple(notes)
