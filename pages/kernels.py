"""Kernels."""

import streamlit as st

from cnnplay.ui.navigation import guard

guard()
st.title("Kernels")
