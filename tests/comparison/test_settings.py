"""Settings beside results: only what differs, of the chosen networks or of a series."""

from dataclasses import replace

import pytest

from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.settings import MOST_SETTINGS, TEST, VALIDATION, Attempt, attempts_of, make_parallel
from cnnplay.training.config import Augmentation, TrainConfig

TITLES = {"model": "Network", "lr": "Learning rate", "shift_px": "Shift (px)", "dropout": "Dropout"}
CONFIG = TrainConfig(model="fc2", dataset="mnist", lr=0.1)


def attempt(test=0.9, validation=None, **changes):
    return Attempt(config=replace(CONFIG, **changes).to_json(), validation=validation, test=test, wall_s=10.0)


def test_only_settings_that_differ_have_an_axis_in_the_order_of_their_words():
    attempts = [
        attempt(augmentation=Augmentation(shift_px=2), batch_size=32),
        attempt(lr=0.2, model_options={"dropout": 0.5}),
    ]
    found = make_parallel(attempts, titles=TITLES)
    assert [axis.title for axis in found.dimensions] == [
        "Learning rate", "Shift (px)", "Dropout", "batch size", "Training, s", TEST,
    ]  # fmt: skip
    assert [axis.is_log for axis in found.dimensions][:2] == [True, False]
    assert [axis.values for axis in found.dimensions][1:3] == [(2, 0), (None, 0.5)]
    assert found.best == (90, 90)


def test_a_sweep_is_coloured_by_what_it_chose_by():
    found = make_parallel([attempt(validation=0.8, lr=0.1), attempt(None, 0.85, lr=0.3)], titles=TITLES)
    assert (found.title, found.best) == (VALIDATION, (80, 85))
    assert TEST not in [axis.title for axis in found.dimensions]


@pytest.mark.parametrize("attempts", [[], [attempt()], [attempt(), attempt(None)]])
def test_there_is_no_chart_without_two_results_of_one_kind(attempts):
    assert make_parallel(attempts, titles=TITLES) is None


def test_settings_that_an_older_version_did_not_have_are_those_of_their_default():
    old = dict(CONFIG.to_json())
    for name in ("init", "clip_grad", "patience"):
        del old[name]
    found = make_parallel([replace(attempt(), config=old), attempt(lr=0.2)], titles=TITLES)
    assert [axis.title for axis in found.dimensions][:-2] == ["Learning rate"]


def test_the_shipped_networks_have_more_settings_than_axes():
    found = make_parallel(attempts_of(list_entries("cifar10")), titles=TITLES)
    assert found.dimensions[0].title == "Network"
    assert len(found.dimensions) == MOST_SETTINGS + 2
    assert found.n_left_out > 0
    assert "dataset" not in {dimension.title for dimension in found.dimensions}
