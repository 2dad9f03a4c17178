"""The card of one architecture: what it is, what it costs, what was published and what was measured here."""

import logging
from html import escape

import streamlit as st

from cnnplay.errors import CheckpointError
from cnnplay.models.card import Card, load_card, shipped_files
from cnnplay.models.spec import ModelSpec
from cnnplay.ui.words import accuracy, count, duration, file_size

VIEWS = {
    "none": "averaged over views",
    "mirror": "averaged with the mirror image",
    "mirror_shift": "averaged over the mirror image and shifts by a pixel",
}
"""What a card calls the ways of averaging, in words."""

log = logging.getLogger(__name__)


def show_card(spec: ModelSpec) -> None:
    """The card, with the weights to download where they are shipped."""
    card = _read(spec.key)
    n_params, macs = (card.n_params, card.macs) if card else count_costs(spec.key)
    size = file_size(card.size_bytes) if card else "-"
    facts = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd></div>"
        for name, value in (("Parameters", count(n_params)), ("MACs", count(macs)), ("File", size))
    )
    st.html(
        f'<div class="cp-card"><h3>{escape(spec.title)} <code>{escape(spec.key)}</code></h3>'
        f"<p>{escape(spec.summary)}</p><dl class='cp-facts'>{facts}</dl>"
        f'<div class="cp-score">{_ours(card)}{_published(spec)}</div>'
        f'{_origin(card)}<p class="cp-small"><a href="{escape(spec.paper_url)}" target="_blank" rel="noopener">'
        f"{escape(spec.paper)}</a></p></div>"
    )
    if card:
        files = shipped_files(spec.key)
        st.download_button(
            "Download weights",
            data=files.weights.read_bytes,  # read when it is asked for
            file_name=files.weights.name,
            mime="application/octet-stream",
            key=f"download_{spec.key}",
            on_click="ignore",
        )


@st.cache_data(max_entries=64, show_spinner=False)
def count_costs(key: str) -> tuple[int, int]:
    """Parameters and multiply-accumulates for one picture, of a network that has no card to read them from."""
    from cnnplay.models.arithmetic import count_macs, count_parameters
    from cnnplay.models.registry import build, get_spec

    model = build(key)
    return count_parameters(model), count_macs(model, get_spec(key).input_shape)


def _read(key: str) -> Card | None:
    try:
        return load_card(key)
    except CheckpointError:
        log.exception("the card of %s cannot be read", key)
        return None


def _ours(card: Card | None) -> str:
    if card is None:
        return "<span>Ours</span><span>not trained yet</span>"
    interval = f"95 % interval {100 * card.accuracy_low:.2f} to {accuracy(card.accuracy_high)}"
    views = f"; {accuracy(card.accuracy_tta)} {VIEWS[card.views]}" if card.accuracy_tta else ""
    return (
        f"<span>Ours</span><span><b>{accuracy(card.accuracy)}</b></span>"
        f'<span></span><span class="cp-small">{interval}, {card.n_test:,} test pictures{views}</span>'
    )


def _published(spec: ModelSpec) -> str:
    if spec.published_accuracy is None:
        return "<span>Published</span><span>no figure</span>"
    note = f' <span class="cp-small">{escape(spec.published_note)}</span>'
    return f"<span>Published</span><span>{accuracy(spec.published_accuracy)}{note}</span>"


def _origin(card: Card | None) -> str:
    if card is None:
        return ""
    weakest = min(card.per_class_accuracy.items(), key=lambda item: item[1], default=None)
    facts = [
        f"Recipe {card.recipe}, seed {card.seed}, {duration(card.wall_s)} on {card.hardware} in {card.precision}.",
        f"Hardest class: {weakest[0]}, {accuracy(weakest[1])}." if weakest else "",
        *card.limits,
    ]
    lines = "".join(f"<p>{escape(fact)}</p>" for fact in facts if fact)
    return f"<details><summary>Training and limits</summary>{lines}</details>"
