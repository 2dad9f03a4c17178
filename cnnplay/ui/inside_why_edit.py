"""What would change its mind: the smallest edit of the picture that a search finds, shown, and to be taken further."""

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.data.picture_code import encode_picture
from cnnplay.figures.inside_why_maps import paint_difference
from cnnplay.ui import canvas
from cnnplay.ui.address import choose_in_address, write
from cnnplay.ui.answer import is_none
from cnnplay.ui.inside import INPUT_PARAMETER, Inside
from cnnplay.ui.inside_why_computed import get_edit
from cnnplay.ui.inside_why_maps import base_picture
from cnnplay.ui.networks import IN_ADDRESS
from cnnplay.ui.pictures import ByteArray, data_address
from cnnplay.ui.samples import SampleDigit
from cnnplay.words import milliseconds, percent

if TYPE_CHECKING:
    from cnnplay.inference.inside.smallest_edit import Edit, Unit
    from cnnplay.inference.predictor import Prediction

TARGET_PARAMETER, UNIT_PARAMETER, ANY = "to", "unit", "any"
_NAMES = {
    ("dab", 1): ("dab of the pen", "dabs of the pen"),
    ("dab", 3): ("small square", "small squares"),
    ("pixel", 1): ("pixel", "pixels"),
    ("pixel", 3): ("pixel", "pixels"),
}
"""One change and several, by unit and number of channels."""


def show_edit(inside: Inside) -> None:
    """Asks what it should turn into and with which strokes, searches, and shows the way there."""
    prediction = inside.predictor.predict(inside.image)
    with st.container(key="why_controls", horizontal=True, vertical_alignment="bottom"):
        target = _ask_target(prediction)
        unit = _ask_unit(inside)
    with st.spinner("Searching for the smallest edit"):
        edit = get_edit(inside, target, unit)
    names = _NAMES[unit, len(inside.image)]
    st.html(f'<div class="cp-verdict"><p>{_verdict(inside, edit, names)}</p>{_measure(inside, edit, names)}</div>')
    after = inside.predictor.predict(edit.after)
    st.html(
        '<div class="cp-why-row">'
        + _figure(base_picture(edit.before), "Before", tell_answer(prediction))
        + _figure(base_picture(edit.after), "After", tell_answer(after))
        + _figure(paint_difference(edit.before, edit.after), "Difference", _legend(inside))
        + "</div>"
    )
    if edit.is_found:
        _offer(inside, edit)
    st.caption(_tell_search(edit, names))


def _ask_target(prediction: "Prediction") -> int | None:
    answer = int(prediction.probs.argmax())
    keys = [ANY, *(str(i) for i in range(len(prediction.classes)) if i != answer)]

    def words(key: str) -> str:
        return "anything else" if key == ANY else prediction.classes[int(key)]

    chosen = choose_in_address("Turn it into", keys, TARGET_PARAMETER, default=ANY, words=words, kind=st.selectbox)
    return None if chosen == ANY else int(chosen)


def _ask_unit(inside: Inside) -> "Unit":
    from cnnplay.inference.inside.smallest_edit import UNITS

    def words(key: str) -> str:
        return _NAMES[key, len(inside.image)][1].capitalize()

    chosen = choose_in_address("With", UNITS, UNIT_PARAMETER, words=words)
    return next(unit for unit in UNITS if unit == chosen)


def _verdict(inside: Inside, edit: "Edit", names: tuple[str, str]) -> str:
    """The result in one sentence."""
    classes = inside.predictor.classes
    before, after = escape(classes[edit.answer_before]), escape(classes[edit.answer_after])
    n = len(edit.changes)
    if not edit.is_found:
        wanted = "another answer" if edit.target is None else escape(classes[edit.target])
        return f"No edit of up to {n} {names[n != 1]} was found that leads to {wanted}."
    turns = "turns" if n == 1 else "turn"
    return f"<b>{n} {names[n != 1]}</b> {turns} the answer from {before} to <b>{after}</b>."


def _measure(inside: Inside, edit: "Edit", names: tuple[str, str]) -> str:
    """How large the edit is, and that none of it can be spared."""
    if not edit.is_found:
        return "<p>Try the other kind of change, or another class.</p>"
    whole = edit.before[0].size
    sizes = (
        f"{edit.n_pixels} of {whole:,} pixels differ, together as much as {edit.ink:.1f} of them from one end of the "
        "scale to the other."
    )
    n = len(edit.changes)
    if n == 1:
        return f"<p>{sizes} A single change: with fewer there is none.</p>"
    again = escape(inside.predictor.classes[edit.answer_before])
    back = f"the answer is {again} again" if set(edit.without) == {edit.answer_before} else "it does not work any more"
    return f"<p>{sizes} Take back any one of the {n} {names[1]}, and {back}: each was tried.</p>"


def _tell_search(edit: "Edit", names: tuple[str, str]) -> str:
    """How it was searched for, and what that does not rule out."""
    from cnnplay.inference.inside.smallest_edit import BEAM, N_TRIED, WIDE_FOR

    spared = edit.n_found - len(edit.changes)
    pruned = f" {spared} of {edit.n_found} could be taken back again." if edit.is_found and spared else ""
    return (
        f"The gradient ranks all places, the best {N_TRIED} {names[1]} are tried in the network, and the "
        f"{BEAM[len(edit.before)]} most promising edits grow by one more, until the answer turns; after "
        f"{WIDE_FOR[len(edit.before)]:,} pictures the best alone.{pruned} "
        f"{edit.n_forward:,} pictures and {edit.n_backward:,} {'gradient' if edit.n_backward == 1 else 'gradients'}, "
        f"{milliseconds(1000 * edit.elapsed_s)}. "
        "It is no search of everything: smaller edits may exist."
    )


def _figure(picture: ByteArray, title: str, text: str) -> str:
    return (
        f'<figure><img class="cp-pixels" src="{data_address(picture)}" alt="{title}">'
        f"<figcaption><b>{title}</b><span>{text}</span></figcaption></figure>"
    )


def tell_answer(prediction: "Prediction") -> str:
    """The answer under a picture, as HTML."""
    doubt = "; perhaps none of its classes" if is_none(prediction) else ""
    return f"{escape(prediction.label)}, {percent(prediction.prob)}{doubt}"


def _legend(inside: Inside) -> str:
    return "orange: more ink, blue: less" if len(inside.image) == 1 else "the new colours"


def _offer(inside: Inside, edit: "Edit") -> None:
    """Ways to go on with the edited picture."""
    classes = inside.predictor.classes
    with st.container(key="why_ways", horizontal=True):
        if len(edit.after) == 1:
            note = (
                f"{inside.note} Edited so that {inside.predictor.title} says {classes[edit.answer_after]} "
                f"instead of {classes[edit.answer_before]}."
            )
            sample = SampleDigit(edit.after[0], note, "Edited digit", "28 x 28 already,\nas it was edited")
            if st.button("Draw on from it", key="why_redraw", on_click=canvas.start_from, args=(sample,)):
                st.switch_page("pages/draw.py", query_params={IN_ADDRESS: inside.network.key})
        st.button(
            "Look inside the edited picture", key="why_inside", on_click=write,
            args=(INPUT_PARAMETER, encode_picture(edit.after)),
        )  # fmt: skip
