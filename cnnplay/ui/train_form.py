"""What the form of the Retrain page stands for: one training configuration, and how it differs from its recipe.

The form's state is the configuration itself, as its JSON values. Widgets show single entries of it and write them
back; nothing is lost when a fold is closed or another page visited.
"""

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields
from typing import Any

from cnnplay.data.catalog import DatasetSpec, get_dataset_spec, list_dataset_specs
from cnnplay.data.own import list_own_specs
from cnnplay.data.store import is_available
from cnnplay.errors import CnnplayError, ConfigError, InputError
from cnnplay.models.card import is_shipped
from cnnplay.models.registry import COMMON_OPTIONS, get_spec
from cnnplay.training.config import Augmentation, TrainConfig
from cnnplay.training.recipes import make_config, recipes_for

Values = dict[str, Any]
"""A training configuration as JSON values."""

FIRST_MODEL = "cnn16_32"
OPTIONS = tuple(name for name in COMMON_OPTIONS if name not in ("n_classes", "shuffle_px"))
"""Model options that the form shows; the number of classes follows from the data set, a shuffle is an experiment's."""
OPTIONAL = (*OPTIONS, "start_from")
"""Entries that may be None."""
FREE = ("model", "dataset", "recipe", "start_from", "seed", "device")
"""What no recipe fixes."""
TABLES = ("model_options", "augmentation")
"""Whose entries count on their own."""
MIN_STEPS = 300
"""A set of one's own may be so small that the recipe's epochs are a handful of steps; it gets as many as this."""
MIN_BATCH, MIN_BATCHES = 16, 4
"""Smallest batch, and batches in an epoch, that a recipe's batch size is halved for."""
FINE_TUNING = 0.2
"""Share of the learning rate for a network that has learned already. Started from CIFAR-10's `speedrun` on 77 photos of
three of its classes, a tenth to a third of the rate read 95 to 96 % of 900 others, the whole rate 93 %."""
ADAPTIVE = ("adam", "adamw")
"""Optimisers whose learning rate goes with the root of the batch size; that of the others goes with the batch size."""
_AUGMENTATION = tuple(f.name for f in fields(Augmentation))


def datasets_for(model: str) -> tuple[str, ...]:
    """Keys of the data sets on this machine whose pictures a network takes: its own first, the user's last."""
    spec = get_spec(model)
    fitting = [each.key for each in list_dataset_specs() if each.image_shape == spec.input_shape]
    here = [key for key in fitting if is_available(key)]
    own = [each.key for each in list_own_specs() if each.image_shape == spec.input_shape]
    return (*sorted(here, key=lambda key: key != spec.dataset), *own)


def missing_datasets(model: str) -> tuple[str, ...]:
    """Keys of those that a network could take, and that are not on this machine."""
    spec, here = get_spec(model), datasets_for(model)
    return tuple(
        each.key for each in list_dataset_specs() if each.image_shape == spec.input_shape and each.key not in here
    )


def dataset_title(key: str) -> str:
    """What a data set is called; of the user's own, with the number of its pictures."""
    try:
        spec = get_dataset_spec(key)
    except InputError:
        return f"{key}, which is not here"
    return f"{spec.title} ({spec.n_train + spec.n_test:,})" if spec.is_own else spec.title


def begin(model: str = FIRST_MODEL, *, recipe: str | None = None, dataset: str | None = None) -> Values:
    """The form as a recipe fills it; for a small set of the user's own, fitted to its size.

    Args:
        model: registry key.
        recipe: name; None, or one that this network does not have, takes its first.
        dataset: key; None, or one whose pictures do not fit or are not here, takes the network's own or the next.

    Raises:
        InputError: no architecture has this key.
    """
    here, own = datasets_for(model), _own_spec(model, dataset)
    key = dataset if dataset in here or own else next(iter(here), get_spec(model).dataset)
    values = _from_recipe(model, recipe, str(key))
    return values | _fitted(values, own) if own else values


def _own_spec(model: str, dataset: str | None) -> DatasetSpec | None:
    """The spec of a set of the user's own that fits the network, even if its book of drawings has grown since."""
    try:
        spec = get_dataset_spec(dataset or "")
    except InputError:
        return None
    return spec if spec.is_own and spec.image_shape == get_spec(model).input_shape else None


def _from_recipe(model: str, recipe: str | None, key: str) -> Values:
    spec = get_spec(model)
    values = make_config(model, recipe if recipe in recipes_for(model) else None, dataset=key).to_json()
    classes = get_dataset_spec(key).classes
    if classes != spec.classes:  # what a recipe adds of this network's own classes would be taught wrong names
        values |= {"drawings": None, "scribbles": 0.0}
    if len(classes) != len(spec.classes):
        values["model_options"]["n_classes"] = len(classes)
    return values


