"""Which pixels: four published methods beside each other over the picture, and whether they pass a sanity check."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnplay.errors import InputError
from cnnplay.figures.inside_why_maps import lay_over, scale_of
from cnnplay.training.machine import processor_name
from cnnplay.ui.address import choose_in_address, read_number, slide_in_address, switch_in_address, write
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_why_computed import get_check, get_map
from cnnplay.ui.inside_why_options import ask_options, ask_question, fill_words
from cnnplay.ui.inside_why_words import (
    TITLES,
    Terms,
    link,
    number,
    tell_check,
    tell_completeness,
    tell_cost,
    tell_nothing,
    tell_unit,
    tell_worth,
)
from cnnplay.ui.pictures import ByteArray, as_paper, data_address

if TYPE_CHECKING:
    from cnnplay.inference.inside.attributions import Attribution, Method, Options, Question

OVER_PARAMETER, CHECK_PARAMETER, REDRAWN_PARAMETER, DRAW_PARAMETER = "over", "check", "redrawn", "draw"
USUAL_STRENGTH = 80
"""Percent of the map's colours over the picture."""
N_DRAWS, MAX_DRAWS = 3, 1000
"""Random weights are drawn three times; the first draw is shown."""
REDRAWN = {"last": "the last layer", "half": "the upper half", "all": "all layers"}


def show_maps(inside: Inside) -> None:
    """Asks for the class and the methods' options, and shows four maps of equal height."""
    from cnnplay.inference.inside.attributions import METHODS

    prediction = inside.predictor.predict(inside.image)
    with st.container(key="why_controls", horizontal=True, vertical_alignment="bottom"):
        question = ask_question(prediction)
        strength = slide_in_address("Map over picture, %", OVER_PARAMETER, 0, 100, USUAL_STRENGTH, step=10) / 100
        options, layer = ask_options(inside)
        is_checked = switch_in_address(
            "Sanity check", CHECK_PARAMETER, help="The same maps of a network with random weights. Do they differ?"
        )
    terms = Terms(_say_question(inside, question), fill_words(inside, options.fill), layer or "")
    seeds, n_layers = _ask_check(inside) if is_checked else (range(0), 0)
    tiles = []
    with st.spinner("Asking the network"):
        checks = [get_check(inside, question, options, n_layers=n_layers, seed=seed) for seed in seeds]
        for method in METHODS:
            anew = [check[method] for check in checks if method in check]
            tiles.append(_tile(inside, method, question, options, terms, anew, strength))
    st.html(f'<div class="cp-why-tiles{" cp-why-checked" if is_checked else ""}">{"".join(tiles)}</div>')
    _say_how(is_checked=is_checked)


def _say_question(inside: Inside, question: "Question") -> str:
    classes = inside.predictor.classes
    against = "" if question.against is None else f" against {classes[question.against]}"
    return classes[question.class_idx] + against


