"""Settings and results of many runs side by side, of the chosen networks or of a series."""

from functools import partial

import streamlit as st

from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.settings import Attempt, attempts_in, attempts_of, make_parallel
from cnnplay.figures.parallel import Theme, least_width_px, parallel_chart
from cnnplay.figures.template import CONFIG
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_records import Series
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.train_fields import FIELDS
from cnnplay.words import plain

SERIES_PARAMETER = "runs"
SELECTION = "chosen"
MAX_SERIES = 50
TITLES = {"model": "Network", **{name: field.label for name, field in FIELDS.items()}}


def show_parallel(comparison: Comparison) -> None:
    """A line for each run through its settings and results.

    Args:
        comparison: the chosen networks.
    """
    st.subheader("Settings and results", anchor=False)

    @st.fragment
    def parallel() -> None:
        series = _list_series(comparison.key.dataset)
        chosen = _choose(series)
        if chosen is None:
            attempts = attempts_of(comparison.entries)
        else:
            attempts = attempts_in(SeriesStore(get_store()).trials(chosen.id))
        _show(attempts, chosen)

    parallel()


def _list_series(dataset: str) -> dict[str, Series]:
    found = SeriesStore(get_store()).list_series(limit=MAX_SERIES)
    return {each.id[:8]: each for each in found if each.config.get("dataset") == dataset}


def _choose(series: dict[str, Series]) -> Series | None:
    words = {SELECTION: "the networks chosen above"} | {key: each.name for key, each in series.items()}
    if not series:
        return None
    select = partial(st.selectbox, width=360)
    chosen = choose_in_address("Runs of", list(words), SERIES_PARAMETER, words=words.__getitem__, kind=select)
    return series.get(chosen)


def _show(attempts: tuple[Attempt, ...], series: Series | None) -> None:
    found = make_parallel(attempts, titles=TITLES)
    if found is None:
        whose = plain(series.name) if series else "the networks chosen above"
        st.caption(f"Two or more runs with a result and known settings are needed; {whose}: {len(attempts)} so far.")
        return
    width_px = least_width_px(len(found.dimensions))
    st.html(f"<style>.st-key-parallel_plot > * {{ min-width: {width_px}px; }}</style>")
    with st.container(key="parallel_plot"):
        theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
        figure = parallel_chart(found.dimensions, best=found.best, title=found.title, theme=theme)
        st.plotly_chart(figure, key="parallel", theme=None, config=CONFIG, alt=_in_words(len(attempts), found.title))
    left_out = f" {found.n_left_out} further settings differ and are left out." if found.n_left_out else ""
    st.caption(f"Only settings that differ.{left_out} Drag along an axis to see the runs within it alone.")


def _in_words(n_runs: int, title: str) -> str:
    return f"A line for each of {n_runs} runs through its settings and results, the stronger the higher: {title}"
