"""Draw a digit with the mouse, a pen or a finger, and every digit network reads it; other networks other things."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnplay.data.digit import PreparedDigit
from cnnplay.errors import CnnplayError
from cnnplay.inference.jury import ask_jury
from cnnplay.inference.predictor import Prediction, Predictor
from cnnplay.models.spec import MNIST_CLASSES
from cnnplay.ui import canvas, state
from cnnplay.ui.answer import show_bars, show_drawn, show_prompt
from cnnplay.ui.digits import PROMPT, prepare
from cnnplay.ui.hand import show_correction, show_way_to_teach
from cnnplay.ui.inside_link import show_way_inside
from cnnplay.ui.jury import show_empty_jury, show_verdict
from cnnplay.ui.messages import say_missing_networks
from cnnplay.ui.navigation import guard
from cnnplay.ui.networks import Network, chosen_network, list_networks, pick_network
from cnnplay.ui.predictors import get_jury, open_network
from cnnplay.ui.samples import random_digit
from cnnplay.ui.steps import show_empty_steps, show_steps
from cnnplay.words import listing

MOST_BARS = 12


def put_test_digit() -> None:
    """Begin with a random test digit."""
    try:
        canvas.start_from(random_digit())
    except CnnplayError as error:
        st.session_state[state.SAMPLE_ERROR] = str(error)


def show_controls(*, reads_digits: bool) -> int:
    """The buttons and the brush under the canvas; returns the brush width in pixels."""
    with st.container(key="canvas_buttons", horizontal=True):
        st.button("Undo", on_click=canvas.undo)
        st.button("Clear", on_click=canvas.clear)
        if reads_digits:
            st.button("Test digit", on_click=put_test_digit)
    if error := st.session_state.pop(state.SAMPLE_ERROR, None):
        st.error(error)
    with st.container(key="brush"):
        return st.slider("Brush width in pixels", *canvas.BRUSH_RANGE_PX, canvas.DEFAULT_BRUSH_PX, key=state.BRUSH_PX)


def read_canvas(brush_px: int) -> PreparedDigit | str:
    """The drawing that is ready to be read, or the sentence that says why there is none."""
    sample = st.session_state.get(state.SAMPLE)
    try:
        strokes = canvas.draw_canvas(brush_px=brush_px, sample=sample)
        return prepare(strokes, sample=sample, brush_px=brush_px, canvas_px=canvas.CANVAS_PX)
    except CnnplayError as error:
        return str(error)


def show_reading(answer: DeltaGenerator, bars: DeltaGenerator, prediction: Prediction) -> None:
    """The answer and a bar for each class, or for the likeliest of many."""
    rows = list(zip(prediction.classes, map(float, prediction.probs), strict=True))
    with answer:
        show_drawn(prediction)
    with bars:
        show_bars(rows if len(rows) <= MOST_BARS else prediction.top_k(MOST_BARS), winner=prediction.label)


def show_nothing_read(answer: DeltaGenerator, bars: DeltaGenerator, why: str, classes: tuple[str, ...]) -> None:
    """The same places, as high, while there is nothing to read."""
    if why == PROMPT and classes != MNIST_CLASSES:
        why = f"Draw one of {listing(list(classes))}" if 1 < len(classes) <= MOST_BARS else "Draw something it knows"
    with answer:
        show_prompt(why)
    with bars:
        show_bars([(name, 0.0) for name in classes[:MOST_BARS]], winner=None)


def open_reader(network: Network | None, *, is_needed: bool) -> Predictor | str:
    """The network that reads, loaded when it is needed; or the sentence that says why there is none."""
    if network is None or not is_needed:  # the empty page waits for no network
        return "There is nobody to read it yet"
    try:
        return open_network(network)
    except CnnplayError as error:
        return str(error)


def show_reasons(digit: PreparedDigit | None, reader: Predictor | None, titles: list[str]) -> None:
    """What the network was given, step by step, and what the others say to it."""
    with st.container(key="preprocessing"):
        st.header("What the network sees")
        if digit:
            sample = st.session_state.get(state.SAMPLE)
            show_steps(digit.steps, reader, note=sample.note if sample else "")
        else:
            show_empty_steps()
    with st.container(key="jury"):
        st.header("The jury")
        if digit and reader:
            show_verdict(ask_jury(get_jury("mnist", reader), digit.image[None]))
        else:
            show_empty_jury(titles)


@st.fragment
def draw_and_read(networks: tuple[Network, ...], *, reads_digits: bool) -> None:
    """Everything that follows a stroke; the answer is sent first."""
    left, right = st.container(key="workbench").columns([5, 7], gap="large")
    with right:
        answer, bars = st.container(key="answer"), st.container(key="top_k")
        network = pick_network("Read by", networks, slot=state.DRAW_NETWORK)
        correction = st.container(key="correction_place")
        way = st.container(key="onward")
    classes = network.classes if network else MNIST_CLASSES
    if (classes == MNIST_CLASSES) != reads_digits:
        st.rerun()  # the words above are about digits, or are not
    with left:
        sheet = st.container(key="sheet")
        brush_px = show_controls(reads_digits=reads_digits)
    with sheet:
        found = read_canvas(brush_px)
    digit = None if isinstance(found, str) else found
    reader = open_reader(network, is_needed=digit is not None)
    if network and digit and isinstance(reader, Predictor):
        prediction = reader.predict(digit.image[None])
        show_reading(answer, bars, prediction)
        with correction:
            show_correction(prediction, digit.image[None], network)
        with way:
            show_way_inside(network, digit.image[None])
    else:
        show_nothing_read(answer, bars, found if isinstance(found, str) else str(reader), classes)
    with way:
        show_way_to_teach(network)
    if not networks:
        say_missing_networks("scribe")
    titles = [each.title for each in networks if each.run is None and each.classes == classes]
    show_reasons(digit, reader if isinstance(reader, Predictor) else None, titles)


guard()
drawable = list_networks("mnist")
reader_now = chosen_network(drawable, slot=state.DRAW_NETWORK)
is_about_digits = reader_now is None or reader_now.classes == MNIST_CLASSES
st.title("Draw a digit" if is_about_digits else "Draw")
known = "a network that learned from handwritten digits" if is_about_digits else "the network"
st.write(f"Each time you lift the pen, {known} reads what is there.")
canvas.restore_drawing()
draw_and_read(drawable, reads_digits=is_about_digits)
canvas.hide_canvas_toolbar()
