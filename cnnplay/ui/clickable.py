"""HTML that answers clicks and keys: the ribbon of layers, the pixels of a feature map, the pictures of a gallery."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_mount = st.components.v2.component("cnnplay_clickable", js=_JS, isolate_styles=False)


def show_clickable(
    html: str, *, key: str, on_pick: Callable[[str], None], keys: Mapping[str, str] | None = None
) -> None:
    """Show HTML, and tell what somebody picks in it, before the page runs again.

    An element is picked by a click, or by Enter where it has the focus. It has `data-pick="WORD"`. With
    `data-grid="HEIGHT,WIDTH"` besides, it is divided into so many cells, and what is told is `WORD:ROW,COLUMN`, from 0.
    A frame with `data-scroll="NAME"` keeps where it was scrolled to, and begins at what has `aria-current="true"`; a
    `<details data-fold="NAME">` that somebody has opened stays open.

    Args:
        html: trusted; escape what anybody else wrote.
        key: of the element, which gets the class `st-key-KEY`.
        on_pick: is told what was picked.
        keys: picks by the name of a key on the keyboard (`KeyboardEvent.key`), heard anywhere on the page but where
            somebody types or moves a slider.
    """

    def tell() -> None:
        picked = st.session_state[f"{key}_clicks"].get("picked")
        if picked is not None:
            on_pick(str(picked))

    with st.container(key=key):
        _mount(key=f"{key}_clicks", data={"html": html, "keys": dict(keys or {})}, on_picked_change=tell)
