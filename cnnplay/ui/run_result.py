"""What a finished run came to: its accuracy with its uncertainty, and the way to try it."""

import logging
from html import escape

import streamlit as st

from cnnplay.data.catalog import DIGITS, OWN_PREFIX, get_dataset_spec
from cnnplay.errors import CheckpointError, InputError
from cnnplay.models.card import Card, checkpoint_files, read_card
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.runs.records import IMPORTED, Run
from cnnplay.settings import run_dir
from cnnplay.ui.networks import IN_ADDRESS
from cnnplay.words import accuracy

PHOTO_SHAPE = (3, 32, 32)

log = logging.getLogger(__name__)


def show_result(run: Run) -> None:
    """The accuracy, its 95 % interval and what stands behind it."""
    card = _card(run)
    if run.accuracy is None:
        return
    note = _note(run)
    st.html(
        f'<div class="cp-result"><b>{accuracy(run.accuracy)}</b><div>{_behind(card, run)}</div></div>'
        + (f'<p class="cp-small">{escape(note)}</p>' if note else "")
    )


def show_way_to_draw(run: Run) -> None:
    """A link to the page where the network can be tried by hand, where there is one for such pictures."""
    if run.model not in MODELS:
        return
    chosen = {IN_ADDRESS: run.id}
    if get_spec(run.model).input_shape == PHOTO_SHAPE:
        st.page_link("pages/photo.py", label="Show it a photo", query_params=chosen)
    elif run.dataset.startswith(OWN_PREFIX) or get_dataset_spec(run.dataset).classes == DIGITS:
        st.page_link("pages/draw.py", label="Draw on it", query_params=chosen)


def _note(run: Run) -> str:
    """What has to be said beside the accuracy."""
    try:
        return get_dataset_spec(run.dataset).note
    except InputError:
        return "The data set is no longer here. The network still is."


def _behind(card: Card | None, run: Run) -> str:
    if card is None and run.is_imported:
        return '<span>as its file says</span><span class="cp-small">not measured here: it came without a network</span>'
    if card is None:
        return "<span>of the test pictures</span>"
    how = "" if card.recipe == IMPORTED else f", one run, seed {card.seed}"
    interval = f"{100 * card.accuracy_low:.2f} to {accuracy(card.accuracy_high)}"
    return f'<span>of {card.n_test:,} test pictures</span><span class="cp-small">95 % interval {interval}{how}</span>'


def _card(run: Run) -> Card | None:
    path = checkpoint_files(run_dir(run.id), run.model, run.dataset).card
    if run.is_imported and not path.is_file():  # its data were not here, or it came as curves alone
        return None
    try:
        return read_card(path)
    except CheckpointError:
        log.exception("the card of run %s cannot be read", run.id)
        return None
