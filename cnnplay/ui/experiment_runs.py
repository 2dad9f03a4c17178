"""Run it yourself: an experiment's own trainings in the run queue, their progress, and the button that stops them."""

from collections import Counter
from collections.abc import Callable, Sequence

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.experiments.experiment import Arm
from cnnplay.experiments.own_runs import OwnArm, dataset_for, estimate_s, find_own, start, stop
from cnnplay.runs.schema import ACTIVE
from cnnplay.ui import state
from cnnplay.ui.address import choose_in_address, slide_in_address
from cnnplay.ui.experiment_answer import Answer
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.run_words import share_done
from cnnplay.words import duration

POLL_EVERY_S = 2.0
MOST_SEEDS = 5
ALL = "all"
OPEN = ("queued", *ACTIVE)


def show_runs(answer: Answer) -> None:
    """What can be run, how long that takes, and how far it is."""
    experiment = answer.experiment
    with st.container(key="experiment_runs", border=True):
        st.subheader("Run it yourself", anchor=False)
        arms, n_seeds = _choose(answer)
        missing = sorted({arm.config.dataset for arm in arms if dataset_for(experiment, arm) is None})
        if missing:
            commands = ", ".join(f"`python -m cnnplay data {key} --download`" for key in missing)
            st.info(f"The data for this is not on this machine. Get it with: {commands}")
        st.caption(_estimate(answer, arms, n_seeds))
        is_open = any(run.state in OPEN for own in answer.own for run in own.runs)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Start", key="experiment_start", type="primary",
                disabled=bool(missing) or _is_done(answer, arms, n_seeds),
                on_click=lambda: _do(lambda: start(experiment, arms, n_seeds, get_executor(), get_store())),
            )  # fmt: skip
            if is_open:
                st.button("Stop", key="experiment_stop", on_click=lambda: _do(lambda: stop(experiment, get_store())))
        if error := st.session_state.pop(state.EXPERIMENT_ERROR, None):
            st.error(error)
        _show_progress(answer, is_open=is_open)


def _choose(answer: Answer) -> tuple[tuple[Arm, ...], int]:
    arms = {arm.key: arm for arm in answer.experiment.arms}
    usual = ALL if answer.experiment.n_seeds > 1 else next(iter(arms))
    words = {ALL: f"all {len(arms)} settings" if len(arms) > 2 else "both settings"} | {
        key: arm.label for key, arm in arms.items()
    }
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = choose_in_address(
            "What", [ALL, *arms], "arm", default=usual, words=words.__getitem__, kind=st.selectbox
        )
    with right:
        most = min(3, answer.experiment.n_seeds)
        n_seeds = int(slide_in_address("Seeds of each", "seeds", 1, MOST_SEEDS, most))
    return (tuple(arms.values()) if chosen == ALL else (arms[chosen],)), n_seeds


def _is_done(answer: Answer, arms: Sequence[Arm], n_seeds: int) -> bool:
    """Whether every run that was chosen waits, trains or is finished."""
    chosen = {arm.key for arm in arms}
    alive = ("finished", *OPEN)
    return all(sum(run.state in alive for run in own.runs) >= n_seeds for own in answer.own if own.arm.key in chosen)


def _estimate(answer: Answer, arms: Sequence[Arm], n_seeds: int) -> str:
    n_runs = len(arms) * n_seeds
    took_s = estimate_s(answer.experiment, arms, n_seeds, answer.shipped)
    stands_in = any(dataset_for(answer.experiment, arm) not in (None, arm.config.dataset) for arm in arms)
    instead = " MNIST is not on this machine, so they learn from MNIST-5k instead." if stands_in else ""
    runs = f"{n_runs} trainings, one after the other on this server" if n_runs > 1 else "1 training on this server"
    if took_s is None:
        return f"{runs}. How long that takes has not been measured.{instead}"
    return f"{runs}: about {duration(took_s)} on one core like the one above, if nothing else runs.{instead}"


def _show_progress(answer: Answer, *, is_open: bool) -> None:
    """Redraws the whole page when another run is finished, and only itself in between."""
    before = _counted(answer.own)
    if not before:
        st.caption("You have not run any of it yet. Finished runs appear in the chart as ◇.")
        return

    @st.fragment(run_every=POLL_EVERY_S if is_open else None)
    def live() -> None:
        own = find_own(answer.experiment, get_store()) if is_open else answer.own
        now = _counted(own)
        if (now["finished"], _n_open(now)) != (before["finished"], _n_open(before)):
            st.rerun()
        st.html(_status(own, now))

    live()


def _counted(own: Sequence[OwnArm]) -> Counter[str]:
    return Counter(run.state for each in own for run in each.runs)


def _n_open(counted: Counter[str]) -> int:
    return sum(counted[each] for each in OPEN)


def _status(own: Sequence[OwnArm], counted: Counter[str]) -> str:
    runs = [run for each in own for run in each.runs]
    done = sum(1.0 if run.state == "finished" else share_done(run) for run in runs)
    trains = next((run for run in runs if run.state == "running"), None)
    words = [f"{counted['finished']} of {len(runs)} runs finished"]
    words += [f"{counted['queued']} wait"] if counted["queued"] else []
    words += [f"{counted['interrupted']} stopped"] if counted["interrupted"] else []
    words += [f"{counted['failed']} failed"] if counted["failed"] else []
    what = next((each.arm.label for each in own if trains in each.runs), "") if trains else ""
    now = f"{what}, seed {trains.train_config.seed}: {100 * share_done(trains):.0f} %" if trains else ""
    return (
        f'<div class="cp-run" role="status"><div class="cp-state"><b>{", ".join(words)}</b><span>{now}</span></div>'
        f'<span class="cp-track"><span style="width:{100 * done / len(runs):.1f}%"></span></span></div>'
    )


def _do(deed: Callable[[], object]) -> None:
    """Does it; where it cannot be done keeps the sentence that says why."""
    try:
        deed()
    except CnnplayError as error:
        st.session_state[state.EXPERIMENT_ERROR] = str(error)
