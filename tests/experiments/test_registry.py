"""Every experiment is one file, complete, and answers whatever the measurements come to."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplay.errors import InputError
from cnnplay.experiments import questions
from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.registry import get_experiment, list_experiments
from cnnplay.models.registry import build, list_specs

EXPERIMENTS = list_experiments()
KEYS = [each.key for each in EXPERIMENTS]


def test_each_file_is_an_experiment_of_that_name():
    files = {path.stem for path in Path(next(iter(questions.__path__))).glob("*.py")} - {"__init__"}
    assert files == set(KEYS)
    assert [each.order for each in EXPERIMENTS] == sorted({each.order for each in EXPERIMENTS})


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=KEYS)
def test_it_is_complete(experiment: Experiment):
    keys = [arm.key for arm in experiment.arms]
    assert len(set(keys)) == len(keys)
    assert len({arm.label for arm in experiment.arms}) == len(keys)
    assert len({str(arm.config) for arm in experiment.arms}) == len(keys)
    assert 2 <= len(experiment.guesses) <= 5
    assert experiment.question.endswith("?")
    assert all(sentence.endswith(".") for sentence in (*experiment.why, experiment.look))
    assert {key for pair in experiment.pairs for key in pair} <= set(keys)
    assert all((arm.x is not None) == bool(arm.series) == (experiment.axis is not None) for arm in experiment.arms)
    assert "!" not in " ".join((experiment.question, *experiment.why, experiment.look, *experiment.guesses))


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=KEYS)
def test_its_networks_can_be_built(experiment: Experiment):
    for options in {str(arm.config.model_options): arm for arm in experiment.arms}.values():
        build(options.config.model, **options.config.model_options)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_measured_one_of_the_guesses_is_right(data: st.DataObject):
    for experiment in EXPERIMENTS:
        means = {arm.key: data.draw(st.floats(0.05, 0.995)) for arm in experiment.arms}
        assert experiment.judge(means) in range(len(experiment.guesses))


def test_the_shuffle_is_answered_by_who_loses():
    judge = get_experiment("shuffled").judge
    flat = {arm.key: 0.87 for arm in get_experiment("shuffled").arms}
    assert judge(flat) == 1
    assert judge(flat | {"cnn6-0": 0.95}) == 2
    assert judge(flat | {"cnn6-0": 0.95, "fc2-0": 0.95}) == 0
    assert judge(flat | {"fc2-0": 0.95}) == 3


def test_reproduce_has_a_row_for_every_published_figure():
    published = {arm.key: arm.published for arm in get_experiment("reproduce").arms}
    specs = {spec.key: spec.published_accuracy for spec in list_specs() if spec.key in published}
    assert {key: figure for key, figure in published.items() if key != "fc2-permuted"} == specs
    assert published["fc2-permuted"] == 0.8810
    assert {"fc2", "cnn6", "cnn16_32", "inception", "residual", "lenet5", "lenet", "vgg", "speedrun"} <= set(published)


def test_an_unknown_key_names_the_known_ones():
    with pytest.raises(InputError, match="There is no experiment called 'luck'"):
        get_experiment("luck")
