"""Numbers of a sum as HTML: where they come from, small tables of them, and how a sum ends."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnplay.ui.inside_layers_picks import pick_source
from cnnplay.words import count

if TYPE_CHECKING:
    from cnnplay.inference.inside.explanation import Explanation
    from cnnplay.inference.inside.ledger import Ledger

COLOURS = ("red", "green", "blue")


def number_words(value: float, ledger: "Ledger") -> str:
    """A number of a sum, with the decimals of the sum."""
    from cnnplay.inference.inside.ledger import print_number

    return print_number(value, ledger.decimals)


def fit_to(numbers: NDArray[np.float64]) -> int:
    """Decimals for numbers that are no part of the sum themselves."""
    from cnnplay.inference.inside.ledger import fit_decimals

    return fit_decimals(float(np.abs(numbers).max(initial=0)))


def name_input(source: str, number: int, n_channels: int) -> str:
    """An input map in words; the picture's own have the names of colours."""
    from cnnplay.inference.inside.graph import INPUT

    if source != INPUT:
        return f"map {number}"
    return COLOURS[number] if n_channels == len(COLOURS) else "grey"


def say_origin(found: "Explanation", at: tuple[int, ...]) -> str:
    """Where an operand is from, as something to click."""
    if not found.inside[at]:
        return "<span>padding</span>"
    source = found.sources[at[0]] if len(found.sources) == len(found.operands) else found.sources[0]
    return say_source(source, tuple(map(int, found.places[at])))


def say_source(name: str, place: tuple[int, ...]) -> str:
    """A value of another step, as something to click; of the picture, which is no step, only its place."""
    from cnnplay.inference.inside.graph import INPUT

    at = f"[{', '.join(map(str, place))}]"
    if name == INPUT:
        return f"<span>picture {at}</span>"
    return f'<a class="cp-go" data-pick="{escape(pick_source(name, place))}">{escape(name)} {at}</a>'


def end_sum(ledger: "Ledger", n_columns: int, what: str) -> str:
    """The last rows: what was not shown, the bias, what rounding left over, and the total."""
    wide = f"<td colspan={n_columns}>"
    rows = []
    if ledger.n_rest:
        rows.append(
            f"<tr>{wide}the other {count(ledger.n_rest)} {what}</td><td>{number_words(ledger.rest, ledger)}</td></tr>"
        )
    if ledger.bias is not None:
        rows.append(f"<tr>{wide}bias</td><td>{number_words(ledger.bias, ledger)}</td></tr>")
    if ledger.rounding:
        rows.append(f"<tr>{wide}left over by rounding</td><td>{number_words(ledger.rounding, ledger)}</td></tr>")
    rows.append(f'<tr class="cp-total">{wide}sum</td><td>{number_words(ledger.total, ledger)}</td></tr>')
    return "".join(rows)


def say_exactness(ledger: "Ledger") -> str:
    """How exact the numbers are."""
    return (
        f'<p class="cp-small">Rounded to {ledger.decimals} decimals. Computed anew from the exact numbers; '
        "the network's own value reads the same.</p>"
    )


def draw_matrix(
    title: str,
    numbers: NDArray[np.float64],
    decimals: int,
    *,
    inside: NDArray[np.bool_] | None = None,
    chosen: NDArray[np.bool_] | None = None,
) -> str:
    """A small table of numbers, tinted by sign and size."""
    from cnnplay.inference.inside.ledger import print_number

    largest = float(np.abs(np.nan_to_num(numbers)).max()) or 1.0
    rows = []
    for i, row in enumerate(numbers):
        cells = []
        for j, number in enumerate(row):
            is_padding = inside is not None and not inside[i, j]
            won = chosen is not None and chosen[i, j]
            kind = "cp-pad" if is_padding else "cp-won-cell" if won else "cp-neg" if number < 0 else "cp-pos"
            cells.append(
                f'<td class="{kind}" style="--share:{abs(number) / largest:.2f}">'
                f"{print_number(float(number), decimals)}</td>"
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<figure class="cp-numbers"><figcaption>{title}</figcaption><table>{"".join(rows)}</table></figure>'
