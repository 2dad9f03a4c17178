"""Draw a digit with the mouse, a pen or a finger, and every digit network reads it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnplay.data.digit import PreparedDigit
from cnnplay.errors import CnnplayError
from cnnplay.inference.jury import ask_jury
from cnnplay.inference.predictor import Prediction, Predictor
from cnnplay.models.spec import MNIST_CLASSES
from cnnplay.ui import canvas, state
from cnnplay.ui.answer import show_bars, show_digit, show_prompt
from cnnplay.ui.digits import prepare
from cnnplay.ui.jury import show_empty_jury, show_verdict
from cnnplay.ui.messages import say_missing_networks
from cnnplay.ui.navigation import guard
from cnnplay.ui.networks import Network, list_networks, pick_network
from cnnplay.ui.predictors import get_jury, open_network
from cnnplay.ui.samples import random_digit
from cnnplay.ui.steps import show_empty_steps, show_steps

guard()
st.title("Draw a digit")
st.write("Each time you lift the pen, a network that learned from handwritten digits reads what is there.")
canvas.restore_drawing()


def put_test_digit() -> None:
    """Begin with a random test digit."""
    try:
        canvas.start_from(random_digit())
    except CnnplayError as error:
        st.session_state[state.SAMPLE_ERROR] = str(error)


def show_controls() -> int:
    """The buttons and the brush under the canvas; returns the brush width in pixels."""
    with st.container(key="canvas_buttons", horizontal=True):
        st.button("Undo", on_click=canvas.undo)
        st.button("Clear", on_click=canvas.clear)
        st.button("Test digit", on_click=put_test_digit)
    if error := st.session_state.pop(state.SAMPLE_ERROR, None):
        st.error(error)
    with st.container(key="brush"):
        return st.slider("Brush width in pixels", *canvas.BRUSH_RANGE_PX, canvas.DEFAULT_BRUSH_PX, key=state.BRUSH_PX)


def read_canvas(brush_px: int) -> PreparedDigit | str:
    """The digit that is ready to be read, or the sentence that says why there is none."""
    sample = st.session_state.get(state.SAMPLE)
    try:
        strokes = canvas.draw_canvas(brush_px=brush_px, sample=sample)
        return prepare(strokes, sample=sample, brush_px=brush_px, canvas_px=canvas.CANVAS_PX)
    except CnnplayError as error:
        return str(error)


def show_reading(answer: DeltaGenerator, bars: DeltaGenerator, prediction: Prediction) -> None:
    """The answer and a bar for each digit."""
    with answer:
        show_digit(prediction)
    with bars:
        show_bars(list(zip(prediction.classes, map(float, prediction.probs), strict=True)), winner=prediction.label)


def show_nothing_read(answer: DeltaGenerator, bars: DeltaGenerator, why: str) -> None:
    """The same places, as high, while there is nothing to read."""
    with answer:
        show_prompt(why)
    with bars:
        show_bars([(name, 0.0) for name in MNIST_CLASSES], winner=None)


def choose_reader(networks: tuple[Network, ...], *, is_needed: bool) -> Predictor | str:
    """The network that reads, loaded when it is needed; or the sentence that says why there is none."""
    network = pick_network("Read by", networks, slot=state.DRAW_NETWORK)
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
def draw_and_read(networks: tuple[Network, ...]) -> None:
    """Everything that follows a stroke; the answer is sent first."""
    left, right = st.container(key="workbench").columns([5, 7], gap="large")
    with left:
        sheet = st.container(key="sheet")
        brush_px = show_controls()
    with sheet:
        found = read_canvas(brush_px)
    with right:
        answer, bars = st.container(key="answer"), st.container(key="top_k")
        reader = choose_reader(networks, is_needed=not isinstance(found, str))

    digit = None if isinstance(found, str) else found
    if digit and isinstance(reader, Predictor):
        show_reading(answer, bars, reader.predict(digit.image[None]))
    else:
        show_nothing_read(answer, bars, found if isinstance(found, str) else str(reader))
    if not networks:
        say_missing_networks("scribe")
    titles = [network.title for network in networks if network.run is None]
    show_reasons(digit, reader if isinstance(reader, Predictor) else None, titles)


draw_and_read(list_networks("mnist", same_classes=True))
canvas.hide_canvas_toolbar()
