"""A run that goes on to more epochs: exactly as if it had been so long, and with its old result until the new one."""

import pytest
from safetensors.numpy import load_file

from cnnplay.errors import CheckpointError, ConfigError, InputError
from cnnplay.models.card import read_card
from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.training_job import run_job
from cnnplay.settings import run_dir
from cnnplay.training.events import EpochEnded, Progress
from cnnplay.training.optimisation import learning_rate

from .conftest import HERE, begin, claim, point, put_into, quick
from .workers import log_of, needs_proc, wait_for_state, wait_until, weights

STEPS_PER_EPOCH = 15


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def trained(folder):
    return {name: value.tobytes() for name, value in load_file(folder / "fc2-mnist-5k.safetensors").items()}


@pytest.mark.parametrize("changes", [{}, {"optimizer": "adam"}])
def test_a_run_at_a_constant_rate_becomes_the_run_that_was_longer_from_the_beginning(tmp_path, home, changes):
    short, long = (quick(schedule="constant", epochs=epochs, **changes) for epochs in (1, 2))
    run_job(short, tmp_path / "extended", keeps_history=True)
    run_job(long, tmp_path / "extended", keeps_history=True)
    run_job(long, tmp_path / "long", keeps_history=True)
    assert trained(tmp_path / "extended") == trained(tmp_path / "long")
    one, other = (read_card(tmp_path / name / "fc2-mnist-5k.json") for name in ("extended", "long"))
    assert (one.config, one.accuracy, one.train_accuracy) == (other.config, other.accuracy, other.train_accuracy)


def test_the_learning_rate_is_that_of_the_longer_run(tmp_path, home):
    events, long = [], quick(schedule="triangle", epochs=3)
    run_job(quick(schedule="triangle", epochs=1), tmp_path, keeps_history=True)
    run_job(long, tmp_path, on_event=events.append, keeps_history=True)
    points = [event for event in events if isinstance(event, Progress)]
    assert points[0].step > STEPS_PER_EPOCH
    for each in points:
        assert each.lr == pytest.approx(learning_rate(long, each.step - 1, 3 * STEPS_PER_EPOCH))
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [2, 3]


def test_only_epochs_may_be_added_and_only_where_history_is_kept(tmp_path, home):
    run_job(quick(epochs=1), tmp_path, keeps_history=True)
    for config, keeps_history in ((quick(epochs=2, seed=1), True), (quick(epochs=0.5), True), (quick(), False)):
        with pytest.raises(CheckpointError, match="other settings"):
            run_job(config, tmp_path, keeps_history=keeps_history)


def test_a_finished_run_waits_again_where_its_files_are(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=40)
    claimed.add_metrics([point(40)])
    claimed.end("finished", accuracy=0.75, files={"a.json": 10})
    extended = store.extend(run.id, 5)
    assert (extended.state, extended.epochs, extended.train_config) == ("queued", 5, quick(epochs=5))
    assert (extended.accuracy, extended.step, extended.finished_at, extended.worker) == (0.75, 40, None, None)
    assert claim(store, place="elsewhere") is None
    assert claim(store, place=HERE).run_id == run.id


def test_what_an_earlier_training_left_outlives_an_extension_that_breaks_off(store):
    run, claimed = begin(store)
    claimed.end("finished", accuracy=0.75, files={"a.json": 10})
    store.extend(run.id, 5)
    again = type(claimed)(store.database, claim(store))
    again.end("failed", error="No room.")
    ended = store.get(run.id)
    assert (ended.state, ended.accuracy, ended.error) == ("failed", 0.75, "No room.")
    assert store.artefacts(run.id) == {"a.json": 10}
    store.resume(run.id, place=HERE)
    type(claimed)(store.database, claim(store)).end("finished", accuracy=0.8, files={"b.json": 20})
    assert (store.get(run.id).accuracy, store.artefacts(run.id)) == (0.8, {"b.json": 20})


def test_what_cannot_be_extended_says_why(store):
    run, _ = begin(store, epochs=3)
    for state in ("queued", *ACTIVE):
        put_into(store, run.id, state)
        with pytest.raises(InputError, match=f"is {state} and cannot be extended"):
            store.extend(run.id, 5)
    put_into(store, run.id, "finished")
    with pytest.raises(InputError, match=r"has 3 epochs\. Give more than that, not 3"):
        store.extend(run.id, 3)
    with pytest.raises(ConfigError, match="epochs is 5000"):
        store.extend(run.id, 5000)
    store.delete(run.id)
    with pytest.raises(InputError, match="was deleted and cannot be extended"):
        store.extend(run.id, 5)


@needs_proc
def test_a_worker_takes_an_extended_run_on_and_the_old_result_stays_meanwhile(live_store, executor):
    run = executor.submit(quick(epochs=1))
    old = wait_for_state(live_store, run.id, "finished", "failed")
    assert (old.state, old.step) == ("finished", STEPS_PER_EPOCH), log_of(run.id)
    wait_until(lambda: executor.capacity().n_free, "the slot")
    old_files, old_points, folder = files(run_dir(run.id)), live_store.metrics(run.id), run_dir(run.id)
    assert executor.extend(run.id, epochs=3).state == "running"
    live_store.pause(run.id)
    wait_until(lambda: live_store.get(run.id).n_steps, f"the loop {log_of(run.id)}")
    now = live_store.get(run.id)
    assert (now.accuracy, now.step, now.n_steps) == (old.accuracy, STEPS_PER_EPOCH, 3 * STEPS_PER_EPOCH)
    for name in ("fc2-mnist-5k.safetensors", "fc2-mnist-5k.json", "fc2-mnist-5k.test.safetensors"):
        assert (folder / name).read_bytes() == old_files[name]
    assert live_store.metrics(run.id) == old_points
    executor.resume(run.id)
    done = wait_for_state(live_store, run.id, "finished", "failed", "interrupted")
    assert (done.state, done.step, done.epoch) == ("finished", 3 * STEPS_PER_EPOCH, 3), log_of(run.id)
    points = live_store.metrics(run.id)
    assert points[: len(old_points)] == old_points
    assert [each.step for each in points if each.kind == "epoch"] == [STEPS_PER_EPOCH * i for i in (1, 2, 3)]
    steps = [each.step for each in points if each.kind == "train"]
    assert steps == sorted(set(steps))
    milestones = [each.step for each in live_store.milestones(run.id)]
    assert milestones == sorted({*milestones, 0, 11, STEPS_PER_EPOCH, 16, 32, 3 * STEPS_PER_EPOCH})
    assert all(each.snapshot for each in live_store.milestones(run.id))
    card = read_card(folder / "fc2-mnist-5k.json")
    assert (card.accuracy, card.config["epochs"]) == (done.accuracy, 3)
    assert weights(run.id) != old_files
