"""The store on both databases: states, queue, curves, tokens, and what two processes do to it at once."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import text, update

from cnnplay.errors import ConfigError, InputError, StoreError
from cnnplay.runs.claims import ClaimedRun, LostRunError, read_claim
from cnnplay.runs.database import Database
from cnnplay.runs.schema import ACTIVE, TRANSITIONS, runs
from cnnplay.runs.store import RunStore
from cnnplay.runs.transitions import STALE_AFTER_S
from cnnplay.settings import PROJECT_DIR

from .conftest import HERE, begin, claim, point, put_into, quick


def test_a_new_run_waits_with_its_whole_configuration(store):
    config = quick(seed=3)
    run = store.create(config, place=HERE, name="  My\n first ")
    assert store.get(run.id) == run == store.find(run.short_id) == store.list_runs()[0]
    assert (run.state, run.name, run.epochs, run.step) == ("queued", "My first", 2, 0)
    assert run.train_config == config
    assert store.create(config, place=HERE).name == "fc2 modern, seed 3"
    with pytest.raises(InputError, match="1 to 200 characters, not 201"):
        store.create(config, place=HERE, name="x" * 201)


def test_runs_are_found_by_the_beginning_of_their_id(store):
    one, two = (store.create(quick(), place=HERE) for _ in range(2))
    for run, new_id in ((one, "aaaa1111-0"), (two, "aaaa2222-0")):
        with store.database.write() as connection:
            connection.execute(text("DELETE FROM jobs"))
            connection.execute(update(runs).where(runs.c.id == run.id).values(id=new_id))
    assert store.find("AAAA1").id == "aaaa1111-0"
    with pytest.raises(InputError, match="begins the ids of 2 runs"):
        store.find("aaaa")
    with pytest.raises(InputError, match="There is no run 'aaaa3'"):
        store.find("aaaa3")
    with pytest.raises(InputError, match="at least its first 4 characters"):
        store.find("aa%")


def test_the_queue_is_first_come_first_served_and_its_slots_are_few(store):
    waiting = [store.create(quick(seed=seed), place=HERE) for seed in range(3)]
    elsewhere = store.create(quick(), place="elsewhere")
    claims = [claim(store, n_slots=2) for _ in range(3)]
    assert [each and (each.run_id, each.slot) for each in claims] == [(waiting[0].id, 0), (waiting[1].id, 1), None]
    assert (store.used_slots(HERE), store.count_waiting(HERE)) == ({0, 1}, 1)
    ClaimedRun(store.database, claims[0]).end("finished", accuracy=0.5)
    third = claim(store, n_slots=2)
    assert (third.run_id, third.slot) == (waiting[2].id, 0)
    assert store.get(elsewhere.id).state == "queued"
    assert len({each.worker for each in (*claims[:2], third)}) == 3


def test_a_resumed_run_goes_to_the_end_of_the_queue(store):
    one, claimed = begin(store)
    two = store.create(quick(), place=HERE)
    claimed.end("interrupted")
    store.resume(one.id, place=HERE)
    assert [claim(store, n_slots=9).run_id for _ in range(2)] == [two.id, one.id]


def test_stopping_what_waits_takes_it_out_of_the_queue(store):
    run = store.create(quick(), place=HERE)
    assert store.stop(run.id).state == "interrupted"
    assert claim(store) is None
    store.resume(run.id, place=HERE)
    assert claim(store).run_id == run.id


def test_a_pause_a_stop_and_a_resume_of_what_runs(store):
    run, claimed = begin(store)
    assert store.pause(run.id).state == claimed.state() == "paused"
    assert store.resume(run.id, place=HERE).state == claimed.state() == "running"
    assert store.stop(run.id).state == claimed.state() == "stopping"
    assert store.stop(run.id).state == "stopping"
    claimed.end("interrupted")
    ended = store.get(run.id)
    assert (ended.state, ended.error) == ("interrupted", None)
    assert ended.finished_at >= ended.created_at
    assert store.used_slots(HERE) == set()


@pytest.mark.parametrize("state", TRANSITIONS)
def test_only_some_states_can_be_asked_for_something(store, state):
    run = store.create(quick(), place=HERE)
    for deed, allowed in (
        (store.pause, {"running"}),
        (store.stop, {"queued", *ACTIVE}),
        (lambda run_id: store.resume(run_id, place="other"), {"paused", "interrupted", "failed"}),
    ):
        put_into(store, run.id, state)
        with store.database.write() as connection:
            connection.execute(text("DELETE FROM jobs"))
        if state in allowed:
            assert deed(run.id).state != state or state == "stopping"
        else:
            with pytest.raises(InputError, match=f"is {state} and cannot be"):
                deed(run.id)
            assert store.get(run.id).state == state


def test_every_state_that_is_left_leads_on_to_a_known_one():
    assert {target for targets in TRANSITIONS.values() for target in targets} <= set(TRANSITIONS)


def test_a_silent_worker_is_noticed_by_whoever_reads(store):
    run, claimed = begin(store)
    other, _ = begin(store)
    beat_at = store.get(run.id).heartbeat_at
    put_into(store, run.id, "paused", heartbeat_at=beat_at - STALE_AFTER_S - 1)
    found = {each.id: each for each in store.list_runs()}
    assert found[run.id].state == "interrupted"
    assert "stopped without a word" in found[run.id].error
    assert found[other.id].state == "running"
    assert store.used_slots(HERE) == {1}
    with pytest.raises(LostRunError):
        claimed.end("finished")


def test_a_worker_that_only_slept_may_hand_in_what_it_has_until_somebody_resumes(store):
    run, claimed = begin(store)
    put_into(store, run.id, "running", heartbeat_at=0)
    assert store.get(run.id).state == "interrupted"
    claimed.add_metrics([point(7)])
    assert store.get(run.id).step == 7
    store.resume(run.id, place=HERE)
    for deed in (claimed.beat, lambda: claimed.add_metrics([point(8)]), lambda: claimed.attach(step=1, n_steps=9)):
        with pytest.raises(LostRunError):
            deed()
    assert claimed.state() is None
    new = ClaimedRun(store.database, claim(store))
    with pytest.raises(LostRunError):
        claimed.end("failed")
    assert new.state() == "running"
    assert [each.step for each in store.metrics(run.id)] == [7]
    assert read_claim(store.database, run.id, claimed.claim.worker) is None
    assert read_claim(store.database, run.id, new.claim.worker) == new.claim


def test_curves_come_back_as_they_were_written(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=40)
    points = [
        point(5, lr=0.1, images_per_s=1e3),
        point(10, loss=math.nan),
        point(10, kind="epoch", val_accuracy=0.25),
        point(15, loss=math.inf),
    ]
    claimed.add_metrics(points)
    assert store.metrics(run.id) == tuple(each if each.loss == 0.5 else replace(each, loss=None) for each in points)
    assert store.metrics(run.id, after_step=10) == (replace(points[3], loss=None),)
    now = store.get(run.id)
    assert (now.step, now.n_steps, now.epoch) == (15, 40, 1.5)


def test_a_batch_of_points_is_written_as_a_whole_or_not_at_all(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=40)
    claimed.add_metrics([point(5)])
    with pytest.raises(Exception, match=r"(?i)unique"):
        claimed.add_metrics([point(9), point(5)])
    assert [each.step for each in store.metrics(run.id)] == [5]
    assert store.get(run.id).step == 5


def test_going_on_from_a_state_removes_what_will_be_made_again(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=40)
    claimed.add_metrics([point(5), point(10), point(10, kind="epoch"), point(12), point(20, kind="epoch")])
    started_at = store.get(run.id).started_at
    resumed = claimed.attach(step=10, n_steps=40)
    assert [(each.step, each.kind) for each in store.metrics(run.id)] == [(5, "train"), (10, "train"), (10, "epoch")]
    assert (resumed.step, resumed.epoch, resumed.started_at) == (10, 0.5, started_at)


def test_a_finished_run_keeps_its_accuracy_and_lists_its_files(store):
    run, claimed = begin(store)
    claimed.end("finished", accuracy=0.875, files={"a.safetensors": 13_400, "a.json": 2**40})
    assert store.get(run.id).accuracy == 0.875
    assert store.artefacts(run.id) == {"a.json": 2**40, "a.safetensors": 13_400}


def test_it_is_all_there_after_a_restart(url):
    first = RunStore(Database(url))
    run = first.create(quick(), place=HERE)
    first.close()
    second = RunStore(Database(url))
    assert second.list_runs() == (run,)
    assert claim(second).run_id == run.id
    second.close()


RACE = """
import sys, time
from pathlib import Path
from cnnplay.runs.claims import claim_next
from cnnplay.runs.database import Database
url, go, n_slots = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
database = Database(url)
print("ready", flush=True)
while not go.exists():
    pass
