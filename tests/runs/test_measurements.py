"""Measurements in the queue: once each, apart from the trainings, and never lost to a killed worker."""

import json
import shutil
import threading

import pytest

from cnnplay.cli.main import main
from cnnplay.errors import CheckpointError, InputError
from cnnplay.runs.claims import claim_next
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.measured import Curve, read_latency, read_robustness, write_curve
from cnnplay.runs.measurements import Measurement, plan, queue_measurement
from cnnplay.settings import CHECKPOINTS_VARIABLE, PROJECT_DIR, run_dir

from .conftest import HERE, quick
from .workers import kill_worker, let_time_pass, log_of, needs_proc, wait_for_state, wait_until, worker_pid

ASKED = Measurement(network="fc2", model="fc2", dataset="mnist-5k")


def queue(store, **changes):
    measurement = Measurement(**{**ASKED.to_json(), **changes})
    return queue_measurement(store, measurement, place=HERE, name="fc2")


def test_it_waits_in_one_queue_with_the_trainings_and_is_listed_apart(store):
    training, measurement = store.create(quick(), place=HERE), queue(store)
    assert (measurement.state, measurement.kind, measurement.name) == ("queued", "measurement", "fc2")
    assert Measurement.from_json(measurement.config) == ASKED
    assert store.count_waiting(HERE) == 2
    assert [run.id for run in store.list_runs()] == [training.id]
    assert [run.id for run in store.list_runs(kind="measurement")] == [measurement.id]
    claims = [claim_next(store.database, place=HERE, n_slots=1) for _ in range(2)]
    assert [claim and claim.run_id for claim in claims] == [training.id, None]


def test_what_waits_or_is_worked_on_is_not_queued_twice(store):
    first = queue(store)
    assert queue(store).id == queue(store, what=("latency",)).id == first.id
    claim_next(store.database, place=HERE, n_slots=1)
    assert queue(store).id == first.id
    assert len({first.id, queue(store, network="cnn6").id, queue(store, dataset="mnist").id}) == 3


def test_of_many_who_ask_at_once_one_queues_it(store):
    found = []
    threads = [threading.Thread(target=lambda: found.append(queue(store).id)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_one_that_was_stopped_goes_on_when_it_is_asked_for_again(store):
    stopped = store.stop(queue(store).id)
    assert stopped.state == "interrupted"
    again = queue(store)
    assert (again.id, again.state) == (stopped.id, "queued")
    with pytest.raises(InputError, match="is a measurement"):
        store.extend(store.stop(again.id).id, 5)


def test_networks_without_weights_are_refused(store, home):
    run = store.create(quick(), place=HERE)
    with pytest.raises(CheckpointError, match="has no network here yet"):
        plan(run.id, store)
    with pytest.raises(InputError, match="There is no run"):
        plan("0" * 36, store)


@pytest.fixture
def few_pictures(home, tmp_path, monkeypatch):
    """A shipped network by itself."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for path in (PROJECT_DIR / "checkpoints").glob("cnn6-mnist.*"):
        if "robustness" not in path.name:
            shutil.copy(path, folder)
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(folder))
    return folder / "cnn6-mnist.safetensors"


@needs_proc
def test_killed_it_goes_on_where_it_stopped_beside_no_training(live_store, few_pictures):
    store, executor, weights = live_store, LocalExecutor(live_store), few_pictures
    run = executor.measure("cnn6", dataset="mnist-5k")
    training = executor.submit(quick(epochs=1))
    wait_until(lambda: read_robustness(weights, "mnist-5k", partial=True), f"a curve {log_of(run.id)}")
    assert store.get(training.id).state == "queued"
    kill_worker(run.id)
    let_time_pass(store, run.id)
    killed = store.get(run.id)
    assert (killed.state, read_robustness(weights, "mnist-5k")) == ("interrupted", None)
    kept = read_robustness(weights, "mnist-5k", partial=True)
    marked = Curve(**{**vars(kept.curves[0]), "hardware": "kept"})
    write_curve(weights, marked, dataset="mnist-5k", data_hash=kept.data_hash, n=kept.n)
    executor.resume(run.id)
    executor.start_waiting()
    done = wait_for_state(store, run.id, "finished", "failed", "interrupted")
    assert (done.state, done.error) == ("finished", None), log_of(run.id)
    assert done.step == done.n_steps
    known = read_robustness(weights, "mnist-5k")
    assert known.curves[0] == marked  # not measured again
    assert known.clean > 0.97 > known.mean > 0.4
    assert read_latency(weights).single.median_ms > 0
    wait_for_state(store, training.id, "finished")
    wait_until(lambda: worker_pid(run.id) is None, "the worker's end")
    assert store.purge_deleted(0) == (run.id,)
    assert not run_dir(run.id).exists()


def test_the_command_line_tells_a_measurement_from_a_training(live_store, capsys):
    run = queue_measurement(live_store, ASKED, place=HERE, name="fc2")
    assert main(["runs", "stop", run.short_id]) == 0
    assert "measurement of fc2, 0% done" in capsys.readouterr().out
    for words, ids in (((), []), (("--measurements",), [run.id])):
        assert main(["runs", "list", "--json", *words]) == 0
        assert [row["id"] for row in json.loads(capsys.readouterr().out)["runs"]] == ids
