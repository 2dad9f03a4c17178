"""The leaderboard of the Compare page: one data set at a time, and a choice that everything below follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from html import escape

import pandas as pd
import streamlit as st

from cnnplay.comparison.entries import Entry, find_entries, list_entries
from cnnplay.comparison.leaderboard import Row, make_rows, sort_rows
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.table import NAME, column_names, columns_that_differ, make_table, matches
from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import DataError, InputError, StoreError
from cnnplay.runs.answers import AnswerKey, load_answer_key
from cnnplay.runs.records import Run
from cnnplay.runs.weights import USABLE
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_state import (
    DATA_PARAMETER,
    MAX_NETS,
    ask_networks,
    asked_networks,
    forget_networks,
)
from cnnplay.ui.compare_table import USUAL, column_config
from cnnplay.ui.run_queue import get_store
from cnnplay.words import plain

SHIPPED = ("mnist", "cifar10")
MAX_RUNS = 400
"""So many of the newest runs are looked at."""
N_BEGIN = 8
"""So many of the best runs are chosen at first on a data set that no shipped network was made for."""


@dataclass(frozen=True)
class Board:
    """What the leaderboard shows: all rows, those of the chosen networks, and the comparison of these.

    `comparison` is None where the right answers are not on this machine; `trouble` then says why.
    """

    rows: tuple[Row, ...]
    chosen: tuple[Row, ...]
    comparison: Comparison | None
    trouble: str | None = None


def show_board() -> Board:
    """Data set, table, and the names of what was chosen."""
    runs = _list_runs()
    dataset = _choose_dataset(runs)
    key, trouble = _find_key(dataset)
    rows = sort_rows(make_rows(list_entries(dataset, runs), key))
    entries = tuple(row.entry for row in rows)
    chosen = _chosen(entries, dataset)
    with st.container(key="leaderboard"):
        if rows:
            _show_table(rows, chosen)
        else:
            st.html('<div class="cp-empty"><p>No network was trained on this data set yet.</p></div>')
            st.page_link("pages/train.py", label="Train one")
        _show_chosen(chosen, len(entries))
    if trouble:
        st.warning(trouble)
    tokens = {entry.token for entry in chosen}
    return Board(
        rows=rows,
        chosen=tuple(row for row in rows if row.entry.token in tokens),
        comparison=Comparison(key, chosen) if key else None,
        trouble=trouble,
    )


def _list_runs() -> tuple[Run, ...]:
    """The newest runs; none, and a warning, where the store cannot be read."""
    try:
        return get_store().list_runs(limit=MAX_RUNS)
    except StoreError as error:
        st.warning(f"{error} Only the shipped networks are listed.")
        return ()


def _choose_dataset(runs: Sequence[Run]) -> str:
    """Networks are compared on the same test pictures: one data set at a time."""
    trained = [run.dataset for run in runs if run.state in USABLE]
    options = [key for key in dict.fromkeys((*SHIPPED, *trained)) if _title(key)]
    return choose_in_address(
        "Tested on",
        options,
        DATA_PARAMETER,
        words=lambda key: plain(_title(key) or key),
        then=forget_networks,
        help="Networks are compared on the same test pictures, so that one data set is looked at at a time.",
    )


def _title(dataset: str) -> str | None:
    try:
        return get_dataset_spec(dataset).title
    except InputError:  # a set of somebody's own that is gone
        return None


def _find_key(dataset: str) -> tuple[AnswerKey | None, str | None]:
    try:
        return load_answer_key(dataset), None
    except DataError as error:
        return None, str(error)


def _chosen(entries: Sequence[Entry], dataset: str) -> tuple[Entry, ...]:
    """Those of the address; at first the shipped ones, or the best runs where there are none of these."""
    tokens = asked_networks()
    if tokens is None:
        shipped = tuple(entry for entry in entries if entry.state == "shipped")
        return shipped or tuple(entries[:N_BEGIN])
    found, unknown = find_entries(entries, tokens)
    if unknown:
        names = ", ".join(plain(token[:40]) for token in unknown[:5])
        st.info(
            f"Not among the networks tested on {plain(_title(dataset) or dataset)}: {names}. "
            "A network that was tested on other pictures is listed under its own data set."
        )
    if len(found) > MAX_NETS:
        st.info(f"{len(found)} networks were chosen. The first {MAX_NETS} are compared.")
    return found[:MAX_NETS]


def _show_table(rows: Sequence[Row], chosen: Sequence[Entry]) -> None:
    """The table with its filter; choosing a row changes the address."""
    with st.container(key="board_tools", horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            "Filter", key="find", bind="query-params", placeholder="Filter: name, recipe, state ...",
            label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("Columns"):
            columns = st.pills(
                "Columns", column_names(), selection_mode="multi", default=[n for n in column_names() if n in USUAL],
                key="cols", persist_state="session", label_visibility="collapsed",
            )  # fmt: skip
        only_different = st.toggle("Only what differs", key="differ", bind="query-params")
        table = make_table(rows)
        st.download_button(
            # Made on a click: while a run is in training, a file made here is replaced before a browser has it.
            "CSV", lambda: table.to_csv(index=False).encode(), "leaderboard.csv", "text/csv", on_click="ignore",
            key="board_csv",
        )  # fmt: skip
    shown = [at for at, row in enumerate(rows) if matches(row, words or "")]
    if not shown:
        st.write("No network has these words. Clear the filter to see all.")
        return
    part = table.iloc[shown].reset_index(drop=True)
    names = [name for name in column_names() if name in columns]
    if only_different:
        different = columns_that_differ(part)
        names = [name for name in names if name in different]
    _show_rows([rows[at] for at in shown], part[[NAME, *names]], chosen)


def _show_rows(rows: Sequence[Row], table: pd.DataFrame, chosen: Sequence[Entry]) -> None:
    tokens = [row.entry.token for row in rows]
    now = [entry.token for entry in chosen]
    # Streamlit keeps a choice by the places of the rows: other rows need another table.
    place = blake2b(" ".join(tokens).encode(), digest_size=6).hexdigest()
    key = f"board_{place}"

    def choose() -> None:
        picked = {tokens[at] for at in st.session_state[key]["selection"]["rows"] if at < len(tokens)}
        hidden = [token for token in now if token not in tokens]
        ask_networks([*hidden, *(token for token in tokens if token in picked)])

    st.dataframe(
        table,
        key=key,
        hide_index=True,
        column_config=column_config(),
        on_select=choose,
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [at for at, token in enumerate(tokens) if token in now]}},
        placeholder="",
        alt="Leaderboard: a row for each network, a column for each figure.",
    )


def _show_chosen(chosen: Sequence[Entry], n_entries: int) -> None:
    """The names of what is compared, each in the colour that it has in all charts."""
    if not n_entries:
        return
    names = "".join(
        f'<span><i style="border-top-style:{"solid" if entry.dash == "solid" else "dashed"};'
        f'border-color:{entry.colour}"></i>{escape(entry.title)}</span>'
        for entry in chosen
    )
    words = f"Compared below: {len(chosen)} of {n_entries}" if chosen else "Choose rows to compare them below."
    st.html(f'<div class="cp-chosen"><b>{words}</b>{names}</div>')
