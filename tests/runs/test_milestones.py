"""What a run looks like inside: gradients, memory, milestones and their snapshots, in the store and back."""

import math
from itertools import pairwise

import pytest

from cnnplay.runs.recorder import Recorder
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.settings import run_dir
from cnnplay.training.events import Finished, LayerStats, Milestone, Progress, Started

from .conftest import begin, point

RELU = LayerStats(name="relu", kind="relu", dead_share=0.25, mean=0.5, std=1.5)
LINEAR = LayerStats(name="fc", kind="linear", grad_norm=1e-3, weight_norm=2.0, mean=-0.5, std=0.5)


def milestone(step, *layers):
    return Milestone(step=step, epoch=step / 10, layers=layers or (LINEAR, RELU))


def steps(records):
    return [record.step for record in records]


def test_milestones_come_back_as_they_were_reached(store, home):
    run, claimed = begin(store)
    (run_dir(run.id) / "snapshots").mkdir(parents=True)
    (run_dir(run.id) / snapshot_name(4)).touch()
    claimed.add_milestones({milestone(4): snapshot_name(4), milestone(0): snapshot_name(0), milestone(6): None})
    found = store.milestones(run.id)
    assert [(each.step, each.epoch, each.layers) for each in found] == [
        (step, step / 10, (LINEAR, RELU)) for step in (0, 4, 6)
    ]
    assert [each.snapshot for each in found] == [None, run_dir(run.id) / "snapshots/step-00000004.safetensors", None]


def test_a_network_that_came_apart_has_layers_without_figures(store):
    run, claimed = begin(store)
    broken = LayerStats(name="fc", kind="linear", grad_norm=math.inf, weight_norm=math.nan, mean=math.nan, std=math.inf)
    claimed.add_milestones({milestone(3, broken): None})
    (layer,) = store.milestones(run.id)[0].layers
    assert (layer.grad_norm, layer.weight_norm) == (None, None)
    assert math.isnan(layer.mean)
    assert math.isnan(layer.std)


def test_a_resumed_run_repeats_milestones_and_there_is_one_of_each(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=40)
    claimed.add_milestones({milestone(step): None for step in (0, 1, 2, 3, 4)})
    claimed.attach(step=2, n_steps=40)
    assert steps(store.milestones(run.id)) == [0, 1, 2]
    claimed.add_milestones({milestone(2, RELU): None, milestone(3): None})
    found = store.milestones(run.id)
    assert steps(found) == [0, 1, 2, 3]
    assert found[2].layers == (RELU,)


def test_a_training_loop_is_recorded_with_its_gradients_memory_and_milestones(store, home):
    run, claimed = begin(store)
    recorder = Recorder(claimed)
    progress = {"epoch": 0.1, "loss": 2.0, "accuracy": 0.1, "lr": 0.1, "images_per_s": 10.0, "elapsed_s": 1.0}
    norms = {"b": 2.0, "a": math.nan, "c": 0.5}
    (run_dir(run.id) / "snapshots").mkdir(parents=True)
    (run_dir(run.id) / snapshot_name(1)).touch()
    for event in (
        Started(0, 10, 100, "cpu", "fp32"),
        milestone(0),
        Progress(step=1, **progress, grad_norms=norms, memory_bytes=3_000_000_000),
        milestone(1),
        Progress(step=2, **progress),
        Finished(2, 1.0, 10.0),
    ):
        recorder.take(event)
    one, two = store.metrics(run.id)
    assert list(one.grad_norms.items()) == [("b", 2.0), ("c", 0.5)]
    assert one.memory_bytes == 3_000_000_000
    assert (two.grad_norms, two.memory_bytes) == (None, None)
    assert [each.snapshot and each.snapshot.name for each in store.milestones(run.id)] == [
        None,
        "step-00000001.safetensors",
    ]


@pytest.mark.parametrize("n", [1, 2, 7, 100, 101])
def test_long_curves_are_thinned_evenly_and_keep_their_ends(store, n):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=1000)
    claimed.add_metrics([point(3 * i) for i in range(n)])
    claimed.add_metrics([point(30 * i, kind="epoch") for i in range(5)])
    found = store.metrics(run.id, max_points=7)
    train = [each.step // 3 for each in found if each.kind == "train"]
    assert len(train) == min(n, 7)
    assert (train[0], train[-1]) == (0, n - 1)
    gaps = [later - earlier for earlier, later in pairwise(train)]
    assert not gaps or max(gaps) - min(gaps) <= 1
    assert [each.step for each in found if each.kind == "epoch"] == [0, 30, 60, 90, 120]
    assert list(found) == sorted(found, key=lambda each: (each.step, each.kind == "epoch"))


def test_only_what_is_new_is_thinned(store):
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=1000)
    claimed.add_metrics([point(step) for step in range(50)])
    found = store.metrics(run.id, after_step=39, max_points=4)
    assert [each.step for each in found] == [40, 43, 46, 49]
    assert store.metrics(run.id, after_step=49, max_points=4) == ()
