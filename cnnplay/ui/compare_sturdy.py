"""How sturdy: what networks still read when pictures are turned, blurred or hidden, a little more each time."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from cnnplay.comparison import sturdiness
from cnnplay.comparison.entries import Entry
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.sturdiness import Sturdiness, estimate_s, example_pictures, n_to_read, not_measured, read_all
from cnnplay.data.store import is_available
from cnnplay.errors import DataError
from cnnplay.evaluation.corruptions import Corruption
from cnnplay.figures.template import CONFIG
from cnnplay.runs.records import Run
from cnnplay.ui.measurements import ask_for, asked_networks, show_measurements
from cnnplay.ui.pictures import data_address
from cnnplay.words import duration, listing, plain

N_COLUMNS = 3
PICTURE_PARAMETER, MAX_DIGITS = "pic", 9


def show_sturdy(comparison: Comparison) -> None:
    """What is measured, what is missing, and how the missing comes.

    Args:
        comparison: the chosen networks.

    Raises:
        StoreError: the run store cannot be read.
    """
    found = read_all(comparison)
    if text := sturdiness.tell(found):
        st.html(f'<div class="cp-verdict"><p>{escape(text)}</p></div>')
    _offer_to_measure(comparison)
    if not found:
        st.html('<div class="cp-empty"><p>Nothing is measured yet for these networks.</p></div>')
        return
    _show_means(found)
    _show_each(comparison, found)
    if any(each.entry.is_group for each in found):
        st.caption("A group of seeds is shown by its first network.")


def _offer_to_measure(comparison: Comparison) -> None:
    """A button for what is missing, and how far each measurement is that was asked for."""
    dataset = comparison.key.dataset
    asked = asked_networks(dataset, "robustness")
    missing = [entry for entry in not_measured(comparison) if entry.first.id not in asked]
    if missing:
        names = listing([plain(entry.title) for entry in missing])
        st.write(f"Not measured, or not in full: {names}.")
        _show_button(comparison, missing)

    def left_s(run: Run) -> float | None:
        by_id = {entry.first.id: entry for entry in comparison.entries}
        entry = by_id.get(str(run.config.get("network")))
        return estimate_s(entry, run.n_steps - run.step) if entry and run.n_steps else None

    show_measurements(
        dataset, "robustness", estimate=left_s,
        n_known=lambda: sum(len(each.robustness.curves) for each in read_all(comparison)),
    )  # fmt: skip


def _show_button(comparison: Comparison, missing: Sequence[Entry]) -> None:
    is_here = is_available(comparison.key.dataset)
    times = [estimate_s(entry, n_to_read(comparison)) for entry in missing]
    known = [time_s for time_s in times if time_s is not None]
    networks = "1 network" if len(missing) == 1 else f"{len(missing)} networks"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Measure {networks}", key="measure_sturdy", disabled=not is_here, on_click=ask_for,
            args=([entry.first.id for entry in missing], "latency", "robustness"),
        )  # fmt: skip
        if is_here:
            words = f"About {duration(sum(known))} in all, " if len(known) == len(times) else ""
            text = f"{words}{n_to_read(comparison):,} pictures each. It waits its turn among the trainings."
            st.caption(text[0].upper() + text[1:])
    if not is_here:
        key = comparison.key.dataset
        st.caption(f"The test pictures are not on this machine. Get them: `python -m cnnplay data {key} --download`")


def _show_means(found: Sequence[Sturdiness]) -> None:
    if not (whole := sturdiness.in_full(found)):
        return
    alt = "; ".join(f"{each.entry.title}: {100 * each.robustness.mean:.1f} % of changed pictures" for each in whole)
    _show_chart(sturdiness.draw_means(found), "means", alt)
    n = whole[0].robustness.n
    st.caption(f"All {n:,} test pictures at each strength. Changed: the mean over all ways, each over its strengths.")


def _show_each(comparison: Comparison, found: Sequence[Sturdiness]) -> None:
    """A chart for each change, with one picture at each strength above it."""
    kinds = sturdiness.kinds(comparison)
    place = _choose_picture(comparison)
    with st.container(key="sturdy_charts"):
        for first in range(0, len(kinds), N_COLUMNS):
            for column, kind in zip(st.columns(N_COLUMNS), kinds[first : first + N_COLUMNS], strict=False):
                with column:
                    st.html(_strip(comparison, kind, place))
                    if (figure := sturdiness.draw_change(found, kind)) is None:
                        st.caption("Not measured yet.")
                    else:
                        _show_chart(figure, kind.key, f"{kind.title}: accuracy at growing strengths")


def _choose_picture(comparison: Comparison) -> int:
    """Place of the picture that is shown at each strength; it stands in the address."""
    text = st.query_params.get(PICTURE_PARAMETER, "")
    place = int(text) if text.isdecimal() and len(text) < MAX_DIGITS else 0

    def next_one() -> None:
        st.query_params[PICTURE_PARAMETER] = str((place + 1) % comparison.key.n)

    if is_available(comparison.key.dataset):
        st.button("Another picture", key="sturdy_picture", on_click=next_one)
    return place


def _strip(comparison: Comparison, kind: Corruption, place: int) -> str:
    """Title, and the same picture at each strength, each above its place on the axis."""
    head = f"<h3>{escape(kind.title)} <span>{escape(kind.about)}</span></h3>"
    try:
        pictures = example_pictures(comparison.key, kind.key, place=place)
    except DataError:
        return f'<div class="cp-strength">{head}</div>'
    shown = "".join(f'<img alt="" src="{data_address(_as_image(picture))}">' for picture in pictures)
    return f'<div class="cp-strength">{head}<div>{shown}</div></div>'


def _as_image(picture: Any) -> Any:
    return picture[0] if len(picture) == 1 else picture.transpose(1, 2, 0).copy()


def _show_chart(figure: Any, name: str, alt: str) -> None:
    st.plotly_chart(figure, key=f"sturdy_{name}_chart", theme=None, config=CONFIG, alt=alt)
