"""Published recipes run again: every figure beside ours, and the curve of one recipe beside the published one."""

from collections.abc import Sequence

import streamlit as st

from cnnplay.comparison.published import SOURCE, find_published
from cnnplay.evaluation.accuracy import wilson_interval
from cnnplay.experiments.experiment import Arm
from cnnplay.experiments.results import ArmResult
from cnnplay.figures.template import CONFIG
from cnnplay.runs.records import Run
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.experiment_answer import Answer
from cnnplay.ui.run_queue import get_store
from cnnplay.words import accuracy, duration, listing

N_TEST = 10_000
"""Test pictures of MNIST and of CIFAR-10."""


def show_answer(answer: Answer) -> None:
    """The rows, and below them the curve of one.

    Raises:
        StoreError: the run store cannot be read.
    """
    from cnnplay.figures.experiment_reproduce import Reproduced, reproduced_rows

    rows = []
    for arm in answer.experiment.arms:
        mine, own = answer.shipped.arm(arm.key), answer.own_accuracies(arm)
        measured = mine.seeds[0].accuracy if mine else None
        low, high = wilson_interval(round(measured * N_TEST), N_TEST) if measured is not None else (0.0, 0.0)
        rows.append(
            Reproduced(label=arm.label, published=arm.published, measured=measured, low=low, high=high, own=own)
        )
    alt = "Published and measured accuracy: " + ", ".join(
        f"{row.label} {'not measured' if row.measured is None else accuracy(row.measured)}" for row in rows
    )
    st.plotly_chart(reproduced_rows(rows), key="experiment_chart", theme=None, config=CONFIG, alt=alt)
    missing = [arm.label for arm in answer.experiment.arms if answer.shipped.arm(arm.key) is None]
    if missing:
        verb = "has" if len(missing) == 1 else "have"
        st.caption(f"{listing(missing)} {verb} not been measured yet: the row stays empty until then.")
    st.caption(f"{SOURCE} Ours: one run each, seed 0.")
    with st.container(key="reproduced_curve"):
        _show_curve(answer)


def _show_curve(answer: Answer) -> None:
    from cnnplay.figures.experiment_reproduce import reproduced_curves

    arms = {arm.key: arm for arm in answer.experiment.arms}
    key = choose_in_address(
        "Curve of", list(arms), "curve", default="inception", words=lambda each: arms[each].label, kind=st.selectbox
    )
    arm, mine = arms[key], answer.shipped.arm(key)
    own = next(each.runs for each in answer.own if each.arm.key == key)
    measured = _measured(arm, mine) if mine else []
    published, theirs = _published(arm), _own_curves(own)
    if not (published or measured or theirs):
        st.html('<div class="cp-empty"><p>No curve was published of it, and it has not been run yet.</p></div>')
        return
    figure = reproduced_curves(published, measured, theirs)
    alt = f"Test accuracy of {arm.label} by epoch"
    st.plotly_chart(figure, key="reproduced_curves", theme=None, config=CONFIG, alt=alt)
    st.caption(_words(arm, mine))


def _measured(arm: Arm, mine: ArmResult) -> list[tuple[float, float]]:
    """Its end alone, where the recipe reads the test set once."""
    seed = mine.seeds[0]
    read = [(epoch, test) for epoch, _, test in seed.curve if test is not None]
    return read or [(arm.config.epochs, seed.accuracy)]


def _published(arm: Arm) -> list[tuple[float, float]]:
    if arm.published is None:
        return []
    found = find_published(arm.key)
    return list(zip(found.epochs, found.accuracies, strict=True)) if found else [(arm.config.epochs, arm.published)]


def _own_curves(runs: Sequence[Run]) -> list[list[tuple[float, float]]]:
    curves = []
    for run in runs:
        points = get_store().metrics(run.id)
        curves.append([(each.epoch, each.test_accuracy) for each in points if each.test_accuracy is not None])
    return [curve for curve in curves if curve]


def _words(arm: Arm, mine: ArmResult | None) -> str:
    published = f"Published: {accuracy(arm.published)}, {arm.published_note}." if arm.published is not None else (
        f"Published: {arm.published_note}."
    )  # fmt: skip
    if mine is None:
        return f"{published} Not measured here yet."
    seed = mine.seeds[0]
    likewise = "" if arm.config.views == "none" else " averaged likewise,"
    return (
        f"{published} Ours: {accuracy(seed.accuracy)},{likewise} seed {seed.seed}, measured {seed.on.measured_at} on "
        f"{seed.on.hardware}, PyTorch {seed.on.torch_version.split('+')[0]}, {seed.on.precision}, "
        f"{duration(seed.wall_s)} of training."
    )
