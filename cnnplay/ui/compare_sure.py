"""How sure: whether networks are right as often as they say, and what they are worth where they are surest."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.sureness import (
    Sureness,
    draw_errors,
    draw_reliability,
    draw_selective,
    measure_all,
    tell_all,
)
from cnnplay.evaluation.reliability import N_RESAMPLES
from cnnplay.figures.template import CONFIG
from cnnplay.words import listing, plain

TEMPERATURE_PARAMETER = "temp"


def show_sure(comparison: Comparison) -> None:
    """Reliability, answering only when sure, and what temperature scaling does about it.

    Args:
        comparison: the chosen networks.
    """
    found = measure_all(comparison)
    if not found:
        st.info("None of the chosen networks has answers to the test pictures yet. Choose one that is finished.")
        return
    st.html(f'<div class="cp-verdict"><p>{escape(tell_all(found))}</p></div>')
    _tell_missing(comparison, found)
    fitted = any(each.after for each in found)
    with_temperature = fitted and st.toggle(
        "With temperature", key=TEMPERATURE_PARAMETER, bind="query-params",
        help="Divides each network's scores by the number that was fitted to it, as the other pages do. "
        "Shown on the half of the test pictures that it was not fitted on.",
    )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left, st.container(key="sure_reliability"):
        _show_chart(draw_reliability(found, with_temperature=bool(with_temperature)), "reliability", _alt(found))
        st.caption("On the dotted line a network is right as often as it says. Above it, it is too modest.")
    with right, st.container(key="sure_selective"):
        _show_chart(draw_selective(found), "selective")
        st.caption("A network may pass a picture on to a person when it is not sure. This is what the rest is worth.")
    if fitted:
        _show_errors(found)


def _tell_missing(comparison: Comparison, found: Sequence[Sureness]) -> None:
    known = {each.entry.token for each in found}
    if missing := [plain(entry.title) for entry in comparison.entries if entry.token not in known]:
        st.caption(f"Without answers to all test pictures, and left out: {listing(missing)}.")
    if any(each.entry.is_group for each in found):
        st.caption("A group of seeds is shown by its first network.")


def _show_errors(found: Sequence[Sureness]) -> None:
    with st.container(key="sure_errors"):
        st.subheader("Calibration error", anchor=False)
        _show_chart(draw_errors(found), "errors")
        chance = max((each.before or each.whole).by_chance for each in found)
        st.caption(
            "Mean distance between how sure it says it is and how often it is right, in 15 bins. Both are measured on "
            "the half of the test pictures whose hash is odd: the temperature was fitted on the other half. "
            f"Bands: 95 % intervals from {N_RESAMPLES} resamples of these pictures. By chance alone, a network that is "
            f"right exactly as often as it says would come to up to {100 * chance:.1f} points."
        )


def _show_chart(figure: Any, name: str, alt: str | None = None) -> None:
    st.plotly_chart(figure, key=f"sure_{name}_chart", theme=None, config=CONFIG, alt=alt)


def _alt(found: Sequence[Sureness]) -> str:
    return "; ".join(f"{each.entry.title}: calibration error {100 * each.whole.error:.2f} points" for each in found)
