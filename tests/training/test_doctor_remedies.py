from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.models.registry import MODELS
from cnnplay.training.config import Augmentation, Init, Optimizer, TrainConfig
from cnnplay.training.doctor.remedies import (
    calm,
    generalise,
    lower_lr,
    raise_lr,
    sound_start,
    switch_activation,
    unstick,
    usual_lr,
)
from cnnplay.training.doctor.wording import figure, percent
from cnnplay.training.recipes import make_config

configs = st.builds(
    TrainConfig,
    model=st.sampled_from(sorted(MODELS)),
    dataset=st.just("mnist-5k"),
    optimizer=st.sampled_from(get_args(Optimizer)),
    lr=st.floats(1e-8, 1000),
    momentum=st.floats(0, 0.999),
    weight_decay=st.floats(0, 1),
    clip_grad=st.sampled_from([0, 1, 5]),
    init=st.sampled_from(get_args(Init)),
    model_options=st.sampled_from([{}, {"activation": "sigmoid"}, {"n_classes": 3}]),
    augmentation=st.sampled_from([Augmentation(), Augmentation(shift_px=1)]),
    val_size=st.just(100),
)


@given(config=configs)
def test_every_remedy_is_a_valid_change(config: TrainConfig) -> None:
    remedies = [calm(config), lower_lr(config, 10), raise_lr(config, 10), sound_start(config), unstick(config)]
    remedies += [generalise(config), switch_activation(config, "relu")]
    for changes, label in remedies:
        assert replace(config, **changes) != config or config.lr in {1e-8, 1000}
        assert label.split()[0] in {"with", "from", "and"}


@given(config=configs)
def test_rates_go_the_way_they_say(config: TrainConfig) -> None:
    assert lower_lr(config, 3)[0]["lr"] <= config.lr
    assert raise_lr(config, 3)[0]["lr"] >= config.lr or config.lr > 100


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_recipe_takes_the_usual_rate(model: str) -> None:
    config = make_config(model)
    assert usual_lr(config) == pytest.approx(config.lr)


def test_other_options_of_the_network_stay() -> None:
    config = make_config("fc2", model_options={"width": 4, "activation": "tanh"})
    assert switch_activation(config, "relu")[0] == {"model_options": {"width": 4, "activation": "relu"}}


def test_against_learning_by_heart_each_remedy_leads_to_the_next() -> None:
    config = make_config("fc2", val_size=100)
    taken = []
    for _ in range(3):
        changes, _label = generalise(config)
        config = replace(config, **changes)
        taken += list(changes)
    assert taken == ["augmentation", "weight_decay", "patience"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (2.3026, "2.30"), (0.0123, "0.012"), (12.34, "12.3"), (1680.2, "1,680"), (1.4e9, "1.4e+09")],
)
def test_figures_are_short(value: float, text: str) -> None:
    assert figure(value) == text


def test_shares_are_in_per_cent() -> None:
    assert percent(0.625) == "62 %"