for _ in range(20):
    claim = claim_next(database, place="here", n_slots=n_slots)
    if claim:
        print(claim.run_id, claim.slot, flush=True)
"""


def race(url, tmp_path, n_slots):
    """Three processes that claim at the same moment, on a database that may not even have tables yet."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, url, str(tmp_path / "go"), str(n_slots)],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 3
    (tmp_path / "go").touch()
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], answers
    return [line.split() for out, _ in answers for line in out.splitlines()]


@pytest.mark.parametrize("n_slots", [1, 4])
def test_processes_that_claim_at_once_never_take_the_same(store, url, tmp_path, n_slots):
    waiting = [store.create(quick(seed=seed), place=HERE).id for seed in range(6)]
    claims = race(url, tmp_path, n_slots)
    assert sorted(run_id for run_id, _ in claims) == sorted(waiting[:n_slots])
    assert sorted(int(slot) for _, slot in claims) == list(range(n_slots))


def test_processes_that_come_first_at_once_make_the_tables_once(url, tmp_path):
    assert race(url, tmp_path, 1) == []
    store = RunStore(Database(url))
    assert store.list_runs() == ()
    store.close()


@pytest.mark.parametrize("url", ["mysql://me@there/runs", "sqlite://", "not an address", "postgresql://me@there"])
def test_another_kind_of_address_is_refused(url):
    with pytest.raises(ConfigError, match="CNNPLAY_DATABASE_URL is not the address"):
        Database(url)


def test_a_server_that_is_away_is_one_sentence_without_the_password():
    store = RunStore(Database("postgresql://me:secret@127.0.0.1:1/runs?connect_timeout=2"))
    with pytest.raises(StoreError, match="cannot be used") as caught:
        store.list_runs()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"this is no database" * 100)
    store = RunStore(Database(f"sqlite:///{tmp_path / 'runs.sqlite'}"))
    with pytest.raises(StoreError, match="file is not a database"):
        store.list_runs()
    store.close()
