"""The address of the Compare page: which data set, which networks, which part of the page.

`/compare?data=cifar10&nets=vgg,resnet&view=real`; a shared address opens the same in any browser.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

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


def choose_in_address(
    label: str,
    options: Sequence[str],
    parameter: str,
    *,
    default: str | None = None,
    words: Callable[[str], str] = str,
    kind: Callable[..., Any] | None = None,
    then: Callable[[], None] | None = None,
    hide_label: bool = False,
    help: str | None = None,  # noqa: A002 - Streamlit's own name
) -> str:
    """One choice among keys, kept in the address as `parameter=key`; what the address asks for comes first.

    A widget's own binding would write the words that people read, which change with them.

    Args:
        label: of the widget.
        options: keys, at least one.
        parameter: name in the address.
        default: the key that needs no parameter; the first one where it is not among the options.
        words: what people read for a key.
        kind: a Streamlit element that chooses one of several; `st.segmented_control` if None.
        then: done when somebody has chosen.
        hide_label: leave the label to screen readers.
        help: explains the choice.
    """
    usual = default if default is not None and default in options else options[0]
    asked = st.query_params.get(parameter)
    widget = f"compare_choice_{parameter}"
    st.session_state[widget] = asked if asked in options else usual

    def choose() -> None:
        chosen = st.session_state[widget]
        if chosen in (usual, None):
            st.query_params.pop(parameter, None)
        else:
            st.query_params[parameter] = chosen
        if then:
            then()

    element = kind or partial(st.segmented_control, required=True)
    visibility = "collapsed" if hide_label else "visible"
    chosen = element(
        label, options, key=widget, format_func=words, on_change=choose, label_visibility=visibility, help=help
    )
    return usual if chosen is None else str(chosen)
