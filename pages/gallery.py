"""See what networks learn from: the pictures of any data set, how many there are of each class, and a map of them."""

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.gallery import Shelf, choose_shelf
from cnnplay.ui.navigation import guard
from cnnplay.words import plain

VIEW_PARAMETER = "view"
SECTIONS: dict[str, str] = {"pictures": "Pictures", "balance": "Class balance", "map": "Map of the test set"}
"""Parts of the page: each is `show_<key>` in cnnplay/ui/gallery_<key>.py, and only the chosen one is computed."""


@st.fragment
def look_around() -> None:
    """Everything that follows the data set."""
    place = st.container()
    view = choose_in_address("Part", list(SECTIONS), VIEW_PARAMETER, words=SECTIONS.__getitem__, hide_label=True)
    show: Callable[[Shelf], None] = getattr(import_module(f"cnnplay.ui.gallery_{view}"), f"show_{view}")
    try:
        with place:
            shelf = choose_shelf(has_split=view == "pictures")
        with st.container(key=f"gallery_{view}"):
            show(shelf)
    except CnnplayError as error:
        st.error(plain(str(error)))


guard()
st.title("Gallery")
st.write("See what networks learn from, and what they are tested on, picture by picture.")
look_around()