def _fitted(values: Values, own: DatasetSpec) -> Values:
    """What differs from the recipe on a small set: smaller batches, enough of them, and a start that has learned."""
    batch_size = values["batch_size"]
    if own.n_train // batch_size * values["epochs"] >= MIN_STEPS:
        return {}
    while batch_size > MIN_BATCH and own.n_train // batch_size < MIN_BATCHES:
        batch_size //= 2
    shrunk = batch_size / values["batch_size"]
    lr = values["lr"] * (math.sqrt(shrunk) if values["optimizer"] in ADAPTIVE else shrunk)
    epochs = math.ceil(MIN_STEPS / max(1, own.n_train // batch_size))
    is_same = is_shipped(values["model"]) and set(values["model_options"]) <= set(COMMON_OPTIONS)
    lr *= FINE_TUNING if is_same else 1
    return {
        "batch_size": batch_size,
        "lr": float(f"{lr:.2g}"),
        "epochs": max(values["epochs"], float(epochs)),
        "start_from": values["model"] if is_same else None,
    }


def recipe_values(values: Mapping[str, Any]) -> Values:
    """The same network, data set and recipe, all else as the form begins."""
    return begin(values["model"], recipe=values["recipe"], dataset=values["dataset"])


def fitting_words(values: Mapping[str, Any]) -> str:
    """In what the form begins otherwise than its recipe, because the set is small; "" where it does not."""
    own = _own_spec(values["model"], values["dataset"])
    fitted = _fitted(_from_recipe(values["model"], values["recipe"], own.key), own) if own else {}
    if own is None or not fitted:
        return ""
    start = ", from the trained network" if fitted["start_from"] else ""
    return f"fitted to {own.n_train:,} pictures: batches of {fitted['batch_size']}, {fitted['epochs']:g} epochs{start}"


def get(values: Mapping[str, Any], name: str) -> Any:
    """One entry, wherever in the configuration it stands; None for an option that the network decides itself."""
    if name in _AUGMENTATION:
        return values["augmentation"][name]
    return values["model_options"].get(name) if name in OPTIONS else values[name]


def put(values: Mapping[str, Any], name: str, value: Any) -> Values:
    """A copy with one entry set; None takes an option back to what the network decides itself."""
    changed: Values = deepcopy(dict(values))
    if name in _AUGMENTATION:
        changed["augmentation"][name] = value
    elif name not in OPTIONS:
        changed[name] = value
    elif value is None:
        changed["model_options"].pop(name, None)
    else:
        changed["model_options"][name] = value
    return changed


def names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Every single entry, wherever it stands."""
    return (*(name for name in values if name not in TABLES), *_AUGMENTATION, *OPTIONS)


def changes(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What was changed by hand: name of the entry to its value here and as the form began."""
    return _differences(values, recipe_values(values))


def marks(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs from the recipe, because of a small set too: name of the entry to its value here and there."""
    if _own_spec(values["model"], values["dataset"]) is None:
        return changes(values)
    return _differences(values, _from_recipe(values["model"], values["recipe"], values["dataset"]))


def _differences(values: Mapping[str, Any], recipe: Values) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (get(values, name), get(recipe, name)) for name in names(values) if name not in FREE}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check(values: Mapping[str, Any], *, has_gpu: bool) -> TrainConfig:
    """The configuration, if it can be trained on this machine.

    Args:
        values: of the form.
        has_gpu: whether a GPU could be used.

    Raises:
        ConfigError: a bad combination, or a data set that is not here; the sentence says what to do.
        DataMissingError: pen strokes that the recipe needs are not here.
    """
    config = TrainConfig.from_json(values)
    dataset = get_dataset_spec(config.dataset)
    if not is_available(config.dataset):
        raise ConfigError(
            f"{dataset.title} is not on this machine. Get it with: python -m cnnplay data {config.dataset} --download"
        )
    if config.val_size >= dataset.n_train:
        raise ConfigError(
            f"{config.val_size:,} pictures cannot be kept out: {dataset.title} has {dataset.n_train:,}. Take fewer."
        )
    if config.precision == "fp16" and (config.device == "cpu" or not has_gpu):
        raise ConfigError("fp16 needs a GPU. Choose auto, bf16 or fp32.")
    if config.drawings:
        from cnnplay.data.pen_pictures import find_pen_file  # it brings scipy, which the first page can do without

        find_pen_file(config.drawings)
    return config


def sentence_against(values: Mapping[str, Any], *, has_gpu: bool) -> str | None:
    """Why this form cannot be started, or None where it can."""
    try:
        check(values, has_gpu=has_gpu)
    except CnnplayError as error:
        return str(error)
    return None


def run_name(values: Mapping[str, Any]) -> str:
    """A name that tells runs apart: the network, and what was changed or the recipe and seed."""
    told = [f"{name} {_short(pair[0])}" for name, pair in changes(values).items()][:3]
    if own := _own_spec(values["model"], values["dataset"]):
        told.insert(0, f"on {own.title}")
    seed = f", seed {values['seed']}" if values["seed"] else ""
    return f"{values['model']} {', '.join(told) or values['recipe']}{seed}"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
