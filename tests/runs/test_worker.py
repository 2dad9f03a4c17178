"""Real worker processes: killed, paused, stopped, out of disk, and in the end always the same network."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from cnnplay.cli.main import main
from cnnplay.models.card import read_card
from cnnplay.runs.claims import claim_next
from cnnplay.runs.executor import LocalExecutor, count_gpus
from cnnplay.runs.place import this_place
from cnnplay.runs.schema import jobs
from cnnplay.runs.store import open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE, PROJECT_DIR, run_dir
from cnnplay.training.recipes import make_config

from .conftest import fill, make_home, quick
from .workers import (
    PATIENCE_S,
    kill_worker,
    let_time_pass,
    log_of,
    needs_proc,
    no_half_written,
    store_of_this_test,
    wait_for_state,
    wait_until,
    weights,
    work_here,
    worker_pid,
)

EPOCHS = 20
STEPS_PER_EPOCH = 125
"""With small batches, so that a run takes seconds on a fast machine, too."""


@pytest.fixture
def store(live_store):
    return live_store


@pytest.fixture
def any_store(home, url, monkeypatch):
    """The same on both databases."""
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    with store_of_this_test() as store:
        yield store


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, unpacked):
    """Weights, curves and accuracy of a run that nobody disturbed, in a process like the others'."""
    home = make_home(tmp_path_factory.mktemp("undisturbed") / "home", unpacked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        patch.setenv("OMP_NUM_THREADS", "1")
        store = open_store()
        run = store.create(long_run(), place=this_place())
        assert work_here(run.id).returncode == 0
        found = weights(run.id), store.metrics(run.id), store.get(run.id).accuracy
        store.close()
    return found


def long_run():
    return quick(epochs=EPOCHS, batch_size=32)


def check_curves(points, undisturbed_points):
    """No gap and no double: every epoch once, as undisturbed, and the points between add up to each epoch's loss."""
    train = [point for point in points if point.kind == "train"]
    epochs = [point for point in points if point.kind == "epoch"]
    expected = [point for point in undisturbed_points if point.kind == "epoch"]
    assert [point.step for point in epochs] == [STEPS_PER_EPOCH * (i + 1) for i in range(EPOCHS)]
    assert [point.accuracy for point in epochs] == [point.accuracy for point in expected]
    assert [point.loss for point in epochs] == pytest.approx([point.loss for point in expected])
    steps = [0, *(point.step for point in train)]
    assert steps == sorted(set(steps))
    for epoch in epochs:
        first = epoch.step - STEPS_PER_EPOCH
        parts = [
            (point.step - before) * point.loss
            for before, point in zip(steps, train, strict=False)
            if first < point.step <= epoch.step
        ]
        assert sum(parts) / STEPS_PER_EPOCH == pytest.approx(epoch.loss)
    elapsed = [point.elapsed_s for point in train]
    assert elapsed == sorted(elapsed)


@needs_proc
class TestWorkers:
    def test_killed_at_any_time_it_goes_on_to_the_very_same_network(self, store, executor, undisturbed):
        run = executor.submit(long_run())
        for past_step in (0, 800):
            wait_until(lambda past=past_step: store.get(run.id).step > past, f"step {past_step} {log_of(run.id)}")
            kill_worker(run.id)
            assert store.get(run.id).state == "running"
            let_time_pass(store, run.id)
            assert store.get(run.id).state == "interrupted"
            executor.resume(run.id)
        done = wait_for_state(store, run.id, "finished", "failed", "interrupted")
        assert (done.state, done.error) == ("finished", None)
        expected_weights, points, accuracy = undisturbed
        assert weights(run.id) == expected_weights
        assert done.accuracy == accuracy == read_card(run_dir(run.id) / "fc2-mnist-5k.json").accuracy
        check_curves(store.metrics(run.id), points)
        assert no_half_written(run.id)

    def test_paused_stopped_and_told_to_end_it_obeys_within_two_seconds(self, store, executor, undisturbed):
        run = executor.submit(long_run())
        store.pause(run.id)
        wait_until(lambda: store.get(run.id).n_steps, f"the loop {log_of(run.id)}")
        assert os.getpgid(worker_pid(run.id)) == worker_pid(run.id) != os.getpgid(0)
        time.sleep(1)
        assert (store.get(run.id).step, store.metrics(run.id)) == (0, ())
        executor.resume(run.id)
        wait_until(lambda: store.get(run.id).step > 0, "the first steps")
        store.pause(run.id)
        time.sleep(2)
        paused = store.get(run.id)
        wait_until(lambda: store.get(run.id).heartbeat_at > paused.heartbeat_at, "a heartbeat in the pause")
        assert (store.get(run.id).state, store.get(run.id).step) == ("paused", paused.step)
        assert store.metrics(run.id)[-1].step == paused.step
        asked_at = time.monotonic()
        executor.stop(run.id)
        stopped = wait_for_state(store, run.id, "interrupted", "finished")
        assert time.monotonic() - asked_at < 2.5
        assert (stopped.state, stopped.error, stopped.step) == ("interrupted", None, paused.step)
        wait_until(lambda: worker_pid(run.id) is None, "the worker's end")
        executor.resume(run.id)
        wait_until(lambda: store.get(run.id).step > stopped.step, "steps after the stop")
        os.kill(worker_pid(run.id), signal.SIGTERM)
        ended = wait_for_state(store, run.id, "interrupted", "finished", "failed")
        assert (ended.state, "was told to end" in ended.error) == ("interrupted", True)
        assert store.metrics(run.id)[-1].step == ended.step
        wait_until(lambda: worker_pid(run.id) is None, "the worker's end")
        executor.resume(run.id)
        wait_for_state(store, run.id, "finished", "failed")
        assert weights(run.id) == undisturbed[0]
        check_curves(store.metrics(run.id), undisturbed[1])

    def test_a_queue_is_worked_off_in_order_one_at_a_time(self, any_store):
        store, executor = any_store, LocalExecutor(any_store)
        bad = executor.submit(quick(epochs=1, device="cuda:7"))
        last = executor.submit(quick(epochs=1))
        capacity = executor.capacity()
        assert (capacity.n_slots, capacity.n_free, capacity.n_waiting) == (1, 0, 1)
        done = [wait_for_state(store, run.id, "finished", "failed") for run in (bad, last)]
        assert [run.state for run in done] == ["failed", "finished"]
        assert "There is no device 'cuda:7' here" in done[0].error
        began = [claimed_at for claimed_at, _ in job_times(store)]
        assert began == sorted(began)
        assert all(end <= begin for (_, end), (begin, _) in zip(job_times(store), job_times(store)[1:], strict=False))
        wait_until(lambda: worker_pid(last.id) is None, "the last worker's end")


def job_times(store):
    with store.database.read() as connection:
        return [
            tuple(row) for row in connection.execute(select(jobs.c.claimed_at, jobs.c.ended_at).order_by(jobs.c.id))
        ]


def test_a_full_disk_leaves_the_last_state_whole(small_disk, undisturbed):
    store = open_store()
    run = store.create(long_run(), place=this_place())
    with subprocess.Popen(
        [sys.executable, "-m", "cnnplay", "worker", run.id], cwd=PROJECT_DIR, stderr=subprocess.PIPE, text=True
    ) as worker:
        wait_until(lambda: store.get(run.id).step > 100, "step 100")
        fill(small_disk)
        _, log = worker.communicate(timeout=PATIENCE_S)
    assert shutil.disk_usage(small_disk).free < 100_000
    (small_disk / "filler").unlink()
    if store.get(run.id).state == "running":  # not even that could be written down
        assert worker.returncode != 0
        let_time_pass(store, run.id)
    ended = store.get(run.id)
    assert ended.state in ("failed", "interrupted")
    assert "No space left" in log + (ended.error or "") or "disk is full" in log + (ended.error or "")
    assert no_half_written(run.id)
    store.resume(run.id, place=this_place())
    assert work_here(run.id).returncode == 0
    assert store.get(run.id).state == "finished"
    assert weights(run.id) == undisturbed[0]
    check_curves(store.metrics(run.id), undisturbed[1])
    store.close()


def test_a_state_that_cannot_be_written_fails_with_the_reason(store):
    config = make_config("inception", dataset="mnist-5k", device="cpu", precision="fp32")
    run = store.create(config, place=this_place())
    limit = (300_000, resource.RLIM_INFINITY)  # bytes a file: the store's are smaller, the state of this network larger
    done = work_here(run.id, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    failed = store.get(run.id)
    assert (failed.state, "File too large" in failed.error) == ("failed", True), done.stderr
    assert list(run_dir(run.id).iterdir()) == []


def test_a_worker_takes_only_what_waits_in_a_free_slot(store, capsys):
    first, second = (store.create(quick(seed=seed), place=this_place()) for seed in range(2))
    assert claim_next(store.database, place=this_place(), n_slots=1).run_id == first.id
    for run, state in ((first, "running"), (second, "queued")):
        assert main(["worker", run.id, "--json"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert f"is {state}; a worker can only take one that waits" in err
    assert main(["worker", first.id, "--claim", "not-the-token"]) == 2


def test_a_worker_that_cannot_be_started_fails_its_run(store, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    run = LocalExecutor(store).submit(quick())
    assert run.state == "failed"
    assert "could not be started" in run.error
    assert LocalExecutor(store).capacity().n_free == 1


@pytest.mark.parametrize(("visible", "n"), [("", 0), ("-1", 0), ("0", 1), ("0,3", 2), ("GPU-8a1,GPU-9b2", 2)])
def test_slots_are_the_gpus_that_a_worker_would_see(monkeypatch, visible, n):
    from cnnplay.runs import executor as module

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(module, "version", lambda name: "2.14.1+cu130")
    assert count_gpus() == n
    monkeypatch.setattr(module, "version", lambda name: "2.14.1+cpu")
    assert count_gpus() == 0


def test_a_place_is_named_once(home):
    assert this_place() == this_place()
    assert [path.name for path in home.iterdir() if "place" in path.name] == ["place"]
