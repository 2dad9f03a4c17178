"""Deleting runs: out of sight at once, back for a while, and gone for good with their files."""

import pytest
from sqlalchemy import delete

from cnnplay.errors import InputError
from cnnplay.runs import disk
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.disk import disk_warning
from cnnplay.runs.place import this_place
from cnnplay.runs.schema import ACTIVE, jobs
from cnnplay.runs.store import KEEP_DELETED_S, open_store
from cnnplay.settings import run_dir
from cnnplay.training.events import Milestone

from .conftest import HERE, begin, claim, point, put_into, quick


def test_a_deleted_run_is_out_of_the_list_until_it_is_brought_back(store):
    run, claimed = begin(store)
    kept = store.create(quick(), place=HERE)
    claimed.end("finished", accuracy=0.5)
    assert store.delete(run.id).deleted_at is not None
    assert [each.id for each in store.list_runs()] == [kept.id]
    assert [each.id for each in store.list_runs(deleted=True)] == [run.id]
    assert store.find(run.id[:8]).deleted_at == store.delete(run.id).deleted_at
    with pytest.raises(InputError, match=r"was deleted and cannot be resumed\. Bring it back first"):
        store.resume(run.id, place=HERE)
    back = store.undelete(run.id)
    assert (back.deleted_at, back.state, back.accuracy) == (None, "finished", 0.5)
    assert {each.id for each in store.list_runs()} == {run.id, kept.id}


def test_a_waiting_run_leaves_the_queue_when_it_is_deleted(store):
    run = store.create(quick(), place=HERE)
    store.delete(run.id)
    assert claim(store) is None
    store.undelete(run.id)
    assert store.resume(run.id, place=HERE).state == "queued"


@pytest.mark.parametrize("state", ACTIVE)
def test_what_a_worker_holds_cannot_be_deleted(store, state):
    run, _ = begin(store)
    put_into(store, run.id, state)
    with pytest.raises(InputError, match=f"is {state} and cannot be deleted; only queued, finished"):
        store.delete(run.id)


def ended(store, n_bytes=1000):
    """A run of this machine with points, a milestone and files."""
    run = store.create(quick(), place=this_place())
    claimed = ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=1))
    claimed.add_metrics([point(5)])
    claimed.add_milestones({Milestone(step=0, epoch=0, layers=()): None})
    claimed.end("finished", accuracy=0.5, files={"a.json": 1})
    (run_dir(run.id) / "snapshots").mkdir(parents=True)
    (run_dir(run.id) / "snapshots" / "step-00000000.safetensors").write_bytes(bytes(n_bytes - 10))
    (run_dir(run.id) / "worker.log").write_bytes(bytes(10))
    return run.id


def test_a_purged_run_leaves_nothing(store, home):
    old, new, kept = (ended(store) for _ in range(3))
    for run_id in (old, new):
        store.delete(run_id)
    assert store.purge_deleted() == ()
    put_into(store, old, "finished", deleted_at=store.get(old).deleted_at - KEEP_DELETED_S)
    assert store.purge_deleted() == (old,)
    assert [run_dir(run_id).exists() for run_id in (old, new, kept)] == [False, True, True]
    with pytest.raises(InputError, match="There is no run"):
        store.get(old)
    assert (store.metrics(old), store.milestones(old), store.artefacts(old)) == ((), (), {})
    assert store.purge_deleted(0) == (new,)
    assert [run.id for run in store.list_runs()] == [kept]
    assert len(store.metrics(kept)) == len(store.milestones(kept)) == len(store.artefacts(kept)) == 1


def test_runs_whose_files_are_elsewhere_are_purged_there(store, home):
    run = store.create(quick(), place="elsewhere")
    store.delete(run.id)
    assert store.purge_deleted(0) == ()
    assert store.undelete(run.id).deleted_at is None


def test_a_run_that_was_never_queued_is_purged_where_its_folder_is(store, home):
    runs = [store.create(quick(), place=HERE).id for _ in range(2)]
    with store.database.write() as connection:
        connection.execute(delete(jobs))
    run_dir(runs[0]).mkdir(parents=True)
    for run_id in runs:
        put_into(store, run_id, "finished", deleted_at=1.0)
    assert store.purge_deleted(0) == (runs[0],)


def test_disk_use_is_told_by_run_the_largest_first(store, home):
    store.create(quick(), place=HERE)
    small, large = ended(store, 1000), ended(store, 5000)
    assert store.disk_use() == ((large, 5000), (small, 1000))
    store.delete(large)
    assert store.disk_use() == ((large, 5000), (small, 1000))


def test_with_room_there_is_nothing_to_say(store, home, monkeypatch):
    monkeypatch.setattr(disk, "LOW_DISK_BYTES", 1000)  # however full this machine is
    ended(store)
    assert disk_warning(store) is None


def test_a_disk_nearly_full_says_what_to_delete(small_disk):
    store = open_store()
    large, gone = ended(store, 300_000), ended(store, 200_000)
    store.rename(large, "Wide strokes")
    store.delete(gone)
    warning = disk_warning(store)
    assert f"MB of the disk is free, and runs take {(300_000 + 200_000) / 1e6:.1f} MB." in warning
    assert "0.2 MB of that was deleted: free it with python -m cnnplay runs purge." in warning
    assert f"Largest: Wide strokes ({large[:8]}, 0.3 MB)." in warning
    assert gone[:8] not in warning
    store.close()


def test_runs_that_fill_nearly_all_there_is_are_named_too(store, home, monkeypatch):
    monkeypatch.setattr(disk, "LOW_DISK_BYTES", 0)
    monkeypatch.setattr(disk, "HIGH_SHARE", 1e-12)
    run_id = ended(store)
    assert run_id[:8] in disk_warning(store)
