"""What each way of asking for reasons can tell, what it cannot, what it cost, and what a sanity check says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import TYPE_CHECKING

from cnnplay.words import milliseconds

if TYPE_CHECKING:
    from cnnplay.inference.inside.attributions import Attribution, Fill, Method, Options

TITLES: "dict[Method, str]" = {
    "gradcam": "Grad-CAM",
    "integrated": "Integrated gradients",
    "saliency": "Saliency",
    "occlusion": "Occlusion",
}
FILL_WORDS: "dict[Fill, str]" = {"black": "black", "mean": "the mean colour", "white": "white"}
INK_WORDS: "dict[Fill, str]" = {"black": "paper", "mean": "the mean grey", "white": "ink"}
"""The same fills for pictures of ink, in which 0 is paper."""
_PAPERS: "dict[Method, tuple[str, str]]" = {
    "gradcam": ("Selvaraju et al. 2017", "1610.02391"),
    "integrated": ("Sundararajan et al. 2017", "1703.01365"),
    "saliency": ("Simonyan et al. 2013", "1312.6034"),
    "occlusion": ("Zeiler and Fergus 2013", "1311.2901"),
}


@dataclass(frozen=True)
class Terms:
    """Words that the sentences need: the class, the fill, and the layer that Grad-CAM reads."""

    class_name: str
    fill: str
    layer: str


def link(method: "Method") -> str:
    """The paper, as HTML."""
    name, number = _PAPERS[method]
    return f'<a href="https://arxiv.org/abs/{number}" target="_blank" rel="noopener">{name}</a>'


def tell_worth(found: "Attribution", terms: Terms, options: "Options") -> tuple[str, str]:
    """What the method can tell and what not, as HTML: how two sentences go on after "Tells" and "Does not tell"."""
    name, fill = escape(terms.class_name), escape(terms.fill)
    match found.method:
        case "gradcam":
            cells = f"{found.map_px[0]} x {found.map_px[1]}"
            return (
                f"where the maps of <code>{escape(terms.layer)}</code> speak for {name}.",
                f"anything finer than its {cells} cells, nor what speaks against.",
            )
        case "integrated":
            return (
                f"how the score is made up, pixel by pixel, on the way from {fill} to the picture.",
                f"what pixels mean that are {fill} already: they get nothing.",
            )
        case "saliency":
            return (
                f"which pixels would move the score of {name} most, if changed by a little.",
                "what the answer rests on, nor in which direction.",
            )
        case _:
            return (
                f"what the score loses when a square of {options.window_px} x {options.window_px} becomes {fill}.",
                "what smaller parts do, nor how strange the square itself is to the network.",
            )


def tell_cost(found: "Attribution") -> str:
    """Time and passes, as they were measured and counted."""
    forward = "1 pass" if found.n_forward == 1 else f"{found.n_forward:,} passes"
    back = f", {found.n_backward:,} back" if found.n_backward else ""
    return f"{milliseconds(1000 * found.elapsed_s)}, {forward}{back}"


def tell_unit(method: "Method") -> str:
    """What the numbers of a map are."""
    units: dict[Method, str] = {
        "gradcam": "weighted sum of maps",
        "integrated": "logits, shared out",
        "saliency": "logits per full pixel",
        "occlusion": "logits lost",
    }
    return units[method]


def number(value: float) -> str:
    """Three significant digits, with a true minus."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def tell_completeness(found: "Attribution") -> str:
    """Of integrated gradients: do the shares add up to the score? "" for the other methods."""
    if found.gap is None or found.score_start is None:
        return ""
    total = found.score - found.score_start
    return (
        f"The shares add up to {number(total + found.gap)}, the score rises by {number(total)}: "
        f"a gap of {number(abs(found.gap))}."
    )


def tell_nothing(found: "Attribution") -> str:
    """Why a map is 0 everywhere; "" where it is not."""
    if found.values.any():
        return ""
    if found.method == "gradcam":
        return (
            "Nothing is left: at every place the weighted maps add up to less than 0. One weight for a whole map says "
            "little where the next layer looks at each place by itself."
        )
    if found.method == "integrated":
        return "All shares are 0: the picture is what the way begins with."
    return "All values are 0."


def tell_check(correlations: Sequence[float | None], on_ink: Sequence[float | None]) -> tuple[str, str]:
    """What a sanity check says.

    Args:
        correlations: rank correlation with the map of the trained network, for each draw of random weights.
        on_ink: the same over the pixels with ink alone; empty where there is no paper.

    Returns:
        The figures, and a plain sentence.
    """
    from cnnplay.inference.inside.sanity import KEPT_FROM, PARTLY_FROM

    known = [value for value in correlations if value is not None]
    if not known:
        return "no rank correlation", "One of the two maps is 0 everywhere: there is nothing to compare."
    middle = median(known)
    spread = f" ({_two(min(known))} to {_two(max(known))})" if len(known) > 1 else ""
    figures = f"rank correlation {_two(middle)}{spread}"
    inked = [value for value in on_ink if value is not None]
    if inked:
        figures += f"; on the ink alone {_two(median(inked))}"
    if middle >= KEPT_FROM:
        words = "Stays much the same: it shows the picture's edges rather than the network's reasons."
        if inked and median(inked) < KEPT_FROM:
            words = "Stays the same in where there is ink, and changes within it: only the latter is the network's."
    elif middle >= PARTLY_FROM:
        words = "Stays the same in part: some of it is the picture's edges."
    else:
        words = "Becomes another picture: it does depend on what the network learned."
    return figures, words


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
