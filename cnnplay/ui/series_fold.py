"""The fold of the Retrain form in which one training becomes several."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnplay.runs.series_records import SEEDS_BOUNDS, SWEEP_BOUNDS
from cnnplay.runs.series_space import LISTED, LOG, RANGED
from cnnplay.training.config import WHOLE
from cnnplay.ui import series_form
from cnnplay.ui.series_form import SWEEPABLE, Several, change, several
from cnnplay.ui.train_fields import FIELDS, catch_up, form

KINDS = {"one": "One run", "seeds": "Several seeds", "sweep": "A sweep"}
SEEDS_WORDS = "The same settings with other seeds: how far apart the results lie is what chance makes of them."
BY_FACTORS = " It is tried by factors: 0.01 is as far from 0.1 as 0.1 from 1."
PRUNED_WORDS = "A run that falls behind half of the finished ones is stopped early. Each can be resumed by hand."


def show_several() -> None:
    """What to start, and its settings."""
    now = several()
    key = "several_kind"

    def changed() -> None:
        change(kind=st.session_state[key])

    kind = st.segmented_control(
        "What to start", list(KINDS), default=now.kind, required=True, format_func=lambda kind: KINDS[kind], key=key,
        label_visibility="collapsed", on_change=changed,
    )  # fmt: skip
    catch_up(kind, now.kind, changed)
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

    begun = getattr(now, name)
    catch_up(st.number_input(label, *bounds, begun, 1, key=key, on_change=changed), begun, changed)


def _show_sweep(now: Several) -> None:
    key = "several_chosen"

    def changed() -> None:
        change(chosen=tuple(st.session_state[key]))

    chosen = st.multiselect(
        "Settings to try", SWEEPABLE, now.chosen, format_func=lambda name: FIELDS[name].label, key=key,
        on_change=changed,
    )  # fmt: skip
    catch_up(tuple(chosen), now.chosen, changed)
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

    def changed() -> None:
        series_form.edit(name, _in_order(name, st.session_state[key]))

    chosen = st.multiselect(
        field.label, LISTED[name], held, format_func=lambda value: field.choices.get(value, str(value)), key=key,
        on_change=changed,
    )  # fmt: skip
    catch_up(tuple(chosen), held, changed)


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

    now = []
    told = f"{FIELDS[name].help}{BY_FACTORS if name in LOG else ''}".strip()
    for column, end, word, each in zip(columns, held, ("from", "to"), keys, strict=True):
        with column:
            number = st.number_input(
                f"{FIELDS[name].label}, {word}", least, most, kind(end), kind(_step(name, end)),
                "%d" if kind is int else "%g", key=each, on_change=changed,
                help=told or None,
            )  # fmt: skip
        now.append(number)
    catch_up(tuple(now), tuple(map(kind, held)), changed)


def _step(name: str, end: float) -> float:
    return end / 2 if name in LOG and end else FIELDS[name].step
