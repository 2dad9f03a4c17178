"""Names in the charts of the Compare page, where a phone has room for fewer of them."""

import streamlit as st

from cnnplay.figures.labels import Named


def hide_names_on_phone(chart: Named, container: str) -> None:
    """Leaves out, on a narrow screen, the names for which only a wider one has room.

    Args:
        chart: that is shown.
        container: key of the container that it is in.
    """
    hidden = [f'.st-key-{container} .annotation[data-index="{at}"]' for at in chart.wide_only]
    # Always there, so that the chart below keeps its place in the page, and is not made anew.
    st.html(f"<style>@media (max-width: 640px) {{ {', '.join(hidden) or '.none'} {{ display: none }} }}</style>")
