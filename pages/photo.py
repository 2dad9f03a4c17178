"""Show the networks a photo: what do they take it for, and what do they see of it at all?"""

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from cnnplay.data.photo import shrink_to_32
from cnnplay.errors import CnnplayError
from cnnplay.inference.jury import ask_jury
from cnnplay.inference.predictor import Predictor
from cnnplay.ui import state
from cnnplay.ui.answer import is_none, show_bars, show_digit, show_object, show_prompt
from cnnplay.ui.hand import show_correction, show_way_to_teach
from cnnplay.ui.inside_link import show_way_inside
from cnnplay.ui.jury import show_verdict
from cnnplay.ui.messages import say_missing_networks
from cnnplay.ui.navigation import guard
from cnnplay.ui.networks import Network, list_networks, list_shipped, pick_network
from cnnplay.ui.photos import choose_crop, current_photo, show_pixels, show_sources
from cnnplay.ui.predictors import get_jury, get_predictor, get_predictors, open_network
from cnnplay.ui.steps import show_steps

N_SHOWN = 5

guard()
st.title("Name a photo")
st.write(
    "Networks trained on CIFAR-10 know ten things: airplane, automobile, bird, cat, deer, dog, frog, horse, ship "
    "and truck. They see 32 x 32 pixels of your photo."
)


def read_as_digit(crop: Image.Image) -> None:
    """The same square, on the way that a drawing takes."""
    st.header("As a digit")
    st.write("Is it a digit on paper? The same square can go to the networks that read handwriting.")
    st.button("Read it as a digit", on_click=st.session_state.update, args=({state.READ_AS_DIGIT: True},))
    if not st.session_state.get(state.READ_AS_DIGIT):
        return
    readers = list_shipped("mnist")
    if not readers:
        say_missing_networks("scribe")
        return
    try:
        from cnnplay.data.drawing import prepare_pixels  # scipy would hold up the first page

        digit = prepare_pixels(crop)
    except CnnplayError as error:
        st.warning(str(error))
        return
    with st.container(key="digit_answer"):
        show_digit(get_predictor(readers[0]).predict(digit.image[None]))
    with st.container(key="preprocessing"):
        show_steps(digit.steps, get_predictor(readers[0]))
    with st.container(key="digit_jury"):
        show_verdict(ask_jury(get_predictors("mnist"), digit.image[None]))


def name_photo(
    image: NDArray[np.uint8],
    network: Network | None,
    answer: DeltaGenerator,
    bars: DeltaGenerator,
    correction: DeltaGenerator,
) -> Predictor | None:
    """The answer, a bar for each of the likeliest classes, and the network that gave them; or why there is none."""
    try:
        namer = open_network(network) if network else None
    except CnnplayError as error:
        with answer:
            show_prompt(str(error))
        return None
    if namer is None:
        with answer:
            show_prompt("There is nobody to name it yet")
        with bars:
            say_missing_networks("speedrun")
        return None
    prediction = namer.predict(image)
    with answer:
        show_object(prediction)
    with bars:
        show_bars(prediction.top_k(N_SHOWN), winner="" if is_none(prediction) else prediction.label)
    if network:
        with correction:
            show_correction(prediction, image, network)
            show_way_inside(network, image)
            show_way_to_teach(network)
    return namer


@st.fragment
def look_at_photo(networks: tuple[Network, ...]) -> None:
    """Everything that follows the crop and the choice of a network."""
    photo = current_photo()
    if photo is None:
        with st.container(key="answer"):
            show_prompt("Choose a photo to begin")
        return
    left, right = st.container(key="workbench").columns([5, 7], gap="large")
    with left, st.container(key="sheet"):
        crop = choose_crop(photo)
    image = shrink_to_32(crop)
    with right:
        answer, bars = st.container(key="answer"), st.container(key="top_k")
        show_pixels(image)
        network = pick_network("Named by", networks, slot=state.PHOTO_NETWORK)
        correction = st.container(key="correction_place")
    namer = name_photo(image, network, answer, bars, correction)
    if namer and (jury := get_jury("cifar10", namer)):
        with st.container(key="jury"):
            st.header("The jury")
            show_verdict(ask_jury(jury, image), verb="say")
    read_as_digit(crop)


show_sources()
look_at_photo(list_networks("cifar10"))
