"""The configuration: bounds, round trip, and every recipe of every network."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.errors import ConfigError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.training.config import BOUNDS, Augmentation, TrainConfig, flatten
from cnnplay.training.recipes import PUBLISHED, RECIPES, make_config, recipes_for

CASES = [(model, name) for model in MODELS for name in recipes_for(model)]


@pytest.mark.parametrize(("model", "name"), CASES)
def test_every_recipe_is_valid_and_survives_json(model, name):
    config = make_config(model, name)
    assert (config.model, config.recipe, config.dataset) == (model, name, get_spec(model).dataset)
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_every_network_has_a_default_recipe():
    assert all(recipes_for(model) for model in MODELS)
    assert recipes_for("speedrun") == ("speedrun",)
    assert recipes_for("vgg") == ("modern", "published")


def test_published_recipes_are_as_published():
    fc2, cnn, vgg = (make_config(model, "published") for model in ("fc2", "cnn16_32", "vgg"))
    assert (fc2.optimizer, fc2.lr, fc2.momentum, fc2.batch_size, fc2.epochs) == ("sgd", 0.01, 0.5, 64, 1)
    assert (cnn.optimizer, cnn.lr, cnn.batch_size, cnn.epochs) == ("adam", 1e-3, 50, 10)
    assert (vgg.augmentation.shift_px, vgg.augmentation.flip, vgg.augmentation.padding) == (4, "random", "zero")
    assert make_config("residual_conv", "published").model_options == {"as_published": True}
    assert all(make_config(model, "published").schedule == "constant" for model in PUBLISHED)


def test_speedrun_keeps_airbench_effective_rates():
    config = make_config("speedrun")
    kilostep = 1024 * (1 + 1 / (1 - 0.85))
    assert config.lr / config.batch_size == pytest.approx(11.5 / kilostep)
    assert config.lr * config.weight_decay == pytest.approx(0.0153 * 1024 / kilostep)


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("side", [0, 1])
def test_values_out_of_bounds_are_refused_with_the_bounds(name, side):
    low, high = BOUNDS[name]
    wrong = low - 1 if side == 0 else high + 1
    values = {"augmentation": Augmentation(**{name: wrong})} if hasattr(Augmentation, name) else {name: wrong}
    with pytest.raises(ConfigError, match=f"{name} is .*from {low:g} to"):
        TrainConfig(model="fc2", dataset="mnist", **values)


@given(st.one_of(st.none(), st.text(), st.just(float("nan")), st.booleans()))
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ConfigError, match="lr is"):
        TrainConfig(model="fc2", dataset="mnist", lr=value)


def test_unknown_choices_fields_and_recipes_are_refused():
    with pytest.raises(ConfigError, match=r"optimizer is 'lion'. Choose one of: sgd"):
        make_config("fc2", optimizer="lion")
    with pytest.raises(ConfigError, match="has no colour"):
        TrainConfig.from_json({"model": "fc2", "dataset": "mnist", "colour": 1})
    with pytest.raises(ConfigError, match=r"densenet has no recipe 'published'. Choose one of: modern"):
        make_config("densenet", "published")
    assert set(RECIPES) == {"published", "modern", "speedrun"}


def test_configurations_of_before_still_load():
    stored = make_config("cnn16_32").to_json()
    newer = {"init", "start_from", "clip_grad", "patience"}
    config = TrainConfig.from_json({name: value for name, value in stored.items() if name not in newer})
    assert config == make_config("cnn16_32")
    assert (config.init, config.start_from, config.clip_grad, config.patience) == ("default", None, 0, 0)


def test_early_stopping_needs_something_to_choose_by():
    with pytest.raises(ConfigError, match="patience is 3, and val_size is 0"):
        TrainConfig(model="fc2", dataset="mnist", patience=3)
    assert TrainConfig(model="fc2", dataset="mnist", patience=3, val_size=500).patience == 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 12.5}, "batch_size is 12.5. It must be a whole number"),
        ({"augmentation": {"shift_px": 0.5}}, "shift_px is 0.5. It must be a whole number"),
        ({"augmentation": {"blur": 1}}, "has no blur"),
        ({"device": 5}, "device is 5. It must be text."),
        ({"compile": 1}, "compile is 1. It must be true or false."),
        ({"model_options": [1]}, "model_options is .1.. It must be a table of"),
        ({"augmentation": "none"}, "augmentation is 'none'. It must be a table of"),
        ({"shift_px": 2}, "has no shift_px"),
        ({"init": "ones"}, "init is 'ones'. Choose one of: default, normal"),
    ],
)
def test_stored_configurations_are_checked_like_new_ones(values, message):
    with pytest.raises(ConfigError, match=message):
        TrainConfig.from_json({"model": "fc2", "dataset": "mnist", **values})
    with pytest.raises(ConfigError, match="lacks dataset"):
        TrainConfig.from_json({"model": "fc2"})


def test_a_configuration_without_nesting_has_every_setting_once():
    flat = flatten(TrainConfig(model="residual", dataset="mnist", model_options={"as_published": True}).to_json())
    assert flat["augmentation.shift_px"] == 0
    assert flat["model_options.as_published"] is True
    assert flat["lr"] == 0.1
    assert "augmentation" not in flat
