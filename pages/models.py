"""Every network with its card: what it is, what it costs, how well it reads, and how to take it along."""

import streamlit as st

from cnnplay.models.registry import list_specs
from cnnplay.ui.cards import show_card
from cnnplay.ui.navigation import guard
from cnnplay.ui.own_networks import show_import, show_own_networks

N_COLUMNS = 3
GROUPS = {"Digit readers, trained on MNIST": "mnist", "Object namers, trained on CIFAR-10": "cifar10"}

guard()
st.title("Networks")
st.write(
    "Every architecture of this project, and below them what was trained here. Those with an accuracy of ours were "
    "trained with the recipe on the card and tested at the end on 10,000 pictures that they had not seen. A MAC is one "
    "multiplication with its addition. Each network can be taken along as weights, as ONNX for other runtimes, and as "
    "a Python script that trains it again."
)
for title, dataset in GROUPS.items():
    st.header(title)
    specs = list_specs(dataset)
    for first in range(0, len(specs), N_COLUMNS):  # a row at a time, so that its cards are equally tall
        for column, spec in zip(st.columns(N_COLUMNS), specs[first : first + N_COLUMNS], strict=False):
            with column.container(border=True, height="stretch", key=f"card_{spec.key}"):
                show_card(spec)
with st.container(key="own_networks"):
    st.header("Yours")
    show_own_networks()
    show_import()
