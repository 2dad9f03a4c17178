"""Series in the store: made as a whole, advanced by one caller of many, stopped, taken up and deleted."""

import threading

import pytest
from sqlalchemy import func, select, update

from cnnplay.errors import ConfigError, InputError
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.database import Database
from cnnplay.runs.place import this_place
from cnnplay.runs.schema import jobs, runs
from cnnplay.runs.series import SeriesStore, with_validation
from cnnplay.runs.series_advance import advance
from cnnplay.runs.series_records import DIED_TOO_OFTEN, MOST_STARTS, best_of, is_under_way
from cnnplay.runs.series_space import Choice, Range, Space
from cnnplay.runs.store import RunStore
from cnnplay.settings import HOME_VARIABLE

from .conftest import point, quick
from .workers import let_time_pass

SPACE = Space((Range("lr", 0.001, 1.0), Choice("batch_size", (32, 64, 128))))


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """The files of these runs would be in a folder of the test's own."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def series_store(store):
    return SeriesStore(store)


def make_sweep(series_store, n_runs=10, **changes):
    return series_store.create_sweep(quick(val_size=400, **changes), SPACE, n_runs, name="Sweep")


def ask(store, *, n_slots=1):
    return advance(store.database, place=this_place(), n_slots=n_slots)


def take(store, *, n_slots=1):
    return ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=n_slots))


def finish(claimed, value):
    """As a worker ends a run, that read so much of the pictures kept out after its two epochs."""
    claimed.attach(step=0, n_steps=20)
    for step, val in ((10, value - 0.1), (20, value)):
        claimed.add_metrics([point(step, kind="epoch", val_accuracy=val)])
    claimed.end("finished", accuracy=value)


def do_runs(store, values):
    for value in values:
        assert ask(store)
        finish(take(store), value)


def test_seeds_are_queued_at_once_and_in_order(store, series_store):
    series = series_store.create_seeds(quick(seed=7), 3, name="Three")
    trials = series_store.trials(series.id)
    assert [(t.number, t.run.train_config.seed, t.run.state) for t in trials] == [
        (0, 7, "queued"), (1, 8, "queued"), (2, 9, "queued")
    ]  # fmt: skip
    assert trials[0].run.train_config == quick(seed=7)
    assert store.count_waiting(this_place()) == 3
    assert store.list_runs(alone=True) == ()
    assert not ask(store)
    assert series_store.list_series() == (series,)
    assert series_store.count_states([series.id]) == {series.id: {"queued": 3}}


@pytest.mark.parametrize("n", [1, 21])
def test_too_few_or_too_many_runs_are_refused(series_store, n):
    with pytest.raises(ConfigError, match="has 2 to 20 runs"):
        series_store.create_seeds(quick(), n, name="x")
    assert series_store.list_series() == ()


def test_a_sweep_needs_pictures_to_choose_by(series_store):
    with pytest.raises(ConfigError, match="val_size is 0"):
        series_store.create_sweep(quick(), SPACE, 5, name="x")
    fitted = with_validation(quick(test_every_epoch=True), 4000)
    assert (fitted.val_size, fitted.test_every_epoch) == (400, False)
    assert with_validation(quick(val_size=7), 4000).val_size == 7


def test_a_sweep_makes_one_run_after_the_other_and_the_first_is_the_form_itself(store, series_store):
    series = make_sweep(series_store, n_runs=3, lr=0.02, batch_size=64)
    assert ask(store)
    assert not ask(store)  # one waits already
    (first,) = series_store.trials(series.id)
    assert first.params == {"lr": 0.02, "batch_size": 64}
    claimed = take(store)
    assert not ask(store)  # no slot is free
    finish(claimed, 0.8)
    do_runs(store, [0.9, 0.7])
    assert not ask(store)
    trials = series_store.trials(series.id)
    assert [trial.value for trial in trials] == [0.8, 0.9, 0.7]
    assert all(0.001 <= trial.params["lr"] <= 1 for trial in trials)
    assert [trial.run.train_config.lr for trial in trials] == [trial.params["lr"] for trial in trials]
    assert best_of(trials).number == 1
    assert not is_under_way(series_store.get(series.id), trials)


def test_the_same_sweep_asks_the_same(store, series_store):
    asked = []
    for _ in range(2):
        series = make_sweep(series_store, n_runs=4)
        do_runs(store, [0.5, 0.6, 0.7, 0.8])
        asked.append([trial.params for trial in series_store.trials(series.id)])
    assert asked[0] == asked[1]
    assert len({params["lr"] for params in asked[0]}) == 4


def test_of_many_callers_at_once_one_makes_the_next_run(url, store, series_store):
    series = make_sweep(series_store, n_runs=2)
    do_runs(store, [0.5])
    callers = [RunStore(Database(url)) for _ in range(4)]
    barrier, found = threading.Barrier(len(callers)), []

    def call(caller):
        barrier.wait()
        found.append(ask(caller, n_slots=9))

    threads = [threading.Thread(target=call, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert [trial.number for trial in series_store.trials(series.id)] == [0, 1]
    assert series_store.get(series.id).n_made == 2
    for caller in callers:
        caller.close()


def test_with_two_slots_two_runs_train_at_once(store, series_store):
    series = make_sweep(series_store)
    assert ask(store, n_slots=2)
    take(store, n_slots=2)
    assert ask(store, n_slots=2)
    take(store, n_slots=2)
    assert not ask(store, n_slots=2)
    first, second = series_store.trials(series.id)
    assert first.params != second.params


def test_what_waits_goes_before_a_sweep(store, series_store):
    series = make_sweep(series_store)
    store.create(quick(), place=this_place())
    assert not ask(store, n_slots=2)
    assert series_store.trials(series.id) == ()


def test_failed_runs_are_passed_over_and_three_in_a_row_stop_the_sweep(store, series_store):
    series = make_sweep(series_store)
    for outcome in ("failed", "failed", "finished", "failed", "failed", "failed"):
        assert ask(store)
        claimed = take(store)
        if outcome == "finished":
            finish(claimed, 0.9)
        else:
            claimed.end("failed", error="The disk is full.")
    assert ask(store)
    stopped = series_store.get(series.id)
    assert stopped.error == "It stopped itself: 3 runs failed one after the other. The last one: The disk is full."
    assert not stopped.makes_more
    assert not ask(store)
    assert len(series_store.trials(series.id)) == 6
    series_store.go_on(series.id)
    assert store.count_waiting(this_place()) == 5
    assert series_store.get(series.id).makes_more


def test_a_run_stopped_by_hand_leaves_the_sweep_going(store, series_store):
    series = make_sweep(series_store)
    assert ask(store)
    claimed = take(store)
    store.stop(claimed.claim.run_id)
    claimed.end("interrupted")
    assert ask(store)
    assert [trial.outcome for trial in series_store.trials(series.id)] == ["stopped", "running"]


def test_stop_all_stops_what_waits_and_what_trains_and_go_on_takes_it_up(store, series_store):
    series = series_store.create_seeds(quick(), 3, name="Three")
    claimed = take(store)
    stopped = series_store.stop(series.id)
    assert stopped.stopped_at is not None
    assert [t.run.state for t in series_store.trials(series.id)] == ["stopping", "interrupted", "interrupted"]
    claimed.end("interrupted")
    assert not is_under_way(stopped, series_store.trials(series.id))
    series_store.go_on(series.id)
    assert [t.run.state for t in series_store.trials(series.id)] == ["queued"] * 3


def test_a_dead_workers_run_is_taken_up_but_not_for_ever(store, series_store):
    series = make_sweep(series_store)
    assert ask(store)
    for _ in range(MOST_STARTS):
        run_id = take(store).claim.run_id
        let_time_pass(store, run_id)
        (trial,) = series_store.trials(series.id)
        assert (trial.run.state, trial.outcome) == ("interrupted", "running")
        assert ask(store)
    (trial,) = series_store.trials(series.id)
    assert (trial.run.error, trial.outcome) == (DIED_TOO_OFTEN, "failed")
    assert ask(store)
    assert len(series_store.trials(series.id)) == 2


def test_a_series_is_deleted_with_its_runs_and_comes_back_with_them(store, series_store):
    series = make_sweep(series_store, n_runs=5)
    do_runs(store, [0.5, 0.6, 0.7])
    gone = series_store.trials(series.id)[1].run
    store.delete(gone.id)
    assert [trial.number for trial in series_store.trials(series.id)] == [0, 2]
    series_store.delete(series.id)
    assert (series_store.list_series(), store.list_runs()) == ((), ())
    assert [trial.number for trial in series_store.trials(series.id)] == [0, 2]
    assert not ask(store)
    series_store.undelete(series.id)
    assert [trial.number for trial in series_store.trials(series.id)] == [0, 2]
    assert store.get(gone.id).deleted_at is not None
    assert not ask(store)  # it stands still until somebody says so
    series_store.go_on(series.id)
    assert ask(store)
    assert [trial.number for trial in series_store.trials(series.id)] == [0, 2, 3]


def test_a_deleted_series_is_purged_with_all_that_was_in_it(store, series_store):
    series = series_store.create_seeds(quick(), 2, name="Two")
    claimed = take(store)
    with pytest.raises(InputError, match="still trains"):
        series_store.delete(series.id)
    finish(claimed, 0.9)
    series_store.delete(series.id)
    assert len(store.purge_deleted(0)) == 2
    with pytest.raises(InputError, match="There is no series"):
        series_store.get(series.id)
    with store.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(jobs)) == 0


def test_it_has_a_name(series_store):
    series = series_store.create_seeds(quick(), 2, name="  Two   words ")
    assert series.name == "Two words"
    assert series_store.rename(series.id, "Other").name == "Other"
    with pytest.raises(InputError, match="A series's name has 1 to 200"):
        series_store.rename(series.id, " ")


def test_a_configuration_of_another_version_stops_its_sweep_and_nothing_else(store, series_store):
    from cnnplay.runs.schema import series as table

    series = make_sweep(series_store)
    with store.database.write() as connection:
        connection.execute(update(table).values(config={"model": "fc2", "dataset": "mnist-5k", "momentous": 1}))
    assert ask(store)
    assert "has no momentous" in series_store.get(series.id).error
    assert not ask(store)
    with store.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(runs)) == 0
