"""Reasons, computed once for a network, a picture and a question, whoever asks; a changed view computes nothing."""

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnplay.ui.inside import Inside

if TYPE_CHECKING:
    from cnnplay.inference.inside.attributions import Attribution, Method, Options, Question
    from cnnplay.inference.inside.fgsm import Push
    from cnnplay.inference.inside.graph import Graph
    from cnnplay.inference.inside.smallest_edit import Edit, Unit

MAX_MAPS, MAX_CHECKS, MAX_EDITS, MAX_PUSHES = 400, 100, 200, 60
"""Kept for all visitors: a map takes 4 KB, a check 16 KB, an edit some 6 KB, a push 20 KB."""


@dataclass(frozen=True, eq=False)
class _Kept:
    """What was computed, and the graph that it is of: no other can get its number while this is kept."""

    graph: "Graph"
    found: Any


def get_map(inside: Inside, method: "Method", question: "Question", options: "Options") -> "Attribution":
    """What one method says.

    Raises:
        InputError: the method has nothing to read in this network, or the options do not fit the picture.
    """
    found: Attribution = _map(
        id(inside.graph), inside.image.tobytes(), method, astuple(question), _relevant(method, options), inside,
        (question, options),
    ).found  # fmt: skip
    return found


def get_check(
    inside: Inside, question: "Question", options: "Options", *, n_layers: int, seed: int
) -> "dict[Method, Attribution]":
    """What all methods that have something to read say once the last layers are drawn anew."""
    found: dict[Method, Attribution] = _check(
        id(inside.graph), inside.image.tobytes(), astuple(question), astuple(options), n_layers, seed, inside,
        (question, options),
    ).found  # fmt: skip
    return found


def get_edit(inside: Inside, target: int | None, unit: "Unit") -> "Edit":
    """The smallest edit that the search finds."""
    found: Edit = _edit(id(inside.graph), inside.image.tobytes(), target, unit, inside).found
    return found


def get_push(inside: Inside) -> "Push":
    """The picture at every strength of a push."""
    found: Push = _push(id(inside.graph), inside.image.tobytes(), inside).found
    return found


def _relevant(method: "Method", options: "Options") -> tuple[object, ...]:
    """The options that a method takes notice of."""
    match method:
        case "gradcam":
            return (options.layer,)
        case "integrated":
            return (options.n_steps, options.fill)
        case "occlusion":
            return (options.window_px, options.stride_px, options.fill)
        case _:
            return ()


@st.cache_resource(max_entries=MAX_MAPS, show_spinner=False)
def _map(
    number: int,  # noqa: ARG001 - part of the key, as the next three
    pixels: bytes,  # noqa: ARG001
    method: "Method",
    question: tuple[int | None, ...],  # noqa: ARG001
    relevant: tuple[object, ...],  # noqa: ARG001
    _inside: Inside,
    _asked: "tuple[Question, Options]",
) -> _Kept:
    from cnnplay.inference.inside.attributions import attribute

    asked, options = _asked
    spec = _inside.predictor.spec
    found = attribute(_inside.graph, spec, _inside.image, method=method, question=asked, options=options)
    return _Kept(_inside.graph, found)


@st.cache_resource(max_entries=MAX_CHECKS, show_spinner=False)
def _check(
    number: int,  # noqa: ARG001 - part of the key, as the next three
    pixels: bytes,  # noqa: ARG001
    question: tuple[int | None, ...],  # noqa: ARG001
    options: tuple[object, ...],  # noqa: ARG001
    n_layers: int,
    seed: int,
    _inside: Inside,
    _asked: "tuple[Question, Options]",
) -> _Kept:
    from cnnplay.inference.inside.attributions import METHODS, attribute
    from cnnplay.inference.inside.sanity import randomise

    asked, wanted = _asked
    spec, image = _inside.predictor.spec, _inside.image
    graph = randomise(_inside.graph, n_layers=n_layers, seed=seed)
    found = {
        method: attribute(graph, spec, image, method=method, question=asked, options=wanted)
        for method in METHODS
        if method != "gradcam" or wanted.layer is not None
    }
    return _Kept(_inside.graph, found)


@st.cache_resource(max_entries=MAX_EDITS, show_spinner=False)
def _edit(number: int, pixels: bytes, target: int | None, unit: "Unit", _inside: Inside) -> _Kept:  # noqa: ARG001
    from cnnplay.inference.inside.smallest_edit import find_edit

    return _Kept(_inside.graph, find_edit(_inside.predictor, _inside.image, target=target, unit=unit))


@st.cache_resource(max_entries=MAX_PUSHES, show_spinner=False)
def _push(number: int, pixels: bytes, _inside: Inside) -> _Kept:  # noqa: ARG001 - both are the key
    from cnnplay.inference.inside.fgsm import push_everywhere

    return _Kept(_inside.graph, push_everywhere(_inside.predictor, _inside.image))
