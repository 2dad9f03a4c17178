"""The way to the page Look inside with a network and a picture."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.picture_code import SHAPES, encode_picture
from cnnplay.ui.inside import INPUT_PARAMETER
from cnnplay.ui.networks import IN_ADDRESS, Network


def show_way_inside(network: Network | None, image: NDArray[np.uint8]) -> None:
    """A quiet link under an answer.

    Args:
        network: that answered; without one there is no link.
        image: (C, H, W) uint8, what it was given; goes along in the address.
    """
    if network is not None and image.shape in SHAPES:
        with st.container(key="inside_way"):
            st.page_link(
                "pages/inside.py",
                label="Look inside: how this answer came about",
                query_params={IN_ADDRESS: network.key, INPUT_PARAMETER: encode_picture(image)},
            )


def inside_address(network: str, dataset: str, number: int) -> str:
    """The same for a test picture, as an address for HTML of another page of the app.

    Args:
        network: registry key, or a run's full id.
        dataset: key.
        number: of the test picture in the copy of the data set that is on this machine, from 0.
    """
    return "inside?" + urlencode({IN_ADDRESS: network, INPUT_PARAMETER: f"test:{dataset}:{number}"})
