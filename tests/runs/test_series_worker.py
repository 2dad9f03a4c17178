"""Sweeps in real worker processes: they go on by themselves, stop a hopeless run, and survive kill -9."""

import pytest
from sqlalchemy import update

from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.place import this_place
from cnnplay.runs.queueing import insert_run
from cnnplay.runs.schema import series as series_table
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_advance import advance
from cnnplay.runs.series_space import Range, Space
from cnnplay.runs.series_study import N_BEFORE_PRUNING
from cnnplay.runs.state_file import has_state
from cnnplay.settings import DATABASE_VARIABLE

from .conftest import point, quick
from .workers import (
    kill_worker,
    let_time_pass,
    log_of,
    needs_proc,
    store_of_this_test,
    wait_for_state,
    wait_until,
    worker_pid,
)

SPACE = Space((Range("lr", 0.001, 900.0),))


@pytest.fixture
def any_store(home, url, monkeypatch):
    """The same on both databases."""
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    with store_of_this_test() as store:
        yield store


def make_sweep(store, n_runs, **changes):
    return SeriesStore(store).create_sweep(quick(val_size=400, **changes), SPACE, n_runs, name="Sweep")


def finish_some(store, n):
    """So many runs of the sweep in which the network learned well, as workers would have left them."""
    for _ in range(n):
        assert advance(store.database, place=this_place(), n_slots=1)
        run_id = store.list_runs(limit=1)[0].id
        claimed = ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=1, run_id=run_id))
        claimed.attach(step=0, n_steps=20)
        for step in (10, 20):
            claimed.add_metrics([point(step, kind="epoch", val_accuracy=0.85)])
        claimed.end("finished", accuracy=0.85)


@needs_proc
class TestSweeps:
    @pytest.mark.parametrize("url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
    def test_killed_in_the_middle_it_goes_on_to_its_end_without_a_page(self, any_store):
        store, series_store = any_store, SeriesStore(any_store)
        series = make_sweep(store, 2, epochs=20, batch_size=32, lr=0.01)
        LocalExecutor(store).start_waiting()
        (first,) = series_store.trials(series.id)
        wait_until(lambda: store.get(first.run.id).step > 0, f"the first steps {log_of(first.run.id)}")
        kill_worker(first.run.id)
        let_time_pass(store, first.run.id)
        assert series_store.trials(series.id)[0].run.state == "interrupted"
        LocalExecutor(store).start_waiting()  # as the page does, or a command, or the server's next start
        wait_until(lambda: len(series_store.trials(series.id)) == 2, f"the second run {log_of(first.run.id)}")
        first, second = series_store.trials(series.id)
        assert (first.run.state, len(first.epochs)) == ("finished", 20)
        wait_for_state(store, second.run.id, "finished")
        wait_until(lambda: worker_pid(second.run.id) is None, "the last worker's end")
        assert [trial.outcome for trial in series_store.trials(series.id)] == ["finished", "finished"]

    def test_a_run_with_an_absurd_learning_rate_is_stopped_early_and_can_be_resumed(self, live_store):
        store, series_store = live_store, SeriesStore(live_store)
        series = make_sweep(store, N_BEFORE_PRUNING + 1, epochs=2)
        finish_some(store, N_BEFORE_PRUNING)
        absurd = quick(val_size=400, epochs=2, lr=900.0)
        with store.database.write(locks_queue=True) as connection:
            own = {"series_id": series.id, "number": N_BEFORE_PRUNING, "params": {"lr": 900.0}}
            run_id = insert_run(connection, absurd, now=2e9, place=this_place(), name="Absurd", **own)
            connection.execute(update(series_table).values(n_made=N_BEFORE_PRUNING + 1))
        LocalExecutor(store).start_waiting()
        ended = wait_for_state(store, run_id, "interrupted", "finished", "failed")
        assert ended.state == "interrupted"
        assert ended.error.startswith("The sweep stopped it after epoch 1: with ")
        assert ended.epoch == pytest.approx(1.0)
        assert series_store.trials(series.id)[-1].outcome == "pruned"
        assert has_state(ended)
        wait_until(lambda: worker_pid(run_id) is None, "the worker's end")
        LocalExecutor(store).resume(run_id)
        done = wait_for_state(store, run_id, "finished", "interrupted", "failed")
        assert (done.state, done.error) == ("finished", None)
        assert series_store.trials(series.id)[N_BEFORE_PRUNING].outcome == "finished"
