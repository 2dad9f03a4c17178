"""The whole comparison to take along: one file that opens anywhere."""

from functools import partial

import streamlit as st

from cnnplay.comparison.leaderboard import make_rows
from cnnplay.comparison.report import make_report
from cnnplay.comparison.report_files import KINDS, make_file
from cnnplay.comparison.selection import Comparison

NAMES = {"html": "Report, HTML", "md": "Markdown", "csv": "CSV"}


def show_report(comparison: Comparison) -> None:
    """A button for each form, and the command that makes the same."""
    st.write(
        "Everything on this page about the chosen networks in one file: figures, tests, charts, settings, and where "
        "each network comes from. The HTML report needs no network, and its charts stay interactive."
    )

    def make(kind: str) -> str:
        return make_file(make_report(comparison, make_rows(comparison.entries, comparison.key)), kind)

    stem = f"comparison-{comparison.key.dataset}"
    with st.container(key="report_buttons", horizontal=True, gap="small"):
        for kind, mime in KINDS.items():
            st.download_button(
                NAMES[kind],
                partial(make, kind),
                f"{stem}.{kind}",
                mime,
                on_click="ignore",
                key=f"report_{kind}",
                type="primary" if kind == "html" else "secondary",
            )
    st.caption("On the command line, the same:")
    tokens = " ".join(entry.first.id[:8] if entry.first.run else entry.first.id for entry in comparison.entries)
    st.code(f"python -m cnnplay compare {tokens} --out {stem}.html", language="shell", wrap_lines=True)
