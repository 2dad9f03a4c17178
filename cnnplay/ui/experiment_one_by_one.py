"""One-by-one convolutions, calculated: what a filter costs directly and through a narrow layer, for any sizes."""

from functools import partial

import streamlit as st

from cnnplay.experiments.cost import Cost, convolution_cost, narrowed_cost
from cnnplay.experiments.questions.one_by_one import KERNEL, N_IN, N_NARROW, N_OUT, SIZE_PX
from cnnplay.models.registry import get_spec
from cnnplay.ui import state
from cnnplay.ui.address import slide_in_address
from cnnplay.ui.experiment_answer import Answer
from cnnplay.ui.experiment_answer import show_answer as show_chart
from cnnplay.words import count

MOST_TIMED = 4_000_000_000
"""Multiplications of one picture: above that, timing would keep a core for longer than a visitor waits."""
N_TIMED = 5
"""Runs of each, of which the fastest counts: what else the machine does only ever makes one slower."""


def show_answer(answer: Answer) -> None:
    """The calculator, the same two ways timed on this machine, and a small Inception net trained both ways.

    Args:
        answer: its arms are the small net both ways.
    """
    with st.container(key="one_by_one_cost"):
        st.subheader("What it costs", anchor=False)
        left, right = st.columns(2, gap="medium")
        with left:
            n_in = int(slide_in_address("Maps that come in", "n_in", 1, 512, N_IN))
            n_narrow = int(slide_in_address("Maps in between", "narrow", 1, 256, N_NARROW))
            n_out = int(slide_in_address("Maps that go out", "n_out", 1, 512, N_OUT))
        with right:
            kernel = int(slide_in_address("Side of the filter", "kernel", 1, 11, KERNEL, step=2))
            size = int(slide_in_address("Height and width of the maps", "size", 1, 56, SIZE_PX))
        direct = convolution_cost(n_in, n_out, kernel, size)
        narrow = narrowed_cost(n_in, n_narrow, n_out, kernel, size)
        st.html(_bars(direct, narrow, f"{kernel} x {kernel}", n_narrow))
        st.caption(_sum(n_in, n_narrow, n_out, kernel, size))
        _show_timing(n_in, n_narrow, n_out, kernel, size)
    st.subheader("A small Inception net with it and without", anchor=False)
    st.write(_small_net(answer))
    show_chart(answer)


def _bars(direct: Cost, narrow: Cost, kernel: str, n_narrow: int) -> str:
    most = max(direct.multiplications, narrow.multiplications)
    rows = ((f"{kernel} directly", direct, ""), (f"1 x 1 to {n_narrow}, then {kernel}", narrow, " cp-won"))
    bars = "".join(
        f'<div class="cp-cost{won}"><span>{name}</span><span class="cp-track"><span style="width:'
        f'{100 * cost.multiplications / most:.1f}%"></span></span>'
        f"<b>{cost.multiplications:,}</b><small>multiplications, {cost.weights:,} weights</small></div>"
        for name, cost, won in rows
    )
    share = narrow.multiplications / direct.multiplications
    told = f"{100 * share:.1f} % of the multiplications are left" if share <= 1 else f"{share:.1f} times as many"
    return f'<div class="cp-costs" role="status">{bars}<p><b>{told}</b></p></div>'


def _sum(n_in: int, n_narrow: int, n_out: int, kernel: int, size: int) -> str:
    area = f"{size} x {size}"
    return (
        f"Directly: {n_in} x {n_out} x {kernel} x {kernel} weights, each used at {area} places. Through 1 x 1: "
        f"{n_in} x {n_narrow} weights, then {n_narrow} x {n_out} x {kernel} x {kernel}, each at {area} places."
    )


def _show_timing(n_in: int, n_narrow: int, n_out: int, kernel: int, size: int) -> None:
    sizes = (n_in, n_narrow, n_out, kernel, size)
    if convolution_cost(n_in, n_out, kernel, size).multiplications > MOST_TIMED:
        st.caption(f"Too large to be timed here: choose sizes with at most {count(MOST_TIMED)} multiplications.")
        return
    ask = partial(st.session_state.__setitem__, state.EXPERIMENT_TIMED, sizes)
    st.button("Time both on this server", key="one_by_one_time", on_click=ask)
    if st.session_state.get(state.EXPERIMENT_TIMED) == sizes:
        with st.spinner("Timing", show_time=False):
            direct_ms, narrow_ms = _time(*sizes)
        st.write(
            f"One picture, PyTorch on this server: {direct_ms:.1f} ms directly, {narrow_ms:.1f} ms through 1 x 1, "
            f"{100 * narrow_ms / direct_ms:.0f} % of the time."
        )


@st.cache_data(max_entries=64, show_spinner=False)
def _time(n_in: int, n_narrow: int, n_out: int, kernel: int, size: int) -> tuple[float, float]:
    """Milliseconds of both ways, the fastest of a few."""
    import time

    import torch
    from torch import nn

    conv = partial(nn.Conv2d, kernel_size=kernel, padding=kernel // 2)
    ways = conv(n_in, n_out), nn.Sequential(nn.Conv2d(n_in, n_narrow, 1), conv(n_narrow, n_out))
    picture = torch.zeros(1, n_in, size, size)
    best = []
    with torch.inference_mode():
        for way in ways:
            took = []
            for _ in range(N_TIMED):
                began = time.perf_counter()
                way(picture)
                took.append(1000 * (time.perf_counter() - began))
            best.append(min(took))
    return best[0], best[1]


@st.cache_data(max_entries=1, show_spinner=False)
def _macs() -> tuple[int, int]:
    """Multiply-accumulates of the small Inception net, with and without its 1 x 1."""
    from cnnplay.models.arithmetic import count_macs
    from cnnplay.models.registry import build

    shape = get_spec("inception").input_shape
    found = [count_macs(build("inception", one_by_one=has), shape) for has in (True, False)]
    return found[0], found[1]


def _small_net(answer: Answer) -> str:
    with_macs, without_macs = _macs()
    labels = [arm.label for arm in answer.experiment.arms]
    return (
        f"The net for digits has only 10 and 20 maps to bring down, and 16 is hardly narrower: {count(with_macs)} MACs "
        f"{labels[0]}, {count(without_macs)} MACs {labels[1]}."
    )
