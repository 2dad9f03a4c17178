"""Sentences that several pages say, each with what to do next."""

import streamlit as st


def say_missing_networks(example: str) -> None:
    """Say that no network for this page is on the machine, and how to train one."""
    st.info(f"No trained network for this page is here yet. Train one with: `python -m cnnplay train {example}`")
