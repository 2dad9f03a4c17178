"""What can be compared: shipped networks, runs, and runs that differ in nothing but their seed."""

from pathlib import Path

import pytest

from cnnplay.comparison.entries import SEEDS_PREFIX, find_entries, list_entries
from cnnplay.models.registry import list_specs
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.store import RunStore, open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE
from cnnplay.training.config import TrainConfig

HERE = "here"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return open_store()


def add(store, *, seed=0, lr=0.1, ended="finished", dataset="mnist"):
    store.create(TrainConfig(model="fc2", dataset=dataset, seed=seed, lr=lr), place=HERE, name=f"seed {seed}")
    claim = claim_next(store.database, place=HERE, n_slots=99)
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=1, n_steps=2)
    if ended:
        claimed.end(ended, accuracy=0.9 if ended == "finished" else None)
    return store.get(claim.run_id)


def test_the_shipped_networks_come_first_each_with_its_card_and_look():
    entries = list_entries("cifar10")
    assert [entry.token for entry in entries] == [spec.key for spec in list_specs("cifar10")]
    assert all(entry.first.card is not None and entry.state == "shipped" for entry in entries)
    assert len({(entry.colour, entry.dash) for entry in entries}) == len(entries)


def test_finished_runs_that_differ_in_their_seed_alone_are_one_entry(store):
    runs = [add(store, seed=seed) for seed in (2, 0, 1)]
    other = add(store, lr=0.2)
    entries = list_entries("mnist", store.list_runs())[-2:]
    group, alone = entries
    assert group.token.startswith(SEEDS_PREFIX)
    assert [member.seed for member in group.members] == [0, 1, 2]
    assert {member.id for member in group.members} == {run.id for run in runs}
    assert (group.title, group.is_group) == ("fc2 custom, 3 seeds", True)
    assert (alone.token, alone.first.id, alone.is_group) == (other.short_id, other.id, False)


def test_groups_are_called_by_what_tells_them_apart(store):
    for lr in (0.1, 0.02):
        add(store, seed=0, lr=lr), add(store, seed=1, lr=lr)
    titles = [entry.title for entry in list_entries("mnist", store.list_runs())[-2:]]
    assert titles == ["fc2 custom, lr 0.1, 2 seeds", "fc2 custom, lr 0.02, 2 seeds"]


def test_the_same_seed_twice_tells_nothing_about_chance(store):
    add(store), add(store)
    assert [len(entry.members) for entry in list_entries("mnist", store.list_runs())[-2:]] == [1, 1]


def test_runs_in_training_stand_alone_and_those_that_never_began_or_failed_are_left_out(store):
    add(store, seed=0), add(store, seed=1)
    add(store, seed=2, ended=None), add(store, seed=3, ended="failed")
    store.create(TrainConfig(model="fc2", dataset="mnist", seed=4), place=HERE, name="waits")
    group, running = list_entries("mnist", store.list_runs())[-2:]
    assert [member.seed for member in group.members] == [0, 1]
    assert (running.state, running.first.seed, running.first.card) == ("running", 2, None)


def test_a_network_keeps_its_look_when_another_is_trained(store):
    add(store)
    before = {entry.token: (entry.colour, entry.dash) for entry in list_entries("mnist", store.list_runs())}
    add(store, lr=0.5)
    after = {entry.token: (entry.colour, entry.dash) for entry in list_entries("mnist", store.list_runs())}
    assert before.items() <= after.items()


def test_runs_on_other_pictures_are_kept_apart(store):
    run = add(store, dataset="mnist-5k")
    assert all(entry.first.run is None for entry in list_entries("mnist", store.list_runs()))
    assert [entry.first.id for entry in list_entries("mnist-5k", store.list_runs())] == [run.id]


def test_an_address_finds_keys_groups_and_runs_by_the_beginning_of_their_ids(store):
    first, second, alone = add(store, seed=0), add(store, seed=1), add(store, lr=0.3)
    entries = list_entries("mnist", store.list_runs())
    found, unknown = find_entries(entries, ["cnn6", second.short_id, alone.id, "vgg", alone.id[:4]])
    assert [entry.token for entry in found] == ["cnn6", entries[-2].token, alone.short_id]
    assert first.id in {member.id for member in found[1].members}
    assert unknown == ("vgg", alone.id[:4])