def _ask_check(inside: Inside) -> tuple[range, int]:
    """Which layers are drawn anew, and the seeds of the draws."""
    from cnnplay.inference.inside.sanity import weighted_layers

    n = len(weighted_layers(inside.graph))
    draw = int(read_number(DRAW_PARAMETER, 0, MAX_DRAWS, 0))
    with st.container(key="why_check", horizontal=True, vertical_alignment="bottom"):
        chosen = choose_in_address(
            "Weights drawn anew in", list(REDRAWN), REDRAWN_PARAMETER, default="all", words=REDRAWN.__getitem__
        )
        st.button(
            "Draw again", key="why_draw", on_click=write, args=(DRAW_PARAMETER, (draw + 1) % MAX_DRAWS),
            kwargs={"usual": 0},
        )  # fmt: skip
    n_layers = {"last": 1, "half": (n + 1) // 2, "all": n}[chosen]
    return range(N_DRAWS * draw, N_DRAWS * (draw + 1)), n_layers


def _tile(
    inside: Inside, method: "Method", question: "Question", options: "Options", terms: Terms,
    anew: "list[Attribution]", strength: float,
) -> str:  # fmt: skip
    """One method: picture, scale, cost, what it can tell and what not, and the sanity check if there is one."""
    head = f"<h3>{TITLES[method]}</h3>"
    try:
        found = get_map(inside, method, question, options)
    except InputError as error:
        return _frame(method, [head, f'<div class="cp-why-none"><p>{escape(str(error))}</p></div>'])
    can, cannot = tell_worth(found, terms, options)
    parts = [
        head,
        _picture(inside, found, strength, f"{TITLES[method]} for {terms.class_name}"),
        _legend(found),
        f'<p class="cp-small">{tell_cost(found)}</p>',
        f"<p><b>Tells</b> {can} <b>Does not tell</b> {cannot} {tell_nothing(found) or tell_completeness(found)} "
        f"{link(method)}</p>",
        *(_checked(inside, found, anew, strength) if anew else ()),
    ]
    return _frame(method, parts)


def _frame(method: "Method", parts: list[str]) -> str:
    return f'<article class="cp-why-tile" data-method="{method}">{"".join(parts)}</article>'


def _picture(inside: Inside, found: "Attribution", strength: float, alt: str) -> str:
    shown = lay_over(found.values, base_picture(inside.image), strength=strength)
    return f'<img class="cp-pixels" src="{data_address(shown)}" alt="{escape(alt)}">'


def base_picture(image: ByteArray) -> ByteArray:
    """A picture as it is shown: a digit as ink on paper (H, W), a photo in its colours (H, W, 3)."""
    return as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))


def _legend(found: "Attribution") -> str:
    """The scale of the colours with its ends, and the range of the values."""
    top = scale_of(found.values) if found.values.any() else 0.0
    low = f"<span>{number(-top)}</span>" if found.is_signed else "<span>0</span>"
    kind = "cp-why-signed" if found.is_signed else "cp-why-ramp"
    spread = f"{number(float(found.values.min()))} to {number(float(found.values.max()))}"
    return (
        f'<div class="cp-why-scale">{low}<i class="{kind}"></i><span>{number(top)}</span></div>'
        f'<p class="cp-small">{spread}, {tell_unit(found.method)}</p>'
    )


def _checked(inside: Inside, found: "Attribution", anew: "list[Attribution]", strength: float) -> tuple[str, ...]:
    """The same map of the network with random weights, and what a comparison of the two says."""
    from cnnplay.inference.inside.sanity import rank_correlation

    ink = inside.image[0] > 0 if len(inside.image) == 1 else np.zeros(inside.image.shape[1:], bool)
    everywhere = [rank_correlation(found.values, each.values) for each in anew]
    on_ink = [rank_correlation(found.values[ink], each.values[ink]) for each in anew] if ink.any() else []
    figures, words = tell_check(everywhere, on_ink)
    shown = next((each for each in anew if each.values.any()), anew[0])
    return (
        '<p class="cp-why-random"><b>With random weights</b></p>',
        _picture(inside, shown, strength, f"{TITLES[found.method]} with random weights"),
        f'<p class="cp-small">{figures}</p>',
        f"<p>{words}</p>",
    )


def _say_how(*, is_checked: bool) -> None:
    """What the colours, times and correlations are."""
    words = (
        "Orange speaks for the class, blue against it; each map has its own scale. Scores are logits, before they "
        "become probabilities. Times were measured as the maps were computed here, on one core of "
        f"{processor_name()}."
    )
    if is_checked:
        words += (
            f" Rank correlation (Spearman) of the sizes of all pixels, {N_DRAWS} draws of random weights: the middle "
            "one, the lowest and the highest; the picture is of the first that is not empty. After "
            "Adebayo et al. 2018, [arXiv:1810.03292](https://arxiv.org/abs/1810.03292)."
        )
    st.caption(words)
