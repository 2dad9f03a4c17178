"""Starting from other networks: shipped ones, and runs that are done or still train."""

import pytest
import torch

from cnnplay.errors import CheckpointError, InputError
from cnnplay.models.card import shipped_files
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.registry import build
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.origin import load_origin
from cnnplay.runs.place import this_place
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.training_job import run_job
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig
from cnnplay.training.recipes import make_config

from .conftest import put_into, quick

STANDS_STILL = {"lr": 1e-8, "epochs": 0.04, "schedule": "constant", "weight_decay": 0.0}
"""One step that changes nothing that half precision could show."""


@pytest.fixture
def store(live_store):
    return live_store


@pytest.fixture
def queue(store):
    """Queues without starting workers."""
    return LocalExecutor(store, n_slots=0)


def left_by(store, state, *, snapshots=(), final=None, key="fc2", **options):
    """A run in a state, and the seeds of the networks that it left."""
    run = store.create(make_config(key, dataset="mnist-5k", model_options=options), place=this_place())
    files = {snapshot_name(step): seed for step, seed in snapshots}
    if final is not None:
        files[f"{key}-mnist-5k.safetensors"] = final
    for name, seed in files.items():
        torch.manual_seed(seed)
        save_weights(build(key, **options), run_dir(run.id) / name, key=key, options=options)
    put_into(store, run.id, state)
    return run.id


def drawn(seed):
    torch.manual_seed(seed)
    return {name: value.half().float() for name, value in build("fc2").state_dict().items() if value.ndim > 1}


def check(found, expected):
    for name, value in expected.items():
        assert torch.equal(found[name], value)


def test_a_run_starts_from_a_shipped_network(home, tmp_path):
    config = quick(start_from="fc2", **STANDS_STILL)
    card = run_job(config, tmp_path)
    _, shipped = load_model(shipped_files("fc2").weights)
    _, result = load_model(tmp_path / "fc2-mnist-5k.safetensors")
    for name, value in shipped.state_dict().items():
        assert torch.allclose(value, result.state_dict()[name], atol=1e-4)
    assert card.accuracy > 0.9
    assert card.config["start_from"] == "fc2"


@pytest.mark.parametrize(
    ("state", "left", "seed"),
    [
        ("finished", {"snapshots": [(0, 1), (512, 2)], "final": 3}, 3),
        ("running", {"snapshots": [(0, 1), (512, 2)]}, 2),
        ("interrupted", {"snapshots": [(0, 1), (512, 2)]}, 2),
        ("running", {"snapshots": [(0, 1), (1024, 2)], "final": 3}, 2),
        ("queued", {"final": 3}, 3),
    ],
)
def test_of_a_run_it_takes_the_newest_weights(store, queue, state, left, seed):
    parent_id = left_by(store, state, **left)
    config = quick(start_from=parent_id)
    run = queue.submit(config)
    assert (run.parent_id, run.train_config) == (parent_id, config)
    check(load_origin(run.train_config), drawn(seed))


def test_another_number_of_classes_leaves_out_the_last_layer(store, queue):
    parent_id = left_by(store, "finished", final=1)
    config = quick(start_from=parent_id, model_options={"n_classes": 20, "dropout": 0.2, "activation": "tanh"})
    queue.submit(config)
    found, whole = load_origin(config), drawn(1)
    missing = set(whole) - set(found)
    assert len(missing) == 1
    check(found, {name: value for name, value in whole.items() if name not in missing})


def test_what_it_cannot_start_from_is_refused_before_it_is_queued(store, queue):
    other = left_by(store, "finished", final=1, key="cnn6")
    wide = left_by(store, "finished", final=1, width=16)
    empty = left_by(store, "running")
    for config, error, words in (
        (quick(start_from="scribe"), InputError, "fc2 cannot start from 'scribe', which is a scribe"),
        (quick(start_from=other), InputError, "fc2 cannot start from 'cnn6 modern, seed 0', which is a cnn6"),
        (quick(start_from=empty), CheckpointError, "has no network here yet"),
        (quick(start_from="not-a-run"), InputError, "There is no run 'not-a-run'"),
        (quick(start_from=wide), InputError, "fc2 with width=8 cannot start from .* has width=16"),
    ):
        with pytest.raises(error, match=words):
            queue.submit(config)
    assert len(store.list_runs()) == 3
    queue.submit(quick(start_from=wide, model_options={"width": 16}))


def test_a_shipped_network_that_is_not_there_is_refused(store, queue, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNPLAY_CHECKPOINTS", str(tmp_path))
    with pytest.raises(CheckpointError, match="No trained network 'fc2' comes with this copy"):
        queue.submit(quick(start_from="fc2"))


def test_a_clone_names_its_parent(store, queue):
    parent = queue.submit(quick())
    assert parent.parent_id is None
    assert queue.submit(TrainConfig.from_json(parent.config), parent_id=parent.id).parent_id == parent.id


def test_a_resumed_run_needs_its_origin_no_more(home, tmp_path, store):
    parent_id = left_by(store, "finished", final=1)
    config = quick(start_from=parent_id)
    assert run_job(config, tmp_path, signal=iter(["go", "go", "halt"]).__next__) is None
    store.delete(parent_id)
    assert store.purge_deleted(0) == (parent_id,)
    assert run_job(config, tmp_path) is not None
