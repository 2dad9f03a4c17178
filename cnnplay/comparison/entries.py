"""What can be compared on one data set: the shipped networks, the runs, and runs that differ in nothing but their seed.

Values only: whoever lists entries needs no torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cnnplay.errors import CheckpointError
from cnnplay.figures.template import COLOURS
from cnnplay.models.card import Card, checkpoint_files, is_shipped, read_card, shipped_files
from cnnplay.models.registry import list_specs
from cnnplay.models.spec import ModelSpec
from cnnplay.runs.records import Run
from cnnplay.runs.weights import USABLE, find_weights
from cnnplay.settings import run_dir
from cnnplay.training.config import flatten

DASHES = ("solid", "dash", "dot")
"""The first networks have the colours in solid lines, the next ones the same dashed."""
SEEDS_PREFIX = "seeds-"
GROUP_DIGEST_BYTES = 4
MOST_TOLD = 3
"""So many settings at most are part of a title."""
MIN_ID_CHARS = 8
"""Fewer characters of a run's id could be those of another one."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One trained network, or one that is in training.

    Attributes:
        id: registry key, or a run's full id.
        name: for people.
        seed: that its training began with.
        run: None for a shipped network.
        weights: None where a run has none yet.
        card: None while a run is in training, and where nobody wrote one.
    """

    id: str
    name: str
    seed: int
    run: Run | None
    weights: Path | None
    card: Card | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row of the leaderboard.

    Attributes:
        token: in an address: a registry key, the beginning of a run's id, or "seeds-" and a digest of what runs share.
        title: a registry key, a run's name, or what the runs of a group share.
        model, dataset, recipe: what was trained, on what and how.
        members: one, or several in the order of their seeds.
        state: "shipped", or where the run stands.
        colour, dash: of its lines and points in all charts, as Plotly names them.
    """

    token: str
    title: str
    model: str
    dataset: str
    recipe: str
    members: tuple[Member, ...]
    state: str
    colour: str = COLOURS[0]
    dash: str = DASHES[0]

    @property
    def first(self) -> Member:
        """Stands for the entry where pictures are looked at one by one."""
        return self.members[0]

    @property
    def is_group(self) -> bool:
        """Whether it stands for several seeds."""
        return len(self.members) > 1


def list_entries(dataset: str, runs: Sequence[Run] = ()) -> tuple[Entry, ...]:
    """All that can be compared on one data set: the shipped networks, then the runs, the oldest first.

    Args:
        dataset: its key.
        runs: those of the store, in any order; those of other data sets are passed over, and those that have not begun.
    """
    shipped = [_from_spec(spec) for spec in list_specs(dataset) if is_shipped(spec.key)]
    usable = [run for run in runs if run.dataset == dataset and run.state in USABLE]
    entries = [*shipped, *_from_runs(sorted(usable, key=lambda run: (run.created_at, run.id)))]
    return tuple(_in_colour(entry, at) for at, entry in enumerate(entries))


def _in_colour(entry: Entry, at: int) -> Entry:
    n = len(COLOURS)
    return replace(entry, colour=COLOURS[at % n], dash=DASHES[at // n % len(DASHES)])


def _from_spec(spec: ModelSpec) -> Entry:
    files = shipped_files(spec.key)
    card = find_card(files.card)
    member = Member(
        id=spec.key, name=spec.key, seed=card.seed if card else 0, run=None, weights=files.weights, card=card
    )
    return Entry(
        token=spec.key,
        title=spec.key,
        model=spec.key,
        dataset=spec.dataset,
        recipe=card.recipe if card else "",
        members=(member,),
        state="shipped",
    )


def _from_runs(runs: Sequence[Run]) -> list[Entry]:
    """An entry a run; finished runs that differ in their seed alone are one, at the place of the oldest."""
    groups: dict[str, dict[int, Run]] = {}
    alone: list[tuple[Run, ...]] = []
    for run in runs:
        seeds = groups.setdefault(_what_is_shared(run), {}) if run.state == "finished" else {}
        if run.state != "finished" or _seed(run) in seeds:  # the same seed again tells nothing about chance
            alone.append((run,))
        else:
            seeds[_seed(run)] = run
    together = [tuple(seeds[seed] for seed in sorted(seeds)) for seeds in groups.values()]
    sets = sorted((*alone, *together), key=lambda each: min((run.created_at, run.id) for run in each))
    groups_of = [each for each in sets if len(each) > 1]
    return [_from_run(each[0]) if len(each) == 1 else _from_seeds(each, groups_of) for each in sets]


def _from_run(run: Run) -> Entry:
    return Entry(
        token=run.short_id,
        title=run.name,
        model=run.model,
        dataset=run.dataset,
        recipe=run.recipe,
        members=(_member(run),),
        state=run.state,
    )


def _from_seeds(runs: Sequence[Run], groups: Sequence[Sequence[Run]]) -> Entry:
    """A group, named by what tells it from the other groups of the same network and recipe."""
    first = runs[0]
    like = [
        flatten(each[0].config) for each in groups if (each[0].model, each[0].recipe) == (first.model, first.recipe)
    ]
    mine = flatten(first.config)
    told = [name for name in mine if name != "seed" and any(each.get(name) != mine[name] for each in like)]
    settings = "".join(f", {name.rpartition('.')[2]} {_short(mine[name])}" for name in told[:MOST_TOLD])
    digest = blake2b(_what_is_shared(first).encode(), digest_size=GROUP_DIGEST_BYTES).hexdigest()
    return Entry(
        token=f"{SEEDS_PREFIX}{digest}",
        title=f"{first.model} {first.recipe}{settings}, {len(runs)} seeds",
        model=first.model,
        dataset=first.dataset,
        recipe=first.recipe,
        members=tuple(_member(run) for run in runs),
        state="finished",
    )


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _member(run: Run) -> Member:
    card = checkpoint_files(run_dir(run.id), run.model, run.dataset).card if run.state == "finished" else None
    return Member(
        id=run.id,
        name=run.name,
        seed=_seed(run),
        run=run,
        weights=find_weights(run),
        card=find_card(card) if card else None,
    )


def _seed(run: Run) -> int:
    return int(run.config.get("seed", 0))


def _what_is_shared(run: Run) -> str:
    return json.dumps({name: value for name, value in run.config.items() if name != "seed"}, sort_keys=True)


def find_card(path: Path) -> Card | None:
    """The card at a path, kept in memory; None where there is none, or a damaged one."""
    try:
        status = path.stat()
        return _read_card(path, status.st_mtime_ns)
    except (OSError, CheckpointError):
        return None


@lru_cache(maxsize=1024)
def _read_card(path: Path, _changed_at: int) -> Card:
    return read_card(path)


def find_entries(entries: Sequence[Entry], tokens: Sequence[str]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries of an address, in the order of the leaderboard, and the tokens that name none of them.

    Args:
        entries: of the leaderboard.
        tokens: as in `Entry.token`; the id of a run, whole or its beginning, finds the group that it is in as well.
    """
    found: Mapping[str, Entry | None] = {token: _find(entries, token) for token in tokens}
    wanted = {entry.token for entry in found.values() if entry is not None}
    return (
        tuple(entry for entry in entries if entry.token in wanted),
        tuple(token for token, entry in found.items() if entry is None),
    )


def _find(entries: Sequence[Entry], token: str) -> Entry | None:
    by_token = next((entry for entry in entries if entry.token == token), None)
    if by_token or len(token) < MIN_ID_CHARS:
        return by_token
    return next((entry for entry in entries if any(member.id.startswith(token) for member in entry.members)), None)
