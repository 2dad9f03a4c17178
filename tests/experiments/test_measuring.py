"""An experiment is measured run by run, and goes on where it stopped."""

from dataclasses import replace

import pytest

from cnnplay.experiments.experiment import SHORT, Arm
from cnnplay.experiments.measuring import measure, measure_seed
from cnnplay.experiments.registry import get_experiment
from cnnplay.experiments.results import read_result

TINY = SHORT(model="fc2", replay=256, epochs=2).to_json() | {"dataset": "mnist-5k"}


@pytest.fixture
def experiment():
    config = SHORT(**TINY | {"augmentation": SHORT(model="fc2").augmentation})
    arms = (Arm(key="slow", label="slow", config=config), Arm(key="fast", label="fast", config=replace(config, lr=0.1)))
    return replace(get_experiment("slip"), arms=arms, n_seeds=2, pairs=(("slow", "fast"),), gradients=True)


def test_what_is_measured_already_is_not_run_again(experiment, tmp_path):
    path, told = tmp_path / "slip.json", []
    tell = lambda arm, seed, done, of: told.append((arm.key, seed.seed, done, of))  # noqa: E731
    measure(experiment, path, n_seeds=1, on_run=tell)
    result = measure(experiment, path, n_seeds=2, on_run=tell)
    assert told == [("slow", 0, 1, 2), ("fast", 0, 2, 2), ("slow", 1, 3, 4), ("fast", 1, 4, 4)]
    assert read_result(path, "slip") == result
    assert [len(arm.seeds) for arm in result.arms] == [2, 2]
    slow = result.arms[0].seeds[0]
    assert [layer.layer for layer in slow.gradients] == ["fc1", "fc2", "fc3"]
    assert all(layer.first and layer.last for layer in slow.gradients)
    assert [epoch for epoch, _, _ in slow.curve] == [1, 2]
    assert slow.cpu_s
    assert slow.on.torch_version


def test_one_arm_alone_can_be_measured(experiment, tmp_path):
    result = measure(experiment, tmp_path / "slip.json", n_seeds=1, arms=experiment.arms[1:])
    assert [arm.key for arm in result.arms] == ["fast"]


def test_what_a_recipe_averages_is_averaged(experiment):
    config = experiment.arms[1].config
    assert measure_seed(replace(config, views="mirror")).accuracy < measure_seed(config).accuracy  # digits in a mirror


def test_the_same_seed_gives_the_same_accuracy(experiment):
    config = experiment.arms[0].config
    assert measure_seed(config).accuracy == measure_seed(config).accuracy
    long = measure_seed(replace(config, epochs=40))
    assert len(long.curve) == 24
    assert long.curve[-1][0] == 40
