"""One run, live: where it stands, its curves, its gradients. It asks again each second while there is more to come."""

import json
import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnplay.figures.curves import Axis, gradient_norms, training_curves
from cnnplay.figures.template import CONFIG
from cnnplay.runs.records import Metric, Run
from cnnplay.runs.schema import ENDED
from cnnplay.runs.waiting import count_before
from cnnplay.ui import run_words
from cnnplay.ui.run_actions import show_actions
from cnnplay.ui.run_doctor import show_diagnosis
from cnnplay.ui.run_points import Trace, follow, last_of
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.run_result import show_result
from cnnplay.ui.run_take_along import show_take_along
from cnnplay.ui.time_machine import show_time_machine
from cnnplay.words import count, duration, file_size

POLL_EVERY_S = 1.0
AXES: dict[Axis, str] = {"step": "Steps", "time": "Time"}
_LIVE = """<script>
(() => {{
  document.title = {title};
  const charts = document.querySelector(".st-key-live_curves");
  if (!charts || charts.dataset.keepsHover) return;
  charts.dataset.keepsHover = "1";
  let last = null;
  charts.addEventListener("mousemove", event => {{ if (event.isTrusted) last = event; }});
  charts.addEventListener("mouseleave", () => {{ last = null; }});
  new MutationObserver(changes => {{
    const isNew = changes.some(change => [...change.addedNodes].some(node => node.querySelector?.(".nsewdrag")));
    if (!last || !isNew) return;
    const {{ clientX, clientY }} = last;
    requestAnimationFrame(() => document.elementFromPoint(clientX, clientY)
      ?.dispatchEvent(new MouseEvent("mousemove", {{ clientX, clientY, bubbles: true }})));
  }}).observe(charts, {{ childList: true, subtree: true }});
}})();
// {tick}
</script>"""
"""The tab tells the progress, and a chart that is drawn anew shows again what the mouse points at. The pages set their
own title when they are run, so that this one goes with the page."""


def show_run(run: Run, page_title: str) -> None:
    """Everything about a run, in places that keep their heights."""
    st.html(_heading(run))
    is_live = run.state in run_words.POLLED
    result, status = st.container(key="run_result"), st.container(key="run_status")
    buttons, doctor = st.container(key="run_actions"), st.container(key="run_doctor")
    if run.state == "finished":
        with result:
            show_result(run)
    with buttons:
        show_actions(run)

    @st.fragment(run_every=POLL_EVERY_S if is_live else None)
    def live() -> None:
        now = get_store().get(run.id)
        if (now.state, now.name) != (run.state, run.name):
            st.rerun()  # other buttons, and perhaps no more polling
        trace = follow(get_store(), now)
        with status:
            st.html(_status(now, trace.points))
        with doctor:
            show_diagnosis(now, trace)
        with st.container(key="live_curves"):
            _show_curves(now, trace)
        title = json.dumps(run_words.tab_title(now, page_title))
        tick = f"{now.step} {now.heartbeat_at}"
        st.html(_LIVE.format(title=title, tick=tick), unsafe_allow_javascript=True)

    live()
    if not run.is_imported:
        show_time_machine(run)
    show_take_along(run)


def _heading(run: Run) -> str:
    return (
        f'<div class="cp-run"><h2>{escape(run.name)}</h2><p class="cp-small">{escape(run.model)} on '
        f"{escape(run_words.dataset_title(run))}, recipe {escape(run.recipe)}, run {escape(run.short_id)}</p></div>"
    )


def _status(run: Run, points: Sequence[Metric]) -> str:
    n_before = None
    if run.state == "queued":
        executor = get_executor()
        if executor.capacity().n_free:  # whoever held the slot may have ended without a word
            executor.start_waiting()
        n_before = count_before(get_store().database, run.id)
    last = last_of(points)
    is_over = run.state in ENDED
    facts = [
        ("Images a second", count(round(last.images_per_s)) if last and last.images_per_s else "-"),
        ("Steps", count(run.step)) if is_over else ("Learning rate", f"{last.lr:.3g}" if last and last.lr else "-"),
        ("Trained for", duration(last.elapsed_s) if last and last.elapsed_s else "-"),
        ("Memory", file_size(last.memory_bytes) if last and last.memory_bytes else "-"),
    ]
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    reason = f'<p class="cp-reason">{escape(run.error)}</p>' if run.error else ""
    bar = f'<span class="cp-track"><span style="width:{100 * run_words.share_done(run):.1f}%"></span></span>'
    return (
        f'<div class="cp-run cp-{run.state}" role="status"><div class="cp-state"><b>'
        f"{escape(run_words.headline(run, n_before=n_before))}</b><span>{run_words.left(run, points)}</span></div>"
        f'{bar if run.state != "finished" else ""}<dl class="cp-facts">{cells}</dl>{reason}</div>'
    )


def _show_curves(run: Run, trace: Trace) -> None:
    with st.container(key="curves_axis"):
        axis: Axis = st.segmented_control(
            "To the right", list(AXES), default="step", required=True, format_func=lambda chosen: AXES[chosen],
            key="train_axis", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    is_over = run.state not in run_words.POLLED
    n_steps = None if is_over else run.n_steps
    figure = training_curves(trace.points, axis=axis, n_steps=n_steps, revision=run.id)
    config = CONFIG | {"doubleClick": "autosize"}
    st.plotly_chart(figure, key="curves", theme=None, config=config, alt=_in_words(trace.points))
    if any(point.grad_norms for point in trace.points):
        fold = st.expander("Gradient of each layer", key="train_gradients", on_change="rerun")
        if fold.open:
            with fold:
                figure = gradient_norms(trace.points, axis=axis, revision=run.id)
                st.plotly_chart(figure, key="gradients", theme=None, config=config)


def _in_words(points: Sequence[Metric]) -> str:
    last = last_of(points)
    if last is None:
        return "Accuracy by epoch" if points else "Curves of accuracy and loss, still empty"
    loss = "not a number" if last.loss is None else f"{last.loss:.3g}"
    right = "" if math.isnan(last.accuracy) else f"{100 * last.accuracy:.1f} %, "
    return f"Accuracy and loss by step; at step {last.step:,}: {right}loss {loss}"
