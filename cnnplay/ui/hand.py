"""The visitor's corrections: whose they are, and the row under an answer that says what it should have been."""

from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.corrections import (
    add_correction,
    count_corrections,
    is_hand,
    new_hand,
    remove_correction,
)
from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.networks import IN_ADDRESS, Network

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Prediction

HAND_PARAMETER = "hand"
"""Name of the collection in a page's address: /teach?hand=ID."""


def current_hand() -> str | None:
    """Id of this visitor's collection: that of the address, or that of this visit; None where there is none yet."""
    asked = st.query_params.get(HAND_PARAMETER)
    if asked is not None and is_hand(asked):
        st.session_state[state.HAND] = asked
    hand: str | None = st.session_state.get(state.HAND)
    return hand


def show_correction(prediction: "Prediction", image: NDArray[np.uint8], network: Network) -> None:
    """A quiet row: what the answer should have been.

    Args:
        prediction: the network's answer.
        image: (C, H, W) uint8, what it was given.
        network: that answered.
    """
    digest = blake2b(image.tobytes(), digest_size=8).hexdigest()
    with st.container(key="correction", horizontal=True, gap="small", vertical_alignment="center"):
        kept = st.session_state.get(state.REMEMBERED)
        if kept and kept[0] == digest:
            st.html(f'<span class="cp-small">Remembered as {escape(kept[2])}.</span>', width="content")
            st.button("Forget it", key="correction_undo", type="tertiary", on_click=_forget)
        else:
            _ask(prediction, image, network, digest)
        if error := st.session_state.pop(state.CORRECTION_ERROR, None):
            st.html(f'<span class="cp-small cp-reason">{escape(error)}</span>', width="content")


def words(n: int) -> str:
    """A number of corrections."""
    return f"{n} correction{'' if n == 1 else 's'}"


def _ask(prediction: "Prediction", image: NDArray[np.uint8], network: Network, digest: str) -> None:
    key = "correction_label"

    def remember() -> None:
        try:
            hand = current_hand() or new_hand()
            kept = add_correction(
                hand, image, classes=prediction.classes, label=st.session_state[key], answer=prediction.label,
                prob=prediction.prob, network=network.key,
            )  # fmt: skip
        except CnnplayError as error:
            st.session_state[state.CORRECTION_ERROR] = str(error)
            return
        st.session_state[state.HAND] = st.query_params[HAND_PARAMETER] = hand
        st.session_state[state.REMEMBERED] = digest, kept.id, kept.label
        st.session_state[key] = None

    st.html('<span class="cp-small">Not right? It is</span>', width="content")
    with st.container(key="correction_picker", width="content"):
        chosen = st.selectbox(
            "Right answer", prediction.classes, None, key=key, placeholder="...", label_visibility="collapsed"
        )
    told = "Keeps what the network saw, with this name, on the server: for whoever has the address."
    st.button("Remember it", key="correction_keep", disabled=chosen is None, on_click=remember, help=told)


def _forget() -> None:
    kept = st.session_state.pop(state.REMEMBERED, None)
    hand = current_hand()
    if kept and hand:
        try:
            remove_correction(hand, kept[1])
        except CnnplayError as error:
            st.session_state[state.CORRECTION_ERROR] = str(error)


def show_way_to_teach(network: Network | None) -> None:
    """A link to the page of the corrections, where there are any. `network` is the one to begin with there."""
    hand = current_hand()
    n = count_corrections(hand) if hand else 0
    if n and hand:
        with st.container(key="correction_way"):
            st.page_link(
                "pages/teach.py",
                label=f"{words(n)} kept. Teach the network",
                query_params={HAND_PARAMETER: hand, **({IN_ADDRESS: network.key} if network else {})},
            )
