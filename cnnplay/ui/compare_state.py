"""The address of the Compare page: which data set, which networks, which part of the page.

`/compare?data=cifar10&nets=vgg,resnet&view=real`; a shared address opens the same in any browser.
"""

from collections.abc import Sequence

import streamlit as st

DATA_PARAMETER, NETS_PARAMETER, VIEW_PARAMETER = "data", "nets", "view"
MAX_NETS = 24
"""More would make every chart unreadable."""


def asked_networks() -> tuple[str, ...] | None:
    """The tokens of the chosen networks, as in `Entry.token`; None where the address names none."""
    text = st.query_params.get(NETS_PARAMETER)
    return None if text is None else tuple(dict.fromkeys(token for token in text.split(",") if token))


def ask_networks(tokens: Sequence[str]) -> None:
    """Writes the chosen networks into the address."""
    st.query_params[NETS_PARAMETER] = ",".join(tokens)


def forget_networks() -> None:
    """Goes back to the networks that a data set begins with."""
    st.query_params.pop(NETS_PARAMETER, None)
