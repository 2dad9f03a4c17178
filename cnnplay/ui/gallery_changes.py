"""The choice of how the Gallery's pictures are changed: as training changes them, shuffled, or as networks get them."""

from collections.abc import Callable

import streamlit as st

from cnnplay.ui.address import choose_in_address
from cnnplay.ui.gallery import Shelf
from cnnplay.ui.gallery_augmented import choose_augmentation
from cnnplay.ui.gallery_change import Change
from cnnplay.ui.gallery_normalised import choose_normalisation
from cnnplay.ui.gallery_shuffled import choose_shuffle

CHANGE_PARAMETER = "change"
CHANGES: dict[str, tuple[str, Callable[[Shelf], Change]]] = {
    "none": ("As they are", lambda _shelf: Change()),
    "augmented": ("Augmented", choose_augmentation),
    "shuffled": ("Shuffled", choose_shuffle),
    "normalised": ("Normalised", choose_normalisation),
}


def choose_change(shelf: Shelf) -> Change:
    """The choice, and the settings of what was chosen."""
    chosen = choose_in_address(
        "Shown", list(CHANGES), CHANGE_PARAMETER, words=lambda key: CHANGES[key][0], hide_label=True
    )
    if chosen == "none":
        return Change()
    with st.container(key="gallery_change", border=True):
        return CHANGES[chosen][1](shelf)
