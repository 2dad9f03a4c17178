"""Keeps series going: whoever has a free slot and nothing that waits makes the next run of a sweep.

Any process may do it, and several at once: the worker that ends a run, the page, the command line. What a run gets is
thought out without a lock. Then the queue is locked, and the sweep counts its runs on in the same statement that checks
the count: of two who thought of the same run, one makes it.
"""

from sqlalchemy import ColumnElement, Connection, func, select, update

from cnnplay.errors import CnnplayError
from cnnplay.runs.database import Database
from cnnplay.runs.origin import parent_of
from cnnplay.runs.queueing import enqueue, insert_run
from cnnplay.runs.schema import jobs, runs, series
from cnnplay.runs.series_records import DIED_TOO_OFTEN, MOST_STARTS, Series, Trial, series_from_row
from cnnplay.runs.series_rows import halt_series, read_trials, run_name
from cnnplay.runs.series_space import Space, apply
from cnnplay.runs.series_study import suggest
from cnnplay.runs.transitions import DEAD_WORKER, move

MOST_FAILURES = 3
"""So many failed runs one after the other stop a sweep: the next would fail as well."""


def advance(database: Database, *, place: str, n_slots: int) -> bool:
    """Puts the next run into the queue, if a slot is free and nothing waits: of a dead worker's runs, or of a sweep.

    Args:
        database: of the run store.
        place: where the files of the series have to be.
        n_slots: how many runs may be worked on at a time.

    Returns:
        Whether something changed, so that it is worth while to look into the queue and to call again.

    Raises:
        StoreError: the store cannot be used.
    """
    with database.read() as connection:
        if not _has_room(connection, place, n_slots):
            return False
        dead, sweep = _dead_run(connection, place), _open_sweep(connection, place)
        trials = read_trials(connection, sweep.id) if sweep else ()
    if dead is not None:
        with database.write(locks_queue=True) as connection:
            _take_up(connection, dead, place, database.now(connection))
        return True
    if sweep is None or sweep.space is None:
        return False
    if reason := _why_stop(trials):
        with database.write(locks_queue=True) as connection:
            halt_series(connection, sweep.id, database.now(connection), error=reason)
        return True
    return _make_next(database, sweep, sweep.space, trials, n_slots=n_slots)


def _has_room(connection: Connection, place: str, n_slots: int) -> bool:
    """Whether a slot is free, and nothing waits for it."""
    is_open = (jobs.c.place == place) & jobs.c.ended_at.is_(None)
    slots = connection.execute(select(jobs.c.slot).where(is_open)).scalars().all()
    used = [slot for slot in slots if slot is not None]
    return len(used) == len(slots) and sum(slot < n_slots for slot in used) < n_slots


def _dead_run(connection: Connection, place: str) -> str | None:
    """The oldest run of a series whose worker ended without a word."""
    goes_on = series.c.stopped_at.is_(None) & series.c.deleted_at.is_(None) & (series.c.place == place)
    query = select(runs.c.id).join(series, series.c.id == runs.c.series_id).where(goes_on, _is_dead())
    return connection.scalar(query.order_by(runs.c.created_at).limit(1))


def _is_dead() -> ColumnElement[bool]:
    return (runs.c.state == "interrupted") & (runs.c.error == DEAD_WORKER) & runs.c.deleted_at.is_(None)


def _take_up(connection: Connection, run_id: str, place: str, now: float) -> None:
    n_starts = connection.scalar(select(func.count()).select_from(jobs).where(jobs.c.run_id == run_id)) or 0
    if n_starts >= MOST_STARTS:
        connection.execute(update(runs).where(runs.c.id == run_id, _is_dead()).values(error=DIED_TOO_OFTEN))
    elif move(connection, run_id, "queued", where=_is_dead(), worker=None, error=None, finished_at=None):
        enqueue(connection, run_id, place, now)


def _open_sweep(connection: Connection, place: str) -> Series | None:
    """The oldest that is to make more runs."""
    goes_on = series.c.stopped_at.is_(None) & series.c.deleted_at.is_(None) & (series.c.n_made < series.c.n_runs)
    query = select(series).where(goes_on, series.c.place == place).order_by(series.c.created_at, series.c.id).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else series_from_row(row)


def _why_stop(trials: tuple[Trial, ...]) -> str | None:
    last = [trial for trial in trials if trial.outcome != "running"][-MOST_FAILURES:]
    if len(last) < MOST_FAILURES or any(trial.outcome != "failed" for trial in last):
        return None
    return f"It stopped itself: {MOST_FAILURES} runs failed one after the other. The last one: {last[-1].run.error}"


def _make_next(database: Database, sweep: Series, space: Space, trials: tuple[Trial, ...], *, n_slots: int) -> bool:
    number = sweep.n_made
    try:
        config = sweep.train_config
        params = suggest(space, trials, first=space.start(config), seed=config.seed, number=number)
        config = apply(config, params)
    except CnnplayError as error:
        with database.write(locks_queue=True) as connection:
            halt_series(connection, sweep.id, database.now(connection), error=str(error))
        return True
    with database.write(locks_queue=True) as connection:
        if not _has_room(connection, sweep.place, n_slots):
            return False
        is_next = (series.c.id == sweep.id) & (series.c.n_made == number) & series.c.stopped_at.is_(None)
        counted = update(series).where(is_next, series.c.deleted_at.is_(None)).values(n_made=number + 1)
        if connection.execute(counted).rowcount == 1:
            own = {"series_id": sweep.id, "number": number, "params": params, "parent_id": parent_of(config)}
            now, name = database.now(connection), run_name(sweep.name, f"run {number + 1}")
            insert_run(connection, config, now=now, place=sweep.place, name=name, **own)
    return True
