"""Everything that decides how a network is trained, frozen and validated."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from cnnplay.errors import ConfigError

Optimizer = Literal["sgd", "nesterov", "adam", "adamw"]
Schedule = Literal["constant", "triangle", "cosine"]
Flip = Literal["none", "random", "alternating"]
Padding = Literal["zero", "reflect"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
Init = Literal["default", "normal", "uniform", "xavier", "kaiming", "orthogonal", "zero"]
Views = Literal["none", "mirror", "mirror_shift"]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Random changes of the training pictures, drawn anew at every use.

    Attributes:
        shift_px: largest shift in whole pixels, each way and direction.
        padding: what comes in at the edge when a picture is shifted.
        flip: mirror left and right: at random, or every picture in every other epoch (Jordan 2024, section 3.4).
        rotate_deg: largest rotation, degrees.
        scale: largest relative change of size, each axis on its own: 0.1 is 90 to 110 %.
        shear: largest horizontal slant, as tangent.
        elastic_px: standard deviation of a smooth random displacement (Simard et al. 2003), pixels.
        cutout_px: side of one square that is blanked (DeVries and Taylor 2017, arXiv:1708.04552), pixels.
    """

    shift_px: int = 0
    padding: Padding = "zero"
    flip: Flip = "none"
    rotate_deg: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic_px: float = 0.0
    cutout_px: int = 0


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run, complete: the same configuration on the same data gives the same network.

    Attributes:
        model, dataset: registry keys.
        model_options: options of the architecture that differ from its spec.
        recipe: name of the recipe it came from.
        seed: of the initial weights, the order and the augmentation.
        epochs: passes over the training pictures; a fraction ends within a pass.
        drop_last: leave out the last, incomplete batch of an epoch.
        lr: peak learning rate on the mean loss of a batch.
        weight_decay: on weights; biases and normalisation are free of it unless `decay_all`.
        schedule: constant; triangle (linear up, linear down); cosine (linear up, cosine down).
        warmup: share of the steps on which the rate rises.
        lr_start, lr_end: first and last rate as a share of the peak.
        norm_bias_lr: factor of the rate for the biases of batch normalisation (Jordan 2024).
        lookahead: average the weights along the way (Zhang et al. 2019, in Jordan's schedule).
        whiten_bias_epochs: after so many epochs the bias of a whitening layer stands still.
        views: test-time averaging that this recipe reports beside the plain accuracy.
        drawings: name of a file of pen strokes to learn from as well, or None.
        scribbles: share of meaningless scribbles in a batch, taught as "no idea" (Hendrycks et al. 2019,
            arXiv:1812.04606).
        corrections: key of frozen corrections to learn from as well (`data.corrections`), or None.
        replay: so many pictures of the training set, chosen by the seed, instead of all; 0 takes all.
        init: how the first weights are drawn; "default" is the network's own way.
        start_from: whose weights it begins with instead: a shipped network's key, a run's full id, or None.
        clip_grad: largest norm of the whole gradient; a longer one is shortened to it; 0 leaves all as they are.
        val_size: pictures kept out of training to choose by; 0 trains on all.
        patience: epochs without a better validation accuracy after which it stops; 0 never stops early. With
            patience, the result is the best epoch's weights instead of the last one's.
        test_every_epoch: read the test set after every epoch, as some published recipes did.
    """

    model: str
    dataset: str
    recipe: str = "custom"
    model_options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    epochs: float = 10.0
    batch_size: int = 128
    drop_last: bool = True
    optimizer: Optimizer = "nesterov"
    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 0.0
    decay_all: bool = False
    schedule: Schedule = "triangle"
    warmup: float = 0.25
    lr_start: float = 0.0
    lr_end: float = 0.0
    label_smoothing: float = 0.0
    norm_bias_lr: float = 1.0
    lookahead: bool = False
    whiten_bias_epochs: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    views: Views = "none"
    drawings: str | None = None
    scribbles: float = 0.0
    corrections: str | None = None
    replay: int = 0
    precision: Precision = "auto"
    device: str = "auto"
    compile: bool = False
    init: Init = "default"
    start_from: str | None = None
    clip_grad: float = 0.0
    val_size: int = 0
    patience: int = 0
    test_every_epoch: bool = False

    def __post_init__(self) -> None:
        """Checks every bound.

        Raises:
            ConfigError: naming the field, what it got and what is allowed.
        """
        for f in fields(self):
            kind, words = PLAIN.get(f.type, (object, ""))
            if not isinstance(value := getattr(self, f.name), kind):
                raise ConfigError(f"{f.name} is {value!r}. It must be {words}.")
        for name, (low, high) in BOUNDS.items():
            value = getattr(self.augmentation if hasattr(Augmentation, name) else self, name)
            number, words = (int, "whole number") if name in WHOLE else (int | float, "number")
            if isinstance(value, bool) or not isinstance(value, number) or not low <= value <= high:
                raise ConfigError(f"{name} is {value!r}. It must be a {words} from {low:g} to {high:g}.")
        for owner, name, choices in CHOICES:
            value = getattr(self.augmentation if owner is Augmentation else self, name)
            if value not in get_args(choices):
                raise ConfigError(f"{name} is {value!r}. Choose one of: {', '.join(get_args(choices))}.")
        if self.patience and not self.val_size:
            raise ConfigError(
                f"patience is {self.patience}, and val_size is 0. Keep pictures out to choose by, or set patience to 0."
            )

    def to_json(self) -> dict[str, Any]:
        """All fields as plain JSON values."""
        return {**asdict(self), "model_options": dict(self.model_options)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "TrainConfig":
        """The inverse of `to_json`.

        Raises:
            ConfigError: a field that does not exist, one that is missing, or a value out of bounds.
        """
        augmentation = values.get("augmentation", {})
        unknown = set(values) - {f.name for f in fields(TrainConfig)}
        if isinstance(augmentation, Mapping):
            unknown |= set(augmentation) - {f.name for f in fields(Augmentation)}
        if unknown:
            raise ConfigError(f"A training configuration has no {', '.join(sorted(unknown))}.")
        if missing := {"model", "dataset"} - set(values):
            raise ConfigError(f"The training configuration lacks {', '.join(sorted(missing))}.")
        if isinstance(augmentation, Mapping):
            augmentation = Augmentation(**augmentation)
        return TrainConfig(**{**values, "augmentation": augmentation})


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """All settings of a configuration without nesting, as in `augmentation.shift_px`.

    Args:
        config: as JSON values, of any version.
        prefix: of all names.
    """
    flat: dict[str, Any] = {}
    for name, value in config.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


BOUNDS: dict[str, tuple[float, float]] = {
    "seed": (0, 2**32 - 1),
    "epochs": (0.001, 1000),
    "batch_size": (1, 16_384),
    "lr": (1e-8, 1000),
    "momentum": (0, 0.999),
    "weight_decay": (0, 1),
    "warmup": (0, 1),
    "lr_start": (0, 1),
    "lr_end": (0, 1),
    "label_smoothing": (0, 0.9),
    "norm_bias_lr": (0, 1000),
    "whiten_bias_epochs": (0, 1000),
    "scribbles": (0, 0.5),
    "replay": (0, 1_000_000),
    "clip_grad": (0, 1000),
    "val_size": (0, 50_000),
    "patience": (0, 1000),
    "shift_px": (0, 16),
    "rotate_deg": (0, 180),
    "scale": (0, 0.9),
    "shear": (0, 1),
    "elastic_px": (0, 8),
    "cutout_px": (0, 32),
}
"""Lowest and highest allowed value of each number, in the units of the field."""

WHOLE = frozenset(f.name for f in (*fields(TrainConfig), *fields(Augmentation)) if f.type is int)
"""The numbers that take no fraction."""

PLAIN: dict[Any, tuple[Any, str]] = {
    str: (str, "text"),
    str | None: (str | None, "text or null"),
    bool: (bool, "true or false"),
    Mapping[str, Any]: (Mapping, "a table of options"),
    Augmentation: (Augmentation, "a table of options"),
}
"""What a field of each remaining type takes, for Python and in words."""

CHOICES: tuple[tuple[type, str, Any], ...] = (
    (TrainConfig, "optimizer", Optimizer),
    (TrainConfig, "schedule", Schedule),
    (TrainConfig, "precision", Precision),
    (TrainConfig, "views", Views),
    (TrainConfig, "init", Init),
    (Augmentation, "flip", Flip),
    (Augmentation, "padding", Padding),
)
