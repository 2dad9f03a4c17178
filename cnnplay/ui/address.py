"""A page's address holds its state, so that opening it elsewhere shows the same: choices, numbers, switches."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

MAX_INDEX_DIGITS = 9
"""Python refuses to read a number of thousands of digits, and nothing here has so many parts."""


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
    widget = f"choice_{parameter}"
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


def read_number(parameter: str, low: float, high: float, default: float) -> float:
    """A number in the address; the default where there is none, or one that is out of bounds."""
    try:
        value = float(st.query_params.get(parameter, default))
    except ValueError:
        return default
    return value if low <= value <= high else default


def read_index(text: str) -> int | None:
    """A whole number from 0 on that somebody wrote; None where it is none, or longer than any index."""
    return int(text) if text.isdecimal() and len(text) <= MAX_INDEX_DIGITS else None


def write(parameter: str, value: object, *, usual: object = None) -> None:
    """Puts a value into the address, or takes it out where it is the usual one or None."""
    if value is None or value == usual:
        st.query_params.pop(parameter, None)
    else:
        st.query_params[parameter] = f"{value:g}" if isinstance(value, float) else str(value)


def slide_in_address(
    label: str,
    parameter: str,
    low: float,
    high: float,
    default: float,
    *,
    step: float = 1,
    help: str | None = None,  # noqa: A002 - Streamlit's own name
    format: str | None = None,  # noqa: A002 - likewise
) -> float:
    """A slider whose value is kept in the address as `parameter=number`.

    Args:
        label: of the slider.
        parameter: name in the address.
        low: its lower end; a whole number, as the others are, or none of them is.
        high: its upper end.
        default: the value that needs no parameter.
        step: between two values.
        help: explains it.
        format: of the number, as in `st.slider`.
    """
    widget, kind = f"slider_{parameter}", type(low)
    st.session_state[widget] = kind(read_number(parameter, low, high, default))

    def keep() -> None:
        write(parameter, st.session_state[widget], usual=kind(default))

    return st.slider(label, low, high, step=kind(step), key=widget, on_change=keep, help=help, format=format)


def switch_in_address(
    label: str,
    parameter: str,
    *,
    default: bool = False,
    help: str | None = None,  # noqa: A002 - Streamlit's own name
) -> bool:
    """A switch that is kept in the address as `parameter=1` or `parameter=0`."""
    widget = f"switch_{parameter}"
    st.session_state[widget] = st.query_params.get(parameter, str(int(default))) == "1"

    def keep() -> None:
        write(parameter, int(st.session_state[widget]), usual=int(default))

    return st.toggle(label, key=widget, on_change=keep, help=help)
