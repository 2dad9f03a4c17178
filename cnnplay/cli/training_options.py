"""The options that say how a network is trained, for every command that trains one."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplay.errors import ConfigError, InputError

if TYPE_CHECKING:
    from cnnplay.training.config import TrainConfig

_FIELDS: dict[str, tuple[type, str]] = {
    "dataset": (str, "key of the data set (default: the one the network is made for)"),
    "epochs": (float, "passes over the training pictures"),
    "batch_size": (int, "pictures in one step"),
    "optimizer": (str, "sgd, nesterov, adam or adamw"),
    "lr": (float, "peak learning rate"),
    "weight_decay": (float, "pull of the weights towards 0"),
    "schedule": (str, "constant, triangle or cosine"),
    "init": (str, "first weights: default, normal, uniform, xavier, kaiming, orthogonal or zero"),
    "start_from": (str, "begin with the weights of a shipped network, by its key, or of a run, by its full id"),
    "clip_grad": (float, "largest norm of the gradient (default: the recipe's; 0 leaves it)"),
    "val_size": (int, "pictures kept out of training to choose by"),
    "patience": (int, "epochs without a better validation accuracy after which it stops"),
    "seed": (int, "of first weights, order and augmentation"),
    "device": (str, "auto, cpu, mps, cuda or cuda:N (default: auto)"),
    "precision": (str, "auto, fp32, bf16 or fp16 (default: the recipe's)"),
}
_MODEL_OPTIONS: dict[str, tuple[type, str]] = {
    "activation": (str, "relu, leaky_relu, elu, gelu, silu, tanh or sigmoid"),
    "dropout": (float, "share of values that dropout blanks"),
    "n_classes": (int, "number of classes (default: those of the data set)"),
    "shuffle_px": (int, "furthest that a fixed shuffle moves each pixel (default: 0, none)"),
}


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Declares them: network, recipe or file, and what is to differ from it."""
    parser.add_argument("model", nargs="?", help="key of the network, see: models")
    parser.add_argument("--recipe", help="published, modern or speedrun (default: the network's first)")
    parser.add_argument("--config", type=Path, help="a training configuration as a JSON file, instead of a recipe")
    for name, (kind, words) in (_FIELDS | _MODEL_OPTIONS).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=words)


def read_config(args: argparse.Namespace) -> "TrainConfig":
    """The configuration that was asked for.

    Raises:
        InputError: neither a network nor a file, or both but of different networks, or no such network.
        ConfigError: no such recipe, a file that is none, or a value out of bounds.
    """
    from dataclasses import replace

    from cnnplay.training.recipes import make_config

    if args.config is None and args.model is None:
        raise InputError("There is no network to train. Give the key of one, or --config with a file.")
    if args.config is not None and args.recipe is not None:
        raise InputError("Got --recipe and --config. Give one or the other.")
    config = make_config(args.model, args.recipe) if args.config is None else _read_file(args.config)
    if args.model not in (None, config.model):
        raise InputError(f"{args.config} is for {config.model}, not for {args.model}. Leave out the key.")
    changes = {name: getattr(args, name) for name in _FIELDS if getattr(args, name) is not None}
    options = {name: getattr(args, name) for name in _MODEL_OPTIONS if getattr(args, name) is not None}
    options = _n_classes_of(config, changes.get("dataset", config.dataset)) | options
    return replace(config, **changes, model_options={**config.model_options, **options})


def _n_classes_of(config: "TrainConfig", dataset: str) -> dict[str, Any]:
    """The option that a data set with another number of classes needs; what a configuration says already counts."""
    from cnnplay.data.catalog import get_dataset_spec
    from cnnplay.models.registry import get_spec

    n_classes = len(get_dataset_spec(dataset).classes)
    is_said = "n_classes" in config.model_options and dataset == config.dataset
    return {} if is_said or n_classes == len(get_spec(config.model).classes) else {"n_classes": n_classes}


def _read_file(path: Path) -> "TrainConfig":
    from cnnplay.training.config import TrainConfig

    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is not a JSON file that can be read ({error}). Give another.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no training configuration: an object of settings is expected.")
    return TrainConfig.from_json(values)
