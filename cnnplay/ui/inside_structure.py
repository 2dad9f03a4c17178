"""The part 'structure' of Look inside: what the network is made of, what each part costs, and how to cut it."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_architecture import shape_words
from cnnplay.ui.inside_kept import kept
from cnnplay.ui.inside_ribbon import show_rows
from cnnplay.ui.inside_structure_table import show_table
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.words import count, percent

if TYPE_CHECKING:
    from cnnplay.inference.inside.graph import Step
    from cnnplay.inference.inside.receptive_field import Field
    from cnnplay.inference.inside.structure import Structure

MAX_GLANCE = 24
"""Maps of the chosen step that are shown beside the lines that compute them."""
BRIGHT = 255


def show_structure(inside: Inside) -> None:
    """The picture of the architecture, the chosen step's figures, how to cut the network there, and the tree."""
    structure = get_structure(inside)
    show_rows(inside)
    st.caption(
        "The higher a block, the larger the maps; the wider, the more of them. Grey is a convolution, dark grey a "
        "dense layer, what narrows a pooling; thin slices are normalisation, activation and other small steps."
    )
    left, right = st.columns([3, 4], gap="large")
    with left:
        st.subheader("This layer")
        st.html(_facts(inside, structure))
    with right:
        st.subheader("Cut after this layer")
        _show_cut(inside)
    st.subheader("All layers")
    show_table(inside, structure)


def get_structure(inside: Inside) -> "Structure":
    """All that can be told of the page's network without measuring; once for all who look at it."""
    return kept(inside, _read)


def _read(inside: Inside) -> "Structure":
    from cnnplay.inference.inside.structure import read_structure, shapes_of

    return read_structure(inside.graph, shapes_of(inside.values()))


def _facts(inside: Inside, structure: "Structure") -> str:
    facts = structure.steps.get(inside.layer)
    if facts is None:  # the softmax
        n_classes = len(inside.values()[inside.layer])
        last = structure.steps[inside.graph.output]
        return (
            f'{_field_picture(inside, last.fields)}<p class="cp-small">The softmax turns {n_classes} numbers into '
            f"{n_classes} probabilities. It has no parameters.</p>"
        )
    rows = {
        "Gives": shape_words(facts.shape),
        "Parameters": _with_share(facts.n_params, structure.n_params),
        "Multiply-accumulates": _with_share(facts.macs, structure.macs),
        "One unit sees": field_words(facts.fields),
        "Next unit, further by": _both("{} px", *(field.jump for field in facts.fields)),
        "First unit, centred on": _both("{:g}", *(field.centre for field in facts.fields)),
    }
    if len(facts.shape) == 1 or all(field.is_whole for field in facts.fields):
        del rows["Next unit, further by"], rows["First unit, centred on"]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows.items())
    return (
        f'<div class="cp-layer"><dl>{listed}</dl>{_field_picture(inside, facts.fields)}</div>'
        f"<code>{escape(_text(inside, facts.step))}</code>"
    )


def _text(inside: Inside, step: "Step") -> str:
    return step.text if inside.graph.module(step.name) is not None else f"{step.text}({', '.join(step.inputs)})"


def field_words(fields: "tuple[Field, Field]") -> str:
    """What one unit sees, in a few words: 14 x 14 px, or the whole picture."""
    if all(field.is_whole for field in fields):
        return "whole picture"
    return f"{fields[0].size} x {fields[1].size} px"


def _both(form: str, rows: float, columns: float) -> str:
    down, across = form.format(rows), form.format(columns)
    return down if down == across else f"{down} down, {across} across"


def _with_share(n: int, total: int) -> str:
    return f"{count(n)} <span>{percent(n / total)}</span>" if n else "none"


def _field_picture(inside: Inside, fields: "tuple[Field, Field]") -> str:
    """The picture, and on it what the unit in the middle sees."""
    pixels = inside.image
    height, width = pixels.shape[1:]
    shown = as_paper(pixels[0]) if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    (top, bottom), (left, right) = (field.pixels_of(field.n_units // 2) for field in fields)
    box = (
        f"left:{100 * left / width:.2f}%;top:{100 * top / height:.2f}%;"
        f"width:{100 * (right - left + 1) / width:.2f}%;height:{100 * (bottom - top + 1) / height:.2f}%"
    )
    words = f"Rows {top} to {bottom} and columns {left} to {right}: what the unit in the middle sees."
    return (
        f'<figure class="cp-seen"><div><img class="cp-pixels" src="{data_address(shown)}" alt="The picture">'
        f'<span style="{box}"></span></div><figcaption>{words}</figcaption></figure>'
    )


def _show_cut(inside: Inside) -> None:
    from cnnplay.inference.inside.cut import write_cut

    value = inside.values()[inside.layer].numpy()
    st.html(
        f'<p class="cp-small">The network up to here turns a picture into {shape_words(value.shape)}: features '
        f"that something else can go on with.</p>{_glance(value)}"
    )
    code = write_cut(inside.graph, inside.layer, source=_source(inside), input_shape=inside.predictor.spec.input_shape)
    st.code(code, language="python")
    if inside.network.run is not None:
        st.caption("The Networks page has the file of its weights to take along.")


def _source(inside: Inside) -> str | Path:
    if inside.network.run is None:
        return inside.network.key
    from cnnplay.runs.weights import find_weights

    found = find_weights(inside.network.run)
    return Path(found.name) if found else inside.network.key  # where it lies on the server is nobody's business


def _glance(value: NDArray[np.float32]) -> str:
    """The first maps, each on its own scale; or all values of a vector as one strip."""
    if value.ndim == 1:
        return f'<img class="cp-pixels cp-vector" src="{data_address(_gray(value[None]))}" alt="its values">'
    shown = "".join(
        f'<img class="cp-pixels" src="{data_address(_gray(each))}" alt="map {i}">'
        for i, each in enumerate(value[:MAX_GLANCE])
    )
    more = f"The first {MAX_GLANCE} of {len(value)} maps" if len(value) > MAX_GLANCE else f"All {len(value)} maps"
    return f'<div class="cp-glance">{shown}</div><p class="cp-small">{more}. Light is large, each on its own scale.</p>'


def _gray(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    low, high = float(values.min()), float(values.max())
    return np.round(BRIGHT * (values - low) / ((high - low) or 1.0)).astype(np.uint8)
