"""Look inside a network: every layer and its numbers, why the answer came out, and the weights."""

from collections.abc import Callable
from html import escape
from importlib import import_module

import numpy as np
import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.answer import show_digit, show_object
from cnnplay.ui.inside import VIEW_PARAMETER, Inside, open_inside
from cnnplay.ui.inside_input import Picture, current_picture, show_picker
from cnnplay.ui.messages import say_missing_networks
from cnnplay.ui.navigation import guard
from cnnplay.ui.networks import Network, list_networks, pick_network
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.words import plain

SECTIONS: dict[str, str] = {
    "layers": "Layers",
    "structure": "Structure",
    "why": "Why",
    "weights": "Weights",
}
"""Parts of the page: each is `show_<key>` in cnnplay/ui/inside_<key>.py, and only the chosen one is computed."""


def show_picture(network: Network, picture: Picture | str) -> None:
    """The picture that is in the network, with its origin, and a way to another one."""
    with st.container(key="inside_input", horizontal=True):
        if isinstance(picture, Picture):
            pixels = picture.image
            shown = as_paper(pixels[0]) if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
            st.html(f'<img class="cp-inside-input cp-pixels" src="{data_address(shown)}" alt="The picture">', width=76)
        with st.container(key="inside_origin", width="stretch"):
            st.html(f'<p class="cp-note">{escape(picture.note if isinstance(picture, Picture) else picture)}</p>')
            show_picker(network)


def show_answer(inside: Inside) -> None:
    """What the network says to the picture."""
    prediction = inside.prediction()
    with st.container(key="answer"):
        (show_digit if len(inside.image) == 1 else show_object)(prediction)


def show_section(inside: Inside) -> None:
    """The chosen part."""
    view = choose_in_address("Part", list(SECTIONS), VIEW_PARAMETER, words=SECTIONS.__getitem__, hide_label=True)
    show: Callable[[Inside], None] = getattr(import_module(f"cnnplay.ui.inside_{view}"), f"show_{view}")
    with st.container(key=f"inside_{view}"):
        show(inside)


guard()
st.title("Look inside")
st.write("Follow a picture through a network, layer by layer, down to the single number.")
with st.container(key="inside_head"):
    left, middle, right = st.columns([4, 5, 4], gap="medium", vertical_alignment="top")
with left:
    networks = (*list_networks("mnist"), *list_networks("cifar10"))
    network = pick_network("Network", networks, slot=state.INSIDE_NETWORK)
if network is None:
    say_missing_networks("scribe")
else:
    with middle:
        picture = current_picture(network)
        show_picture(network, picture)
    if isinstance(picture, Picture):
        try:
            inside = open_inside(network, picture.image, note=picture.note, label=picture.label)
            with right:
                show_answer(inside)
            show_section(inside)
        except CnnplayError as error:
            st.error(plain(str(error)))
