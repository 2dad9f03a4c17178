"""Which class is asked about, against which other, and how the methods are carried out; all of it in the address."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.ui.address import choose_in_address, slide_in_address, switch_in_address
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_why_words import FILL_WORDS, INK_WORDS
from cnnplay.words import percent, plain

if TYPE_CHECKING:
    from cnnplay.inference.inside.attributions import Fill, Options, Question
    from cnnplay.inference.predictor import Prediction

CLASS_PARAMETER, AGAINST_PARAMETER, CAM_PARAMETER, FILL_PARAMETER = "cls", "vs", "cam", "fill"
STEPS_PARAMETER, WINDOW_PARAMETER, STRIDE_PARAMETER = "steps", "window", "stride"
STEP_BOUNDS, WINDOW_BOUNDS, STRIDE_BOUNDS = (8, 128), (1, 16), (1, 8)
WINDOWS = {28: (5, 2), 32: (6, 4)}
"""By the side of the picture: window and stride to begin with, 169 and 64 places."""


def ask_question(prediction: "Prediction") -> "Question":
    """The class, by default the answer, and perhaps the likeliest other one that it is held against."""
    from cnnplay.inference.inside.attributions import Question

    order = (-prediction.probs).argsort(kind="stable")
    answer = int(order[0])

    def words(key: str) -> str:
        return f"{prediction.classes[int(key)]}, {percent(float(prediction.probs[int(key)]))}"

    keys = [str(i) for i in range(len(prediction.classes))]
    chosen = int(
        choose_in_address("What speaks for", keys, CLASS_PARAMETER, default=str(answer), words=words, kind=st.selectbox)
    )
    other = next(int(i) for i in order if int(i) != chosen)
    held = switch_in_address(
        f"Against {plain(prediction.classes[other])}", AGAINST_PARAMETER,
        help="Explains by how much the score of the class is above that of the likeliest other one.",
    )  # fmt: skip
    return Question(chosen, other if held else None)


def ask_options(inside: Inside) -> "tuple[Options, str | None]":
    """How the methods are carried out, and the convolution whose maps Grad-CAM reads (None where there is none)."""
    from cnnplay.inference.inside.attributions import USUAL_STEPS, Options
    from cnnplay.inference.inside.probe import follow

    with st.popover("How they are computed", key="why_options"):
        layer = _ask_layer(inside)
        n_steps = slide_in_address("Integrated gradients: steps", STEPS_PARAMETER, *STEP_BOUNDS, USUAL_STEPS, step=8)
        window, stride = WINDOWS.get(inside.image.shape[1], (5, 2))
        window_px = slide_in_address("Occlusion: side of the square, px", WINDOW_PARAMETER, *WINDOW_BOUNDS, window)
        stride_px = slide_in_address(
            "Occlusion: moved by, px", STRIDE_PARAMETER, *STRIDE_BOUNDS, stride,
            help="By no more than its side: each pixel is hidden at least once.",
        )  # fmt: skip
        fill = _ask_fill(inside)
    options = Options(
        layer=None if layer is None else follow(inside.graph, layer), n_steps=int(n_steps), window_px=int(window_px),
        stride_px=min(int(stride_px), int(window_px)), fill=fill,
    )  # fmt: skip
    return options, layer


def fill_words(inside: Inside, fill: "Fill") -> str:
    """A fill as the picture has it: of a digit, black is paper."""
    return (INK_WORDS if len(inside.image) == 1 else FILL_WORDS)[fill]


def _ask_layer(inside: Inside) -> str | None:
    from cnnplay.inference.inside.probe import convolutions, usual_convolution

    names, usual = convolutions(inside.graph), usual_convolution(inside.graph, inside.values())
    if usual is None:
        st.caption("Grad-CAM reads the maps of a convolution, and this network has none.")
        return None

    def words(name: str) -> str:
        height, width = inside.values()[name].shape[-2:]
        return f"{name}, maps of {height} x {width}"

    return choose_in_address(
        "Grad-CAM: convolution", names, CAM_PARAMETER, default=usual, words=words, kind=st.selectbox,
        help="Its maps are read after the normalisation, activation or addition that follows it.",
    )  # fmt: skip


def _ask_fill(inside: Inside) -> "Fill":
    from cnnplay.inference.inside.attributions import FILLS

    chosen = choose_in_address(
        "Hidden with, and the start of integrated gradients", FILLS, FILL_PARAMETER,
        words=lambda key: fill_words(inside, next(each for each in FILLS if each == key)),
    )  # fmt: skip
    return next(each for each in FILLS if each == chosen)
