"""The fold of the Retrain form in which one training becomes several."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnplay.runs.series_records import SEEDS_BOUNDS, SWEEP_BOUNDS
from cnnplay.runs.series_space import LISTED, LOG, RANGED
from cnnplay.training.config import WHOLE
from cnnplay.ui import series_form
from cnnplay.ui.series_form import SWEEPABLE, Several, change, several
from cnnplay.ui.train_fields import FIELDS, form

KINDS = {"one": "One run", "seeds": "Several seeds", "sweep": "A sweep"}
SEEDS_WORDS = "The same settings with other seeds: how far apart the results lie is what chance makes of them."
BY_FACTORS = " It is tried by factors: 0.01 is as far from 0.1 as 0.1 from 1."
PRUNED_WORDS = "A run that falls behind half of the finished ones is stopped early. Each can be resumed by hand."


def show_several() -> None:
    """What to start, and its settings."""
    now = several()
    key = "several_kind"
    st.segmented_control(
        "What to start", list(KINDS), default=now.kind, required=True, format_func=lambda kind: KINDS[kind], key=key,
        label_visibility="collapsed", on_change=lambda: change(kind=st.session_state[key]),
    )  # fmt: skip
    if now.kind == "seeds":
        _show_number("Runs", "n_seeds", now, SEEDS_BOUNDS)
        seed = form()["seed"]
        st.caption(f"{SEEDS_WORDS} Seeds {seed} to {seed + now.n_seeds - 1}.")
    elif now.kind == "sweep":
        _show_sweep(now)


def _show_number(label: str, name: str, now: Several, bounds: tuple[int, int]) -> None:
    key = f"several_{name}"

    def changed() -> None:
        if (value := st.session_state[key]) is not None:
            change(**{name: value})

    st.number_input(label, *bounds, getattr(now, name), 1, key=key, on_change=changed)


def _show_sweep(now: Several) -> None:
    chosen_key = "several_chosen"
    st.multiselect(
        "Settings to try", SWEEPABLE, now.chosen, format_func=lambda name: FIELDS[name].label, key=chosen_key,
        on_change=lambda: change(chosen=tuple(st.session_state[chosen_key])),
    )  # fmt: skip
    for name in now.chosen:
        if name in LISTED:
            _show_list(name)
        else:
            _show_range(name)
    _show_number("Runs", "n_runs", now, SWEEP_BOUNDS)
    st.caption(f"{series_form.validation_words(form())} {PRUNED_WORDS}")


def _held(name: str) -> tuple[tuple[Any, ...], str]:
    """What a setting stands at, and a key that is new when the form proposes something else."""
    ends = series_form.proposed(name, form())
    return several().edited.get(name) or ends, f"several_{name}__{'_'.join(map(str, ends))}"


def _show_list(name: str) -> None:
    held, key = _held(name)
    field = FIELDS[name]
    st.multiselect(
        field.label, LISTED[name], held, format_func=lambda value: field.choices.get(value, str(value)), key=key,
        on_change=lambda: series_form.edit(name, _in_order(name, st.session_state[key])),
    )  # fmt: skip


def _in_order(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """At least something is remembered: an empty list would be taken for an untouched one."""
    return tuple(value for value in LISTED[name] if value in values) or (LISTED[name][0],)


def _show_range(name: str) -> None:
    held, key = _held(name)
    kind = int if name in WHOLE else float
    least, most = (kind(end) for end in RANGED[name])
    columns = st.columns(2)
    keys = f"{key}_low", f"{key}_high"

    def changed() -> None:
        ends = tuple(st.session_state[each] for each in keys)
        if None not in ends:
            series_form.edit(name, ends)

    told = f"{FIELDS[name].help}{BY_FACTORS if name in LOG else ''}".strip()
    for column, end, word, each in zip(columns, held, ("from", "to"), keys, strict=True):
        with column:
            st.number_input(
                f"{FIELDS[name].label}, {word}", least, most, kind(end), kind(_step(name, end)),
                "%d" if kind is int else "%g", key=each, on_change=changed,
                help=told or None,
            )  # fmt: skip


def _step(name: str, end: float) -> float:
    return end / 2 if name in LOG and end else FIELDS[name].step
