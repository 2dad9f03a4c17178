"""Curves of the Compare page: how the chosen networks were trained, and what was published of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from cnnplay.comparison.curves import FLOPS_PER_MAC, make_lines, published_lines, without_curve
from cnnplay.comparison.entries import Entry, Member
from cnnplay.comparison.published import SOURCE, find_published
from cnnplay.comparison.selection import Comparison
from cnnplay.figures.compared_curves import CHART_PX, Axis, Line, Pictures, compared_curves
from cnnplay.figures.template import CONFIG
from cnnplay.runs.records import Run
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_names import hide_names_on_phone
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.run_words import POLLED
from cnnplay.words import accuracy, listing, plain

POLL_EVERY_S = 2.0
AXES: dict[Axis, str] = {"epoch": "Epochs", "step": "Steps", "time": "Time", "flops": "FLOPs"}
ABOUT_AXES: dict[Axis, str] = {
    "epoch": "Epochs: passes over the training pictures.",
    "step": "Steps: batches learned from. Networks with larger batches take fewer.",
    "time": "Time of the training steps alone, each network on the hardware that the leaderboard names.",
    "flops": f"FLOPs so far: pictures seen times {FLOPS_PER_MAC} times the MACs of one picture. "
    "A MAC is two operations forward, and going backward takes about twice as many as that.",
}
SWITCHES = {"logx": "Log axis", "logloss": "Log loss", "published": "As published"}
MARKS: dict[Pictures, str] = {
    "training": "plain lines: training pictures",
    "validation": "circles: pictures kept out",
    "test": "diamonds: test pictures",
    "published": "dotted: as published, test pictures",
}
MOST_SMOOTHING = 0.98


@dataclass(frozen=True)
class View:
    """How the curves are to be seen; all of it stands in the address."""

    by: Axis
    smoothing: float
    log_x: bool
    log_loss: bool
    has_published: bool


def show_curves(comparison: Comparison) -> None:
    """Loss and accuracy of all chosen networks; those in training grow.

    Args:
        comparison: the chosen networks.
    """
    began = {run.id: run for entry in comparison.entries for member in entry.members if (run := member.run)}
    trains = {run_id: run for run_id, run in began.items() if run.state in POLLED}

    @st.fragment(run_every=POLL_EVERY_S if trains else None)
    def curves() -> None:
        now = {run_id: get_store().get(run_id) for run_id in trains}
        if any(run.state != trains[run_id].state for run_id, run in now.items()):
            st.rerun()  # the leaderboard has news, and there is perhaps nothing more to wait for
        view = _choose_view()
        _show([_at(now, entry) for entry in comparison.entries], view)

    curves()


def _at(now: Mapping[str, Run], entry: Entry) -> Entry:
    return replace(entry, members=tuple(_member_at(now, member) for member in entry.members))


def _member_at(now: Mapping[str, Run], member: Member) -> Member:
    return replace(member, run=now.get(member.run.id, member.run)) if member.run else member


def _choose_view() -> View:
    with st.container(key="curves_view", horizontal=True, vertical_alignment="top", gap="medium"):
        by = choose_in_address("To the right", list(AXES), "by", words=lambda axis: AXES[cast("Axis", axis)])
        smoothing = st.slider(
            "Smoothing", 0.0, MOST_SMOOTHING, 0.0, 0.02, key="smooth", bind="query-params", width=200,
            help="How much of what came before goes into each value. The curves stay underneath, faintly.",
        )  # fmt: skip
    with st.container(key="curves_switches", horizontal=True, gap="medium"):
        log_x, log_loss, has_published = (
            st.toggle(words, key=name, bind="query-params") for name, words in SWITCHES.items()
        )
    return View(cast("Axis", by), smoothing, log_x=log_x, log_loss=log_loss, has_published=has_published)


def _show(entries: Sequence[Entry], view: View) -> None:
    lines = make_lines(entries, by=view.by, smoothing=view.smoothing)
    published = published_lines(entries, by=view.by) if view.has_published else ()
    if lines or published:
        chart = compared_curves(
            [*lines, *published], by=view.by, log_x=view.log_x, log_loss=view.log_loss,
            revision=" ".join(entry.token for entry in entries),
        )  # fmt: skip
        config = CONFIG | {"doubleClick": "autosize"}
        with st.container(key="curves_plot"):
            hide_names_on_phone(chart, "curves_plot")
            st.plotly_chart(chart.figure, key="compared_curves", theme=None, config=config, alt=_in_words(lines))
        st.caption(f"{_marks([*lines, *published])} {ABOUT_AXES[view.by]}")
    else:
        st.html(f'<div class="cp-empty" style="min-height:{CHART_PX // 2}px"><p>There is no curve to show.</p></div>')
    if view.has_published:
        _tell_published(entries, view)
    _tell_missing(entries)


def _marks(lines: Sequence[Line]) -> str:
    """How training, validation and test are told apart, as far as they are there."""
    marked = [words for pictures, words in MARKS.items() if any(line.pictures == pictures for line in lines)]
    seeds = " A band is one standard deviation of the seeds." if any(line.std is not None for line in lines) else ""
    return f"{'; '.join(marked).capitalize()}.{seeds}"


def _tell_published(entries: Sequence[Entry], view: View) -> None:
    found = [each for model in dict.fromkeys(entry.model for entry in entries) if (each := find_published(model))]
    if not found:
        st.caption("Nothing was published of these networks.")
        return
    if view.by == "time":
        st.caption("No times were published: choose another scale to the right.")
    told = "; ".join(f"{each.model} {accuracy(each.accuracies[-1])}, {each.note}" for each in found)
    st.caption(f"{SOURCE} All on test pictures. {told}.")


def _tell_missing(entries: Sequence[Entry]) -> None:
    missing = without_curve(entries)
    if not missing:
        return
    names = listing([plain(entry.title) for entry in missing])
    with st.container(key="curves_missing", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"No curve was kept of {names}. Train again to see one.", width="content")
        st.page_link("pages/train.py", label="Retrain")


def _in_words(lines: Sequence[Line]) -> str:
    ends = [f"{line.name} {100 * line.y[-1]:.1f} %" for line in lines if line.quantity == "accuracy" and len(line.y)]
    return f"Curves of accuracy and loss; they end at {', '.join(ends)}" if ends else "Curves, still empty"
