"""The tree of a network's modules with the figures of each, and how long each takes on this machine."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.ui import state
from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.inside import Inside, choose_layer
from cnnplay.ui.inside_architecture import KIND_WORDS, shape_words
from cnnplay.words import count, milliseconds

if TYPE_CHECKING:
    from cnnplay.inference.inside.graph import Graph
    from cnnplay.inference.inside.structure import Branch, StepFacts, Structure

SHORT_MS = 1
"""Below it, times are given with two decimals."""
HEAD = ("Layer", "Gives", "Parameters", "MACs", "Sees")


@dataclass(frozen=True, eq=False)
class Timed:
    """How long the steps of a network took.

    Attributes:
        graph: of the network.
        times: milliseconds by the name of the step.
        hardware: that they were taken on.
    """

    graph: "Graph"
    times: dict[str, float]
    hardware: str


def show_table(inside: Inside, structure: "Structure") -> None:
    """The tree; a click on a layer chooses it, a click on a group opens it."""
    timed: Timed | None = st.session_state.get(state.INSIDE_TIMES)
    times: dict[str, float] = timed.times if timed is not None and timed.graph is inside.graph else {}
    head = "".join(f"<span>{word}</span>" for word in (*HEAD, "Time" if times else ""))
    rows = "".join(_draw_branch(branch, structure, times, inside.layer, 0) for branch in structure.children)
    total = milliseconds(sum(times.values())) if times else ""
    html = (
        '<div class="cp-tree" data-scroll="tree"><div class="cp-sized">'
        f'<div class="cp-row cp-head">{head}</div>{rows}'
        f'<div class="cp-row cp-total"><span>{len(structure.steps)} operations</span><span></span>'
        f"<span>{count(structure.n_params)}</span><span>{count(structure.macs)}</span><span></span>"
        f"<span>{total}</span></div></div></div>"
    )
    show_clickable(html, key="inside_tree", on_pick=choose_layer)
    with st.container(horizontal=True, vertical_alignment="center", key="inside_timing"):
        st.button("Measure the times", key="inside_time", on_click=_time, args=(inside,))
        st.caption(
            _say_timed(timed) if timed is not None and times else "On this machine, for one picture; it takes a moment."
        )
    st.caption(
        "A MAC is one multiplication and one addition. Sees: how many pixels of the picture can change one unit "
        "([Araujo, Norris and Sim 2019](https://doi.org/10.23915/distill.00021)). Of a group: what it gives, and sums. "
        "The names are those of `named_children` and `named_modules`."
    )


def _time(inside: Inside) -> None:
    import torch

    from cnnplay.inference.inside.graph import INPUT
    from cnnplay.inference.inside.structure import time_steps
    from cnnplay.training.device import describe_hardware

    x = inside.values()[INPUT][None].contiguous(memory_format=torch.channels_last)
    timed = Timed(inside.graph, time_steps(inside.graph, x), describe_hardware(x.device))
    st.session_state[state.INSIDE_TIMES] = timed


def _say_timed(timed: Timed) -> str:
    from cnnplay.inference.inside.structure import N_TIMED

    return f"Median of {N_TIMED} passes of one picture, just now on {timed.hardware}."


def _draw_branch(branch: "Branch", structure: "Structure", times: dict[str, float], chosen: str, depth: int) -> str:
    facts = list(branch.all_facts())
    cells = _cells(branch, facts, structure, times)
    place = f'style="--depth:{depth}"'
    if not branch.children:
        if not branch.facts:
            return f'<div class="cp-row cp-idle" {place}>{cells}</div>'
        current = 'aria-current="true" tabindex="0"' if branch.path == chosen else 'tabindex="-1"'
        return f'<div class="cp-row" {place} data-pick="{escape(branch.path)}" {current}>{cells}</div>'
    is_open = any(each.step.name == chosen for each in facts)
    below = "".join(_draw_branch(child, structure, times, chosen, depth + 1) for child in branch.children)
    return (
        f'<details data-fold="{escape(branch.path)}"{" open" if is_open else ""}>'
        f'<summary class="cp-row" {place}>{cells}</summary>{below}</details>'
    )


def _cells(branch: "Branch", facts: "list[StepFacts]", structure: "Structure", times: dict[str, float]) -> str:
    from cnnplay.ui.inside_structure import field_words

    name = f"<span><b>{escape(branch.name)}</b> <i>{escape(KIND_WORDS.get(branch.what, branch.what))}</i></span>"
    if not facts:
        return f"{name}<span>changes nothing</span>"
    n_params, macs = sum(each.n_params for each in facts), sum(each.macs for each in facts)
    last = facts[-1]
    time_ms = sum(times[each.step.name] for each in facts) if times else None
    return (
        f"{name}<span>{shape_words(last.shape)}</span>{_bar(n_params, structure.n_params)}"
        f"{_bar(macs, structure.macs)}<span>{field_words(last.fields)}</span>"
        f"<span>{'' if time_ms is None else _short_time(time_ms)}</span>"
    )


def _bar(n: int, total: int) -> str:
    return f'<span class="cp-part" style="--share:{n / total:.3f}">{count(n)}</span>' if n else "<span></span>"


def _short_time(time_ms: float) -> str:
    return f"{time_ms:.2f} ms" if time_ms < SHORT_MS else milliseconds(time_ms)
