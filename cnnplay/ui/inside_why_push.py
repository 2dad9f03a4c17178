"""A push on every pixel: how little it takes when each moves in the worst direction, and how much when at random."""

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.figures.inside_why_maps import paint_signs
from cnnplay.ui.address import slide_in_address
from cnnplay.ui.answer import show_bars
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_why_computed import get_push
from cnnplay.ui.inside_why_edit import tell_answer
from cnnplay.ui.inside_why_maps import base_picture
from cnnplay.ui.pictures import ByteArray, data_address
from cnnplay.words import percent

if TYPE_CHECKING:
    from cnnplay.inference.inside.fgsm import Push, Signs

STRENGTH_PARAMETER = "eps"
USUAL_STRENGTH = 8
"""Of 255: as in the usual tests of how robust a network for CIFAR-10 is (Croce et al. 2020, arXiv:2010.09670)."""
N_BARS = 6
FULL_LEVEL = 127
"""Levels of 255 that a push is enlarged to, to be seen."""


def show_push(inside: Inside) -> None:
    """The slider, the picture pushed and with random signs, and the curve of how sure the network stays."""
    from cnnplay.inference.inside.fgsm import MAX_STRENGTH

    with st.spinner("Pushing"):
        push = get_push(inside)
    strength = int(
        slide_in_address("Strength, of 255", STRENGTH_PARAMETER, 0, MAX_STRENGTH, USUAL_STRENGTH, format="%d")
    )
    st.html(f'<div class="cp-verdict"><p>{_verdict(inside, push)}</p></div>')
    pushed, noisy = push.pushed(strength), push.noisy(strength)
    st.html(
        '<div class="cp-why-row cp-why-push">'
        + _figure(push.image, "The picture", _answer(inside, push.image))
        + _signs(push.signs, strength, "The push")
        + _figure(pushed, "Pushed", _answer(inside, pushed))
        + _signs(push.noise, strength, "Random signs")
        + _figure(noisy, "With random signs", _answer(inside, noisy))
        + "</div>"
    )
    curve, bars = st.columns([5, 3], gap="large")
    with curve, st.container(key="push_plot"):
        _show_curve(inside, push, strength)
    with bars, st.container(key="push_bars"):
        _show_probs(inside, push, strength)
    st.caption(_tell(push, strength))


def _show_curve(inside: Inside, push: "Push", strength: int) -> None:
    """How sure the network stays of its first answer at every strength."""
    from cnnplay.figures.inside_why import push_chart
    from cnnplay.figures.template import CONFIG
    from cnnplay.inference.inside.fgsm import NOISE_STEP

    figure = push_chart(
        [float(value) for value in push.probs[:, push.class_idx]], push.noise_probs[:, :, push.class_idx],
        noise_step=NOISE_STEP, strength=strength, flips_at=push.flips_at,
        name=inside.predictor.classes[push.class_idx],
    )  # fmt: skip
    st.plotly_chart(figure, width="stretch", config=CONFIG, key="push_chart")


def _show_probs(inside: Inside, push: "Push", strength: int) -> None:
    """A bar for each of the likeliest classes at this strength."""
    st.html(f'<p class="cp-small">Pushed by {strength} of 255</p>')
    probs, classes = push.probs[strength], inside.predictor.classes
    order = (-probs).argsort(kind="stable")[:N_BARS]
    show_bars([(classes[i], float(probs[i])) for i in order], winner=classes[int(order[0])])


def _verdict(inside: Inside, push: "Push") -> str:
    """From which strength on the answer is another, and what chance does at the same strength."""
    from cnnplay.inference.inside.fgsm import MAX_STRENGTH, N_NOISES

    classes = inside.predictor.classes
    first = escape(classes[push.class_idx])
    if push.flips_at is None and push.noise_flips_at is None:
        return f"Up to {MAX_STRENGTH} of 255 the answer stays {first}, pushed or with random signs."
    if push.flips_at is None:
        words = f"Up to {MAX_STRENGTH} of 255 the answer stays {first}."
    else:
        then = escape(classes[int(push.probs[push.flips_at].argmax())])
        words = f"A push by <b>{push.flips_at}</b> of 255 turns {first} into <b>{then}</b>."
    if push.noise_flips_at is None:
        return f"{words} Random signs do not, up to {MAX_STRENGTH}, in {N_NOISES} draws."
    return f"{words} Random signs first do so at {push.noise_flips_at}, in one of {N_NOISES} draws."


def _answer(inside: Inside, image: ByteArray) -> str:
    return tell_answer(inside.predictor.predict(image))


def _figure(image: ByteArray, title: str, text: str) -> str:
    return _html(base_picture(image), title, text)


def _signs(signs: "Signs", strength: int, title: str) -> str:
    times = f"times {FULL_LEVEL // strength}" if strength else "nothing yet"
    return _html(paint_signs(signs, strength=strength), title, times)


def _html(picture: ByteArray, title: str, text: str) -> str:
    return (
        f'<figure><img class="cp-pixels" src="{data_address(picture)}" alt="{title}">'
        f"<figcaption><b>{title}</b><span>{text}</span></figcaption></figure>"
    )


def _tell(push: "Push", strength: int) -> str:
    """What the push is, and how much of it fits into the picture."""
    moved = float((push.pushed(strength) != push.image).mean())
    return (
        "Every value of the picture moves by the strength, up or down, as makes the loss of the first answer grow "
        "(fast gradient sign method, Goodfellow et al. 2015, [arXiv:1412.6572](https://arxiv.org/abs/1412.6572)). "
        f"What would leave 0 to 255 stays at the end: at this strength {percent(moved)} of the values move. "
        "The network reads whole levels, as stored. The band holds all draws of random signs, the dashed line is their "
        "mean."
    )
