"""The part 'structure' of Look inside."""

import streamlit as st

from cnnplay.ui.inside import Inside


def show_structure(inside: Inside) -> None:
    """Shows the part."""
    st.write(inside.layer)
