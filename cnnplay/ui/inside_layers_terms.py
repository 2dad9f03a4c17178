"""The sum behind a value as HTML: for every kind of step what there is to add, to choose or to carry over."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_layers_numbers import (
    draw_matrix,
    end_sum,
    fit_to,
    name_input,
    number_words,
    say_exactness,
    say_origin,
    say_source,
)
from cnnplay.ui.inside_layers_picks import chosen_source, pick_from
from cnnplay.ui.inside_layers_sheets import shade, sheet_style, tile_style, whole_px

if TYPE_CHECKING:
    from cnnplay.inference.inside.explanation import Explanation
    from cnnplay.inference.inside.ledger import Ledger, Part

MOST_ROWS = 8
"""So many parts of a sum are shown one by one; the rest is summed."""
LOGIT_DECIMALS = 3
TILE_PX = 36
"""About so wide are a patch and its kernel beside a sum."""


def draw_sum(inside: Inside, found: "Explanation", value: float, *, shows_all: bool) -> str:
    """HTML of how a value came about.

    Args:
        inside: what is shown.
        found: how it came about.
        value: what the network says it is.
        shows_all: every part of a sum stands in a row of its own.
    """
    from cnnplay.inference.inside.ledger import write_ledger

    if not found.is_complete:
        return "<p>This step is not taken apart here. The value is the network's own.</p>"
    ledger = write_ledger(found, value, most=None if shows_all else MOST_ROWS)
    match found.kind:
        case "conv":
            return _draw_convolution(inside, found, ledger)
        case "pool":
            return _draw_pooling(found, ledger)
        case "norm" | "activation":
            return _draw_lines(found, ledger)
        case "softmax":
            return _draw_softmax(inside, found, ledger)
        case "concat" | "reshape" | "dropout":
            return _draw_carried(found)
    return _draw_terms(found, ledger)


def _draw_convolution(inside: Inside, found: "Explanation", ledger: "Ledger") -> str:
    if found.operands[0].size == 1:  # a patch of one number needs no picture
        return _draw_terms(found, ledger)
    n_maps = len(found.operands)
    picked = chosen_source(inside)
    numbers = found.places[:, 0, 0, 0]
    at = int(np.flatnonzero(numbers == picked)[0]) if picked in numbers else ledger.parts[0].at
    names = [name_input(found.sources[0], int(number), len(inside.image)) for number in numbers]
    order = [part.at for part in ledger.parts]
    patches, kernels = found.operands[order], found.weights[order]
    styles = _sheet("cp-sheet-patches", patches) + _sheet("cp-sheet-kernels", kernels)
    rows = "".join(
        _convolution_row(part, place, int(numbers[part.at]), names[part.at], len(order), ledger, is_open=part.at == at)
        for place, part in enumerate(ledger.parts)
    )
    table = (
        f'<div class="cp-terms" data-scroll="terms"><table><thead><tr><th>Input</th><th>patch &times; kernel</th>'
        f"<th>adds</th></tr></thead><tbody>{rows}{end_sum(ledger, 2, 'maps')}</tbody></table></div>"
    )
    more = '<p class="cp-small">Click an input to see its numbers.</p>' if n_maps > 1 else ""
    return f"{styles}{table}{more}{_draw_window(inside, found, at, names[at], ledger)}{say_exactness(ledger)}"


def _convolution_row(
    part: "Part", place: int, number: int, name: str, n: int, ledger: "Ledger", *, is_open: bool
) -> str:
    where = tile_style(place, n)
    marked = ' aria-current="true"' if is_open else ""
    return (
        f'<tr class="cp-openable" data-pick="{pick_from(number)}"{marked}><td>{name}</td>'
        f'<td><i class="cp-tile cp-sheet-patches" style="{where}"></i> &times; '
        f'<i class="cp-tile cp-sheet-kernels" style="{where}"></i></td>'
        f"<td>{number_words(part.amount, ledger)}</td></tr>"
    )


def _sheet(name: str, tiles: NDArray[np.float64]) -> str:
    known = np.nan_to_num(tiles)
    signed = bool(known.min() < 0)
    shown = shade(known / (float(np.abs(known).max()) or 1.0), signed=signed)
    return sheet_style(name, shown, whole_px(tiles.shape[2], TILE_PX))


def _draw_window(inside: Inside, found: "Explanation", at: int, name: str, ledger: "Ledger") -> str:
    """One input map, number by number: patch, kernel and products."""
    from cnnplay.inference.inside.graph import INPUT

    products = found.products[at]
    total = number_words(float(products.sum()), ledger)
    middle = tuple(int(n) // 2 for n in products.shape)
    origin = say_origin(found, (at, *middle))
    matrices = (
        draw_matrix(f"patch of {name}", found.operands[at], fit_to(found.operands), inside=found.inside[at]),
        draw_matrix("kernel", found.weights[at], fit_to(found.weights)),
        draw_matrix(f"products, together {total}", products, ledger.decimals),
    )
    source = found.sources[0]
    title = (
        f"The picture, {name}, number by number"
        if source == INPUT
        else f"{name.capitalize()} of {source}, number by number"
    )
    normal = _say_normalisation(inside, int(found.places[at, 0, 0, 0])) if source == INPUT else ""
    hatched = "" if found.inside[at].all() else " Hatched is padding, which counts as 0."
    return (
        f'<h4>{escape(title)}</h4><div class="cp-matrices">{"".join(matrices)}</div>'
        f'<p class="cp-small">Its middle is {origin}.{hatched}{normal}</p>'
    )


def _say_normalisation(inside: Inside, channel: int) -> str:
    """How pixels became what the first layer reads."""
    mean, spread = inside.predictor.spec.mean[channel], inside.predictor.spec.std[channel]
    if (mean, spread) == (0, 1):
        return " The picture's values are its pixels, 0 to 255, divided by 255."
    return f" The picture's values are (pixel / 255 - {mean:.4g}) / {spread:.4g}."


def _draw_terms(found: "Explanation", ledger: "Ledger") -> str:
    """Operand times weight, row by row."""
    from cnnplay.inference.inside.ledger import print_number

    operands, weights = found.operands.reshape(-1), found.weights.reshape(-1)
    shape = found.operands.shape
    is_weighed = not (np.abs(weights) == 1).all()
    digits = fit_to(operands) if is_weighed else ledger.decimals
    has_two = len(found.sources) == 2 and len(operands) == 1
    rows = []
    for part in ledger.parts:
        at = tuple(int(i) for i in np.unravel_index(part.at, shape))
        weight = print_number(float(weights[part.at]), fit_to(weights))
        if has_two:
            weight = f"{weight} {say_source(found.sources[1], tuple(map(int, found.places[at])))}"
        sign = "" if is_weighed else "- " if weights[part.at] < 0 else ""
        cells = [say_origin(found, at), f"{sign}{print_number(float(operands[part.at]), digits)}"]
        if is_weighed:
            cells += [f"&times; {weight}", f"{number_words(part.amount, ledger)}"]
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    head = "<th>From</th><th>value</th>" + ("<th>weight</th><th>product</th>" if is_weighed else "")
    end = end_sum(ledger, 3 if is_weighed else 1, "terms")
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}{end}</tbody></table>"
    return f'<div class="cp-terms" data-scroll="terms">{table}</div>{say_exactness(ledger)}'


def _draw_pooling(found: "Explanation", ledger: "Ledger") -> str:
    is_mean = (found.weights == found.weights.flat[0]).all() and found.weights.size > 1
    number = int(found.places[0, 0, 0])
    chosen = None if is_mean else found.weights == 1
    matrix = draw_matrix(
        f"map {number} of {escape(found.sources[0])}",
        found.operands,
        ledger.decimals,
        inside=found.inside,
        chosen=chosen,
    )
    if is_mean:
        n = round(1 / float(found.weights.flat[0]))
        total = number_words(float(found.operands.sum()), ledger)
        said = f"They add up to {total}. Divided by {n}, their mean is {number_words(found.total, ledger)}."
    else:
        at = tuple(int(i) for i in np.argwhere(found.weights == 1)[0])
        said = f"{number_words(found.total, ledger)} is the largest and goes on: {say_origin(found, at)}."
    return f'<div class="cp-matrices">{matrix}</div><p class="cp-say-sum">{said}</p>{say_exactness(ledger)}'


def _draw_lines(found: "Explanation", ledger: "Ledger") -> str:
    """One operand, and what is done to it, line by line."""
    rows = [
        f"<tr><td>{say_origin(found, (0,))}</td><td></td><td>{number_words(float(found.operands[0]), ledger)}</td></tr>"
    ]
    for i, line in enumerate(found.lines):
        operand = "" if line.operand is None else number_words(line.operand, ledger)
        kind = ' class="cp-total"' if i == len(found.lines) - 1 else ""
        rows.append(
            f"<tr{kind}><td>{escape(line.words)}</td><td>{operand}</td>"
            f"<td>{number_words(line.result, ledger)}</td></tr>"
        )
    head = "<thead><tr><th>What is done</th><th>with</th><th>gives</th></tr></thead>"
    return f'<div class="cp-terms"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>{say_exactness(ledger)}'


def _draw_softmax(inside: Inside, found: "Explanation", ledger: "Ledger") -> str:
    from cnnplay.inference.inside.ledger import print_number

    logits, divided = found.operands, found.operands * found.weights
    powers = np.exp(divided - divided.max())
    names = inside.predictor.classes
    rows = []
    for i in np.argsort(-powers, kind="stable"):
        name = names[i] if i < len(names) else str(i)
        cells = (
            escape(name),
            *(print_number(float(each[i]), LOGIT_DECIMALS) for each in (logits, divided)),
            number_words(float(powers[i]), ledger),
        )
        marked = ' aria-current="true"' if i == found.index[0] else ""
        rows.append(f"<tr{marked}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    own, everyone, share = (line.result for line in found.lines)
    temperature = f"{1 / float(found.weights[0]):.4g}"
    head = f"<th>Class</th><th>logit</th><th>÷ {temperature}</th><th>e<sup>it - largest</sup></th>"
    total = f'<tr class="cp-total"><td colspan=3>sum</td><td>{number_words(everyone, ledger)}</td></tr>'
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}{total}</tbody></table>"
    said = f"{number_words(own, ledger)} divided by {number_words(everyone, ledger)} is {number_words(share, ledger)}."
    return (
        f'<div class="cp-terms" data-scroll="terms">{table}</div><p class="cp-say-sum">{said}</p>'
        f"{say_exactness(ledger)}"
    )


def _draw_carried(found: "Explanation") -> str:
    """A value that came from elsewhere as it is."""
    if not found.inside[0]:
        return '<p class="cp-say-sum">This map was added empty: all its values are 0.</p>'
    return f'<p class="cp-say-sum">It is {say_origin(found, (0,))}, carried over unchanged.</p>'
