"""Results are written whole, read with suspicion, and count only for the very settings that they were measured with."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cnnplay.errors import CheckpointError
from cnnplay.experiments.chance import hold_pairs
from cnnplay.experiments.registry import get_experiment, list_experiments
from cnnplay.experiments.results import (
    Circumstances,
    LayerGradient,
    Result,
    SeedResult,
    add_run,
    current,
    is_complete,
    is_stale,
    load_shipped,
    read_result,
    right_guess,
    shipped_path,
    write_result,
)
from cnnplay.models.card import load_card
from cnnplay.training.config import TrainConfig

SHIPPED = [each for each in list_experiments() if shipped_path(each.key).is_file()]
MAX_BYTES = 100_000
SLIP = get_experiment("slip")


def seed(number: int, accuracy: float, **changes: object) -> SeedResult:
    on = Circumstances("2026-11-23", "one core", "2.14.1", "fp32")
    curve = ((1.0, 0.9, None), (2.0, 0.95, 0.94))
    values = {"seed": number, "accuracy": accuracy, "curve": curve, "wall_s": 2.0, "cpu_s": 3.0, "on": on}
    return SeedResult(**values | changes)  # type: ignore[arg-type]


def measured(*accuracies: float) -> Result:
    result = Result("slip")
    for at, arm in enumerate(SLIP.arms):
        for number, accuracy in enumerate(accuracies):
            result = result.with_seed(arm.key, arm.config, seed(number, accuracy - 0.01 * at))
    return result


def test_a_result_comes_back_as_it_was_written(tmp_path):
    gradients = (LayerGradient("conv1", 0.5, None), LayerGradient("fc", 1e-9, 0.25))
    arm = SLIP.arms[0]
    result = measured(0.9, 0.91).with_seed(arm.key, arm.config, seed(7, 0.5, gradients=gradients))
    write_result(tmp_path / "new" / "slip.json", result)
    assert read_result(tmp_path / "new" / "slip.json", "slip") == result
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_that_is_not_there_is_a_result_without_runs(tmp_path):
    assert read_result(tmp_path / "none.json", "slip") == Result("slip")


@pytest.mark.parametrize("change", ["{", '{"experiment": "depth"}', "[]", '{"experiment": "slip", "arms": [{}]}'])
def test_a_damaged_file_is_refused(tmp_path, change):
    (tmp_path / "slip.json").write_text(change, encoding="utf-8")
    with pytest.raises(CheckpointError, match="is not the result of slip"):
        read_result(tmp_path / "slip.json", "slip")


@pytest.mark.parametrize(("accuracy", "on"), [(1.5, 0), (0.5, 3)])
def test_figures_that_cannot_be_are_refused(tmp_path, accuracy, on):
    path = tmp_path / "slip.json"
    write_result(path, measured(0.9))
    values = json.loads(path.read_text(encoding="utf-8"))
    values["arms"][0]["seeds"][0] |= {"accuracy": accuracy, "on": on}
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(CheckpointError):
        read_result(path, "slip")


def test_another_setting_makes_a_measurement_stale():
    result = measured(0.9, 0.91)
    assert is_complete(SLIP, result)
    assert not is_stale(SLIP, result)
    arm = SLIP.arms[0]
    changed = replace(SLIP, arms=(replace(arm, config=replace(arm.config, lr=0.5)), *SLIP.arms[1:]))
    assert is_stale(changed, result)
    assert right_guess(SLIP, result) is not None
    assert right_guess(changed, result) is None
    assert [each.key for each in current(changed, result).arms] == [each.key for each in SLIP.arms[1:]]
    again = result.with_seed(arm.key, changed.arms[0].config, seed(0, 0.8))
    assert again.arm(arm.key).accuracies == (0.8,)  # type: ignore[union-attr]


def test_one_by_one_is_decided_by_arithmetic_alone():
    assert right_guess(get_experiment("one_by_one"), Result("one_by_one")) == 2


def test_reproduce_is_decided_once_what_is_missing_can_no_longer_change_it():
    experiment = get_experiment("reproduce")
    published = {arm.key: arm.published for arm in experiment.arms if arm.published is not None}
    judge = experiment.judge
    assert judge(published) == 0
    assert judge({key: figure - 0.05 for key, figure in published.items()}) == 2
    without_one = {key: figure for key, figure in published.items() if key != "vgg"}
    assert judge(without_one) is None
    assert judge(without_one | {"lenet5": 0.5}) == 1
    assert judge({}) is None
    n = len(published)
    assert experiment.tally(without_one | {"lenet5": 0.5}).startswith(f"{n - 2} of the {n - 1} ")
    assert experiment.tally({}) == ""


def test_two_who_measure_one_experiment_keep_all_runs(tmp_path):
    path = tmp_path / "slip.json"
    whose = [(arm, seed(number, 0.9)) for arm in SLIP.arms[:2] for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: add_run(SLIP, path, arm=each[0], run=each[1]), whose))
    found = read_result(path, "slip")
    assert [[each.seed for each in arm.seeds] for arm in found.arms] == [[*range(8)], [*range(8)]]
    assert [each.name for each in path.parent.iterdir()] == ["slip.json"]


def test_the_row_of_the_record_recipe_is_the_training_of_the_shipped_network():
    arm, card = load_shipped(get_experiment("reproduce")).arm("speedrun"), load_card("speedrun")
    (seed,) = arm.seeds
    assert arm.config == TrainConfig.from_json(card.config)
    assert (seed.seed, seed.accuracy, seed.wall_s) == (card.seed, card.accuracy_tta, pytest.approx(card.wall_s, 1e-3))
    assert (seed.on.measured_at, seed.on.hardware) == (card.trained_at, card.hardware)


def test_pairs_are_held_against_chance_and_corrected_together():
    first, second = hold_pairs(SLIP, measured(0.9, 0.91, 0.9))
    assert first.difference.value == pytest.approx(0.01)
    assert first.p_corrected >= first.difference.p_value
    assert second.n_seeds == (3, 3)
    assert hold_pairs(SLIP, measured(0.9)) == ()


@pytest.mark.parametrize("experiment", SHIPPED, ids=[each.key for each in SHIPPED])
def test_what_is_shipped_was_measured_with_the_present_settings(experiment):
    path = shipped_path(experiment.key)
    assert path.stat().st_size < MAX_BYTES
    result = read_result(path, experiment.key)
    assert not is_stale(experiment, result)
    assert load_shipped(experiment).means() == pytest.approx(result.means())
    for arm in result.arms:
        assert [each.seed for each in arm.seeds] == list(range(len(arm.seeds)))
        assert len({each.on.hardware for each in arm.seeds}) == 1
        assert all(bool(each.gradients) == experiment.gradients for each in arm.seeds)
        ends = [each.curve[-1][0] for each in arm.seeds]
        assert ends == pytest.approx([arm.config.epochs] * len(ends))
