"""The ribbon of layers over what is shown of one of them: click a block, or step with the arrow keys."""

from html import escape

import streamlit as st

from cnnplay.ui.clickable import show_clickable
from cnnplay.ui.inside import LAYER_PARAMETER, Inside, choose_layer
from cnnplay.ui.inside_architecture import KIND_WORDS, draw_groups, draw_input, get_groups, shape_words

PREVIOUS, NEXT = "<", ">"
"""Picks that are no names of steps: one step back, and one on."""


def show_ribbon(inside: Inside) -> None:
    """All steps of the network as a row of blocks, in which the chosen one is marked and another one can be chosen."""
    _show(inside, '<div class="cp-ribbon" data-scroll="ribbon">')


def show_rows(inside: Inside) -> None:
    """The same in as many rows as it takes, so that the whole network is seen at once."""
    _show(inside, '<div class="cp-ribbon cp-rows">')


def _show(inside: Inside, frame: str) -> None:
    names = inside.names

    def pick(word: str) -> None:
        if word not in {PREVIOUS, NEXT}:
            choose_layer(word)
            return
        asked = st.query_params.get(LAYER_PARAMETER, inside.layer)  # newer than this view where keys come fast
        at = names.index(asked if asked in names else inside.layer) + (1 if word == NEXT else -1)
        choose_layer(names[min(max(at, 0), len(names) - 1)])

    groups = get_groups(inside)
    blocks = draw_input(inside.image, groups) + draw_groups(groups, inside.layer)
    html = f"{frame}{blocks}</div>{_say_chosen(inside)}"
    show_clickable(html, key="inside_ribbon", on_pick=pick, keys={"ArrowLeft": PREVIOUS, "ArrowRight": NEXT})


def _say_chosen(inside: Inside) -> str:
    from cnnplay.inference.inside.graph import SOFTMAX

    names = inside.names
    at = names.index(inside.layer)
    kind = "softmax" if inside.layer == SOFTMAX else inside.graph.step(inside.layer).kind
    facts = f"{KIND_WORDS[kind]}, {shape_words(inside.values()[inside.layer].shape)}"
    before = "" if at else " disabled"
    after = "" if at < len(names) - 1 else " disabled"
    return (
        f'<div class="cp-chosen-step">'
        f'<button data-pick="{escape(PREVIOUS)}" aria-label="Previous step"{before}>←</button>'
        f"<p><b>{escape(inside.layer)}</b> <span>{facts}</span> "
        f'<span class="cp-at">step {at + 1} of {len(names)}</span></p>'
        f'<button data-pick="{escape(NEXT)}" aria-label="Next step"{after}>→</button></div>'
    )
