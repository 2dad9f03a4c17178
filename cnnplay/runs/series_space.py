"""What a sweep may choose: settings of a training, each with a range or a list of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from cnnplay.errors import ConfigError
from cnnplay.models.registry import ACTIVATIONS, COMMON_OPTIONS, DROPOUT_BOUNDS
from cnnplay.training.config import BOUNDS, WHOLE, Augmentation, Optimizer, Schedule, TrainConfig

RANGED: dict[str, tuple[float, float]] = {
    "lr": BOUNDS["lr"],
    "weight_decay": BOUNDS["weight_decay"],
    "momentum": BOUNDS["momentum"],
    "label_smoothing": BOUNDS["label_smoothing"],
    "dropout": DROPOUT_BOUNDS,
    "warmup": BOUNDS["warmup"],
    "shift_px": BOUNDS["shift_px"],
    "rotate_deg": BOUNDS["rotate_deg"],
    "cutout_px": BOUNDS["cutout_px"],
}
"""Numbers that a sweep may choose, with their lowest and highest value, in the units of the configuration."""
LOG = frozenset({"lr", "weight_decay"})
"""Of these a factor counts, not a difference."""
LISTED: dict[str, tuple[Any, ...]] = {
    "batch_size": tuple(2**power for power in range(3, 13)),
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
    "activation": ACTIVATIONS,
}
"""Settings that are chosen from a list, with all that can be in it."""
MAX_DIMENSIONS = 8
_AUGMENTATION = frozenset(f.name for f in fields(Augmentation))


@dataclass(frozen=True)
class Range:
    """A number from `low` to `high`; on a logarithmic scale for those in `LOG`.

    Raises:
        ConfigError: no such number can be swept, or its ends are none.
    """

    name: str
    low: float
    high: float

    def __post_init__(self) -> None:
        """Checks the ends."""
        if self.name not in RANGED:
            raise ConfigError(f"{self.name!r} has no range to sweep. Choose among: {', '.join(RANGED)}.")
        least, most = RANGED[self.name]
        kinds, words = (int, "whole numbers") if self.is_whole else (int | float, "numbers")
        if any(isinstance(end, bool) or not isinstance(end, kinds) for end in (self.low, self.high)):
            raise ConfigError(f"{self.name} goes from {self.low!r} to {self.high!r}. Both must be {words}.")
        if not least <= self.low < self.high <= most:
            raise ConfigError(
                f"{self.name} goes from {self.low:g} to {self.high:g}. The first must be the smaller, and both must be "
                f"within {least:g} and {most:g}."
            )
        if self.name in LOG and self.low <= 0:
            raise ConfigError(f"{self.name} is swept by factors, and 0 times any factor is 0. Begin above 0.")

    @property
    def is_whole(self) -> bool:
        """Whether it takes no fraction."""
        return self.name in WHOLE

    def nearest(self, value: Any) -> Any:
        """The value within the range that is nearest to this one; the middle where there is none."""
        if value is not None:
            near = min(max(value, self.low), self.high)
        else:
            near = (self.low * self.high) ** 0.5 if self.name in LOG else (self.low + self.high) / 2
        return round(near) if self.is_whole else float(near)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"name": self.name, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Choice:
    """One of at least two values.

    Raises:
        ConfigError: no such setting can be swept, or a value is none of its own.
    """

    name: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Checks the values."""
        if self.name not in LISTED:
            raise ConfigError(f"{self.name!r} has no values to choose from. Choose among: {', '.join(LISTED)}.")
        allowed = LISTED[self.name]
        if len(self.values) < 2 or len(set(self.values)) < len(self.values):
            raise ConfigError(f"{self.name} has {len(set(self.values))} to choose from. Give two or more.")
        for value in self.values:
            if isinstance(value, bool) or value not in allowed:
                raise ConfigError(f"{self.name} is {value!r}. Choose among: {', '.join(map(str, allowed))}.")

    def nearest(self, value: Any) -> Any:
        """The value itself where it is one of these, else the first."""
        return value if value in self.values else self.values[0]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"name": self.name, "values": list(self.values)}


Dimension = Range | Choice


@dataclass(frozen=True)
class Space:
    """All that one sweep chooses.

    Raises:
        ConfigError: nothing, too much, or one thing twice.
    """

    dimensions: tuple[Dimension, ...]

    def __post_init__(self) -> None:
        """Checks the number of dimensions."""
        if not 1 <= len(self.dimensions) <= MAX_DIMENSIONS:
            raise ConfigError(
                f"A sweep chooses 1 to {MAX_DIMENSIONS} settings, and {len(self.dimensions)} are given. "
                + ("Add one." if not self.dimensions else "Take some out.")
            )
        if len(set(self.names)) < len(self.names):
            raise ConfigError(f"A setting is there twice: {', '.join(self.names)}. Leave one out.")

    @property
    def names(self) -> tuple[str, ...]:
        """Of the settings."""
        return tuple(each.name for each in self.dimensions)

    def start(self, config: TrainConfig) -> dict[str, Any]:
        """The point nearest to what a configuration has."""
        return {each.name: each.nearest(value_of(config, each.name)) for each in self.dimensions}

    def to_json(self) -> list[dict[str, Any]]:
        """As plain JSON values."""
        return [each.to_json() for each in self.dimensions]

    @staticmethod
    def from_json(values: Sequence[Mapping[str, Any]]) -> "Space":
        """The inverse of `to_json`.

        Raises:
            ConfigError: what is there is no space.
        """
        try:
            return Space(tuple(map(_dimension_from_json, values)))
        except (KeyError, TypeError) as error:
            raise ConfigError(f"This is no space to sweep: {values!r}. Give name, low and high, or values.") from error


def _dimension_from_json(values: Mapping[str, Any]) -> Dimension:
    if "values" in values:
        return Choice(values["name"], tuple(values["values"]))
    return Range(values["name"], values["low"], values["high"])


def value_of(config: TrainConfig, name: str) -> Any:
    """What a configuration has for a setting; None for an option that its network decides itself."""
    if name in COMMON_OPTIONS:
        return config.model_options.get(name)
    return getattr(config.augmentation if name in _AUGMENTATION else config, name)


def apply(config: TrainConfig, params: Mapping[str, Any]) -> TrainConfig:
    """The configuration with these settings instead of its own.

    Raises:
        ConfigError: together they make none.
    """
    options = {name: value for name, value in params.items() if name in COMMON_OPTIONS}
    pictures = {name: value for name, value in params.items() if name in _AUGMENTATION}
    rest = {name: value for name, value in params.items() if name not in options and name not in pictures}
    return replace(
        config,
        model_options={**config.model_options, **options},
        augmentation=replace(config.augmentation, **pictures),
        **rest,
    )
