"""What is computed once of a network for all who look inside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from cnnplay.ui.inside import Inside

if TYPE_CHECKING:
    from cnnplay.inference.inside.graph import Graph

T = TypeVar("T")
MAX_KEPT = 300
"""Results; the largest are a few weights of a network."""


@dataclass(frozen=True, eq=False)
class _Kept:
    """A result, and the graph that it is of: nothing else can get its number while the result is kept."""

    graph: "Graph"
    result: Any


def kept(inside: Inside, compute: Callable[..., T], *key: str | float) -> T:
    """What a function of the page's network gives, computed at the first call with these arguments.

    Args:
        inside: whose network it is; of the rest of it, nothing may change the result.
        compute: is called with it and with the arguments that follow; its name is part of the key.
        key: further arguments.
    """
    entry = _keep(f"{compute.__module__}.{compute.__qualname__}", id(inside.graph), key, compute, inside)
    return cast("T", entry.result)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _keep(name: str, number: int, key: tuple[str | float, ...], _compute: Callable[..., Any], _inside: Inside) -> _Kept:  # noqa: ARG001 - parts of the key
    return _Kept(_inside.graph, _compute(_inside, *key))
