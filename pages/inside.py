"""Look inside a network."""

import streamlit as st

from cnnplay.ui.navigation import guard

guard()
st.title("Look inside")
