"""Cards: what a network is, what it costs, what was published and what was measured here; and how to take it along."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from html import escape

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import CheckpointError, InputError
from cnnplay.models.card import Card, load_card
from cnnplay.models.spec import ModelSpec
from cnnplay.runs.records import IMPORTED, Run
from cnnplay.runs.weights import Trained, trained_from_key
from cnnplay.ui.downloads import show_downloads
from cnnplay.ui.run_actions import RUN_PARAMETER
from cnnplay.ui.run_result import show_way_to_draw
from cnnplay.words import accuracy, count, duration, file_size

VIEWS = {
    "none": "averaged over views",
    "mirror": "averaged with the mirror image",
    "mirror_shift": "averaged over the mirror image and shifts by a pixel",
}
"""What a card calls the ways of averaging, in words."""

log = logging.getLogger(__name__)


def show_card(spec: ModelSpec) -> None:
    """The card of an architecture, with its network to take along where one is shipped."""
    card = _read(partial(load_card, spec.key), spec.key)
    n_params, macs = (card.n_params, card.macs) if card else count_costs(spec.key)
    st.html(
        f'<div class="cp-card"><h3>{escape(spec.title)} <code>{escape(spec.key)}</code></h3>'
        f"<p>{escape(spec.summary)}</p>{_facts(n_params, macs, card.size_bytes if card else None)}"
        f'<div class="cp-score">{_ours(card)}{_published(spec)}</div>'
        f'{_origin(card)}<p class="cp-small"><a href="{escape(spec.paper_url)}" target="_blank" rel="noopener">'
        f"{escape(spec.paper)}</a></p></div>"
    )
    if card:
        show_downloads(spec.key, trained_from_key(spec.key))


def show_run_card(run: Run, trained: Trained) -> None:
    """The card of a finished run, with the pages where it can be used, and its network to take along."""
    card = _read(trained.read_card, run.id)
    options = json.dumps(run.config.get("model_options", {}), sort_keys=True)
    n_params, macs = (card.n_params, card.macs) if card else count_costs(run.model, options)
    when = datetime.fromtimestamp(run.created_at).strftime("%d %B %Y, %H:%M").lstrip("0")
    ours = _ours(card, name="Accuracy", missing="not measured: its data are not here")
    st.html(
        f'<div class="cp-card"><h3>{escape(run.name)} <code>{escape(run.model)}</code></h3>'
        f'<p class="cp-small">{"Imported" if run.is_imported else "Trained"} on {escape(when)}</p>'
        f"{_facts(n_params, macs, trained.weights.stat().st_size)}"
        f'<div class="cp-score">{ours}<span>Data</span><span>{escape(_data_title(run))}</span></div>'
        f"{_origin(card)}</div>"
    )
    with st.container(key=f"ways_{run.id}", horizontal=True, gap="small"):
        with suppress(InputError):  # its data set is not here
            show_way_to_draw(run)
        if not run.is_imported:
            st.page_link("pages/train.py", label="Its curves", query_params={RUN_PARAMETER: run.id})
    show_downloads(run.id, trained)


@st.cache_data(max_entries=64, show_spinner=False)
def count_costs(key: str, options: str = "{}") -> tuple[int, int]:
    """Parameters and multiply-accumulates for one picture, of a network that has no card to read them from.

    Args:
        key: the architecture.
        options: those of its options that differ from its spec, as JSON.
    """
    from cnnplay.models.arithmetic import count_macs, count_parameters
    from cnnplay.models.registry import build, get_spec

    model = build(key, **json.loads(options))
    return count_parameters(model), count_macs(model, get_spec(key).input_shape)


def _read(read: Callable[[], Card | None], name: str) -> Card | None:
    try:
        return read()
    except CheckpointError:
        log.exception("the card of %s cannot be read", name)
        return None


def _facts(n_params: int, macs: int, size_bytes: int | None) -> str:
    size = "-" if size_bytes is None else file_size(size_bytes)
    rows = (("Parameters", count(n_params)), ("MACs", count(macs)), ("File", size))
    return f"<dl class='cp-facts'>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in rows)}</dl>"


def _data_title(run: Run) -> str:
    try:
        return get_dataset_spec(run.dataset).title
    except InputError:  # a data set that is not here, or no longer
        return run.dataset


def _ours(card: Card | None, *, name: str = "Ours", missing: str = "not trained yet") -> str:
    if card is None:
        return f"<span>{name}</span><span>{missing}</span>"
    interval = f"95 % interval {100 * card.accuracy_low:.2f} to {100 * card.accuracy_high:.2f}\N{NO-BREAK SPACE}%"
    views = f"; {accuracy(card.accuracy_tta)} {VIEWS[card.views]}" if card.accuracy_tta else ""
    return (
        f"<span>{name}</span><span><b>{accuracy(card.accuracy)}</b></span>"
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
    how = f"Recipe {card.recipe}, seed {card.seed}, {duration(card.wall_s)} on {card.hardware} in {card.precision}."
    facts = [
        "It came as a file: how it was trained is not known." if card.recipe == IMPORTED else how,
        f"Hardest class: {weakest[0]}, {accuracy(weakest[1])}." if weakest else "",
        *card.limits,
    ]
    lines = "".join(f"<p>{escape(fact)}</p>" for fact in facts if fact)
    return f"<details><summary>Training and limits</summary>{lines}</details>"
