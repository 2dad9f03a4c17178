"""Compare networks honestly: what each can do, what it costs, where they differ, and what may be chance."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import streamlit as st

from cnnplay.comparison.selection import Comparison
from cnnplay.errors import CnnplayError, StoreError
from cnnplay.ui.address import choose_in_address
from cnnplay.ui.compare_board import Board, show_board
from cnnplay.ui.compare_picks import show_picks
from cnnplay.ui.compare_state import VIEW_PARAMETER
from cnnplay.ui.compare_watch import watch_training
from cnnplay.ui.measure_speed import show_speed_button
from cnnplay.ui.navigation import guard

guard()
SECTIONS: dict[str, str] = {
    "tradeoffs": "Trade-offs",
    "curves": "Curves",
    "real": "Is it real?",
    "differences": "Where they differ",
    "sure": "How sure",
    "sturdy": "How sturdy",
    "report": "Report",
}
"""Parts of the page: each is `show_<key>` in cnnplay/ui/compare_<key>.py, and only the chosen one is computed."""


def show_section(board: Board) -> None:
    """The chosen part, for the chosen networks."""
    view = choose_in_address("Part", list(SECTIONS), VIEW_PARAMETER, words=SECTIONS.__getitem__, hide_label=True)
    if board.comparison is None:
        return
    show: Callable[[Comparison], None] = getattr(import_module(f"cnnplay.ui.compare_{view}"), f"show_{view}")
    with st.container(key=f"compare_{view}"):
        show(board.comparison)


st.title("Compare")
st.write("Choose networks. Everything below compares them on the same test pictures, picture by picture.")
try:
    board = show_board()
    show_picks(board.chosen, board.comparison)
    with suppress(StoreError):  # said already
        show_speed_button([row.entry for row in board.chosen])
    if board.chosen and SECTIONS:
        show_section(board)
    watch_training(board)
except CnnplayError as error:
    st.error(str(error))
