"""An experiment in the run queue: found by configuration, never doubled, stopped and taken up again as a whole."""

from collections import Counter
from dataclasses import replace

import pytest

from cnnplay.errors import ConfigError
from cnnplay.experiments.own_runs import OwnArm, dataset_for, estimate_s, find_own, stand_in, start, stop
from cnnplay.experiments.registry import get_experiment
from cnnplay.experiments.results import Circumstances, Result, SeedResult
from cnnplay.models.card import checkpoint_files, load_card, write_card
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.place import this_place
from cnnplay.runs.store import open_store
from cnnplay.settings import DATA_VARIABLE, DATABASE_VARIABLE, HOME_VARIABLE, run_dir

RELU = get_experiment("relu_or_sigmoid")


@pytest.fixture
def store(tmp_path, monkeypatch, own_home):
    """A store of the test's own on a machine with the embedded digits alone, whose queue nobody works on."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "none"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return open_store()


def press(store, *, arms=RELU.arms, n_seeds=2, experiment=RELU):
    return start(experiment, arms, n_seeds, LocalExecutor(store, n_slots=0), store)


def states(store):
    return Counter(run.state for own in find_own(RELU, store) for run in own.runs)


def finish_next(store, accuracy):
    claim = claim_next(store.database, place=this_place(), n_slots=1)
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=10)
    claimed.end("finished", accuracy=accuracy)


def test_one_series_of_seeds_an_arm_and_pressing_twice_doubles_nothing(store):
    assert press(store) == 8
    assert press(store) == 0
    assert states(store) == {"queued": 8}
    runs = [run for own in find_own(RELU, store) for run in own.runs]
    assert len({run.series_id for run in runs}) == len(RELU.arms)
    assert [run.train_config.seed for run in runs] == [0, 1] * 4
    assert press(store, n_seeds=3) == 4
    assert [run.train_config.seed for run in find_own(RELU, store)[0].runs] == [0, 1, 2]


def test_finished_runs_are_found_by_their_configuration_whoever_started_them(store):
    arm = RELU.arms[0]
    config = stand_in(arm.config, "mnist-5k")
    store.create(replace(config, seed=1), place=this_place(), name="somebody's own")
    store.create(replace(config, lr=0.5), place=this_place(), name="something else")
    finish_next(store, 0.93)
    finish_next(store, 0.5)
    first, *others = find_own(RELU, store)
    assert first.accuracies == (0.93,)
    assert all(not own.runs for own in others)
    assert press(store, arms=(arm,), n_seeds=2) == 1


def test_a_run_of_a_recipe_that_averages_views_counts_with_them(store):
    arm, card = get_experiment("reproduce").arm("speedrun"), load_card("speedrun")
    run = store.create(arm.config, place=this_place())
    finish_next(store, 0.91)
    own = OwnArm(arm, (store.get(run.id),))
    assert own.accuracies == ()  # its card is not there
    path = checkpoint_files(run_dir(run.id), run.model, run.dataset).card
    path.parent.mkdir(parents=True, exist_ok=True)
    write_card(path, replace(card, accuracy=0.91, accuracy_tta=0.925))
    assert own.accuracies == (0.925,)


def test_stopping_takes_all_of_it_out_of_the_queue_and_start_takes_it_up(store):
    press(store, arms=RELU.arms[:2])
    press(store, arms=RELU.arms[2:3], n_seeds=1)
    stop(RELU, store)
    assert states(store) == {"interrupted": 5}
    assert press(store, arms=RELU.arms[:3]) == 6
    assert states(store) == {"queued": 6}


def test_without_mnist_the_embedded_digits_stand_in_where_the_size_is_not_the_question(store):
    arm = RELU.arms[0]
    assert dataset_for(RELU, arm) == "mnist-5k"
    smaller = stand_in(arm.config, "mnist-5k")
    assert (smaller.dataset, smaller.epochs) == ("mnist-5k", 5)  # 10,000 twice is 4,000 five times
    data = get_experiment("how_much_data")
    assert dataset_for(data, data.arms[0]) is None
    with pytest.raises(ConfigError, match="python -m cnnplay data mnist --download"):
        press(store, arms=data.arms[:1], experiment=data)


def test_the_estimate_counts_the_processor_time_that_was_measured(store):
    arm = RELU.arms[0]
    on = Circumstances("2026-11-23", "one core", "2", "fp32")
    seeds = [SeedResult(seed=n, accuracy=0.9, curve=(), wall_s=9.0, cpu_s=n + 2.0, on=on) for n in range(2)]
    result = Result(RELU.key)
    for seed in seeds:
        result = result.with_seed(arm.key, arm.config, seed)
    assert estimate_s(RELU, [arm], 3, result) == 3 * (2.0 + 8.0)
    assert estimate_s(RELU, RELU.arms, 3, result) is None
