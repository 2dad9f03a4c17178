"""Several trainings at once, as the Retrain form holds them: one run, the same over several seeds, or a sweep."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import CnnplayError
from cnnplay.runs.series_records import SeriesKind
from cnnplay.runs.series_space import LISTED, LOG, RANGED, Choice, Dimension, Range, Space
from cnnplay.ui import state, train_form
from cnnplay.ui.train_form import Values

FACTOR = 10.0
"""A range on a logarithmic scale goes from a so manieth of the present value to so many times it."""
USUAL: dict[str, tuple[float, float]] = {
    "weight_decay": (1e-5, 1e-2),
    "momentum": (0.5, 0.99),
    "label_smoothing": (0.0, 0.2),
    "dropout": (0.0, 0.5),
    "warmup": (0.0, 0.5),
    "shift_px": (0, 4),
    "rotate_deg": (0.0, 20.0),
    "cutout_px": (0, 8),
}
"""Where a present value says nothing about what to try."""
USUAL_LISTS = {
    "optimizer": ("nesterov", "adamw"),
    "schedule": LISTED["schedule"],
    "activation": ("relu", "gelu", "silu"),
}
SWEEPABLE = (*RANGED, *LISTED)


@dataclass(frozen=True)
class Several:
    """What the fold holds.

    Attributes:
        kind: "one" run, or the kind of the series.
        n_seeds, n_runs: how many runs with other seeds, or of a sweep.
        chosen: names of the settings that a sweep chooses.
        edited: the ends of a range, or the values of a list, that were set by hand.
    """

    kind: Literal["one"] | SeriesKind = "one"
    n_seeds: int = 5
    n_runs: int = 20
    chosen: tuple[str, ...] = ("lr", "batch_size")
    edited: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def n_in_all(self) -> int:
        """How many runs Start will start."""
        return {"one": 1, "seeds": self.n_seeds, "sweep": self.n_runs}[self.kind]


def several() -> Several:
    """What this visit has chosen."""
    found: Several = st.session_state.get(state.TRAIN_SEVERAL) or Several()
    return found


def change(**values: Any) -> None:
    """Sets some of it."""
    st.session_state[state.TRAIN_SEVERAL] = replace(several(), **values)


def edit(name: str, values: tuple[Any, ...]) -> None:
    """Sets the ends or the values of a setting by hand."""
    change(edited={**several().edited, name: values})


def proposed(name: str, values: Values) -> tuple[Any, ...]:
    """Ends of a range around the present value, or a list with it; as people would write them."""
    present = train_form.get(values, name)
    if name == "batch_size":
        power = min(max(round(math.log2(present)), 4), 11)
        return tuple(2**each for each in (power - 1, power, power + 1))
    if name in LISTED:
        usual = USUAL_LISTS[name]
        return usual if present is None or present in usual else (present, *usual)
    if name in LOG and present:
        low, high = RANGED[name]
        ends = (max(low, present / FACTOR), min(high, present * FACTOR))
        return tuple(float(f"{end:.2g}") for end in ends)
    return USUAL[name]


def dimension(name: str, values: Values) -> Dimension:
    """One setting of the sweep, as it stands in the fold.

    Raises:
        ConfigError: no number or too few values, or ends that do not fit.
    """
    ends = several().edited.get(name) or proposed(name, values)
    return Choice(name, tuple(ends)) if name in LISTED else Range(name, ends[0], ends[1])


def space(values: Values) -> Space:
    """All that the sweep chooses.

    Raises:
        ConfigError: as `dimension`, or nothing is chosen.
    """
    return Space(tuple(dimension(name, values) for name in several().chosen))


def sentence_against(values: Values) -> str | None:
    """Why these runs cannot be started, or None where they can."""
    if several().kind != "sweep":
        return None
    try:
        space(values)
    except CnnplayError as error:
        return str(error)
    return None


def start_label() -> str:
    """What the button says."""
    now = several()
    return {
        "one": "Start training",
        "seeds": f"Start {now.n_seeds} runs",
        "sweep": f"Start a sweep of {now.n_runs} runs",
    }[now.kind]


def validation_words(values: Values) -> str:
    """By what a sweep chooses, as a sentence."""
    if values["val_size"]:
        return f"It chooses by the {values['val_size']:,} pictures kept out, never by the test set."
    from cnnplay.runs.series import VALIDATION_SHARE

    dataset = get_dataset_spec(values["dataset"])
    n_kept = round(dataset.n_train * VALIDATION_SHARE)
    return (
        f"It chooses by pictures kept out, never by the test set. {n_kept:,} of {dataset.title}'s "
        f"{dataset.n_train:,} training pictures will be kept out."
    )
