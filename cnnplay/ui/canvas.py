"""The drawing canvas: strokes in, undo and clear, and a drawing that is still there after a visit to another page."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cnnplay.data.strokes import Strokes, strokes_from_canvas
from cnnplay.ui import state
from cnnplay.ui.samples import SampleDigit

CANVAS_PX = 280
DEFAULT_BRUSH_PX = 20
BRUSH_RANGE_PX = 8, 36
INK_COLOUR, PAPER_COLOUR = "#1c1c1c", "#fcfcfc"
_HIDE_TOOLBAR = """<script>
(() => {
  const hide = () => {
    const host = [...document.querySelectorAll(".st-key-canvas *")].find((part) => part.shadowRoot);
    const root = host && host.shadowRoot;
    if (!root || root.querySelector("style[data-cnnplay]")) return;
    const style = document.createElement("style");
    style.dataset.cnnplay = "";
    style.textContent = ".dc-toolbar { display: none !important } .dc-canvas { border-radius: 9px }";
    root.append(style);
  };
  hide();
  if (window.cnnplayCanvasWatch) window.cnnplayCanvasWatch.disconnect();
  window.cnnplayCanvasWatch = new MutationObserver(hide);
  window.cnnplayCanvasWatch.observe(document.body, { childList: true, subtree: true });
})();
</script>"""


def restore_drawing() -> None:
    """Begin this visit to the page with the drawing that the last one left; call it once in a full run."""
    st.session_state.setdefault(state.CANVAS_ROUND, 0)
    st.session_state[state.CANVAS_START] = st.session_state.get(state.DRAWING)


def draw_canvas(*, brush_px: int, sample: SampleDigit | None) -> Strokes:
    """Show the canvas and return its strokes, in canvas pixels.

    Raises:
        InputError: the strokes cannot be read.
    """
    round_ = st.session_state[state.CANVAS_ROUND]  # makes the canvas load even a drawing equal to its last start
    with st.container(key="canvas", width=CANVAS_PX):
        result = st_canvas(
            stroke_width=brush_px,
            stroke_color=INK_COLOUR,
            background_color=PAPER_COLOUR,
            background_image=sample.on_paper(CANVAS_PX) if sample else None,
            width=CANVAS_PX,
            height=CANVAS_PX,
            initial_drawing={**(st.session_state[state.CANVAS_START] or {"objects": []}), "round": round_},
            return_image_data=False,  # encoding the pixels would cost 130 ms a stroke
            key="drawing_canvas",
        )
    st.session_state[state.REPORTED] = result.json_data
    if not _is_outdated(result.json_data):
        st.session_state[state.OUTDATED] = None
        st.session_state[state.DRAWING] = result.json_data
    return strokes_from_canvas(st.session_state[state.DRAWING])


def _is_outdated(report: Mapping[str, Any] | None) -> bool:
    """Whether the canvas still tells of strokes that were taken away from here: it loads a drawing after a delay."""
    outdated: frozenset[str] | None = st.session_state.get(state.OUTDATED)
    if outdated is None or _paths(report) == _paths(st.session_state[state.DRAWING]):
        return False
    return outdated.issuperset(_paths(report))


def _paths(drawing: Mapping[str, Any] | None) -> list[str]:
    return [str(item.get("path")) for item in (drawing or {}).get("objects", [])]


def hide_canvas_toolbar() -> None:
    """Hide the canvas's own tool bar, which opens over what lies above it and takes pen strokes in a corner."""
    st.html(_HIDE_TOOLBAR, unsafe_allow_javascript=True)


def undo() -> None:
    """Take back the last stroke; with no stroke left, the test digit under it."""
    drawing: Mapping[str, Any] = st.session_state.get(state.DRAWING) or {}
    objects = list(drawing.get("objects", []))
    if not objects:
        st.session_state[state.SAMPLE] = None
    _begin({**drawing, "objects": objects[:-1]})


def clear() -> None:
    """Take a new sheet."""
    st.session_state[state.SAMPLE] = None
    _begin(None)


def start_from(sample: SampleDigit) -> None:
    """Take a new sheet with a test digit on it."""
    st.session_state[state.SAMPLE] = sample
    _begin(None)


def _begin(drawing: Mapping[str, Any] | None) -> None:
    before = st.session_state.get(state.OUTDATED) or frozenset()
    st.session_state[state.OUTDATED] = before.union(_paths(st.session_state.get(state.REPORTED)))
    st.session_state[state.DRAWING] = st.session_state[state.CANVAS_START] = drawing
    st.session_state[state.CANVAS_ROUND] = st.session_state.get(state.CANVAS_ROUND, 0) + 1
