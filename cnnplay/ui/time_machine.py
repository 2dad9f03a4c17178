"""The time machine: a slider over a run's training, and what the network was like at each of its snapshots."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.catalog import DIGITS, get_dataset_spec
from cnnplay.errors import CnnplayError
from cnnplay.figures.opinions import opinions
from cnnplay.figures.template import CONFIG
from cnnplay.runs.records import MilestoneRecord, Run
from cnnplay.ui import state
from cnnplay.ui.answer import show_bars
from cnnplay.ui.canvas import CANVAS_PX, DEFAULT_BRUSH_PX
from cnnplay.ui.digits import prepare
from cnnplay.ui.pictures import as_paper, data_address, kernel_pictures
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.samples import open_dataset
from cnnplay.words import percent

if TYPE_CHECKING:
    from cnnplay.inference.replay import Moment

N_SHOWN = 10
MAX_KERNELS = 64
MAX_MOMENTS, MAX_OPINIONS = 200, 2_000
Bytes = NDArray[np.uint8]


def show_time_machine(run: Run) -> None:
    """A fold that is filled when it is opened."""
    fold = st.expander("Time machine", key="time_machine", on_change="rerun")
    if fold.open:
        with fold:
            _travel(run)


@st.fragment
def _travel(run: Run) -> None:
    moments = [record for record in get_store().milestones(run.id) if record.snapshot is not None]
    if not moments:
        st.caption("There are no snapshots of this run here yet.")
        return
    try:
        image, what = _subject(run)
        with st.spinner("Looking back"):
            probs = np.stack([_probs(record, run.dataset, image) for record in moments])
        steps = [record.step for record in moments]
        chart = st.container(key="time_chart")
        epochs = {record.step: record.epoch for record in moments}
        step = st.select_slider(
            "Training steps done", steps, steps[-1], lambda step: f"{step:,}", key=f"time_step_{run.id}"
        )
        classes = get_dataset_spec(run.dataset).classes
        with chart:
            figure = opinions(steps, probs, classes, chosen=step)
            st.plotly_chart(figure, key="opinions", theme=None, config=CONFIG)
        at = steps.index(step)
        st.caption(f"After {step:,} steps, {epochs[step]:.2g} epochs." if step else "Before the first step.")
        _show_opinion(image, what, probs[at], classes)
        _show_inside(_moment(moments[at], run.dataset))
    except CnnplayError as error:
        st.info(str(error))


def _show_opinion(image: Bytes, what: str, probs: NDArray[np.float32], classes: tuple[str, ...]) -> None:
    picture = as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    left, right = st.columns([2, 5], vertical_alignment="center")
    left.html(
        f'<figure class="cp-subject"><img class="cp-pixels" src="{data_address(picture)}" alt="{escape(what)}">'
        f"<figcaption>{escape(what)}</figcaption></figure>"
    )
    order = np.argsort(-probs, kind="stable")[:N_SHOWN]
    with right:
        show_bars([(classes[i], float(probs[i])) for i in sorted(order)], winner=classes[int(order[0])])


def _show_inside(moment: "Moment") -> None:
    left, right = st.columns(2)
    with left:
        st.html('<h3 class="cp-h3">First layer</h3>')
        if moment.kernels is None:
            st.caption("Its first layer does not look at the picture itself.")
        else:
            n = len(moment.kernels)
            pictures = "".join(
                f'<img class="cp-pixels" src="{data_address(picture)}" alt="kernel {i + 1}">'
                for i, picture in enumerate(kernel_pictures(moment.kernels[:MAX_KERNELS]))
            )
            shown = f"The first {MAX_KERNELS} of {n}" if n > MAX_KERNELS else f"All {n}"
            st.html(f'<div class="cp-kernels">{pictures}</div>')
            st.caption(f"{shown}. Light is positive, dark negative, middle grey 0.")
    with right:
        st.html('<h3 class="cp-h3">Taken for</h3>' + _matrix(moment))
        st.caption(
            f"{percent(moment.accuracy)} of {moment.n_test} test pictures right. A row is what it is, a column what "
            "it was taken for."
        )


def _matrix(moment: "Moment") -> str:
    """The confusion matrix as a light table: shades are shares of the row, mistakes in orange."""
    shares = moment.confusion / np.maximum(1, moment.confusion.sum(1, keepdims=True))
    names = [escape(name) for name in moment.classes]
    head = "".join(f'<th scope="col"><span>{name}</span></th>' for name in names)
    rows = ""
    for i, name in enumerate(names):
        cells = "".join(
            f'<td class="{"cp-right" if i == j else "cp-wrong"}" style="--share:{shares[i, j]:.2f}" '
            f'title="{name} taken for {names[j]}: {n}">{n or ""}</td>'
            for j, n in enumerate(moment.confusion[i].tolist())
        )
        rows += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    words = " cp-words" if any(len(name) > 2 for name in names) else ""
    return f'<div class="cp-matrix{words}"><table><tr><td></td>{head}</tr>{rows}</table></div>'


def _subject(run: Run) -> tuple[Bytes, str]:
    """The visitor's own drawing where the network reads digits and there is one, else a test picture."""
    spec = get_dataset_spec(run.dataset)
    drawing = st.session_state.get(state.DRAWING)
    sample = st.session_state.get(state.SAMPLE)
    if spec.classes == DIGITS and (drawing or sample):
        from cnnplay.data.strokes import strokes_from_canvas

        brush_px = st.session_state.get(state.BRUSH_PX, DEFAULT_BRUSH_PX)
        try:
            digit = prepare(strokes_from_canvas(drawing), sample=sample, brush_px=brush_px, canvas_px=CANVAS_PX)
        except CnnplayError:
            pass  # an empty sheet, or a scribble: a test picture shows more
        else:
            return digit.image[None], "Your drawing"
    data = open_dataset(run.dataset)
    n = st.session_state.get(state.TIME_PICTURE, 0) % len(data.test_labels)
    st.button("Another test picture", on_click=_take_next)
    return np.array(data.test_images[n]), f"Test picture {n:,}: {spec.classes[int(data.test_labels[n])]}"


def _take_next() -> None:
    st.session_state[state.TIME_PICTURE] = int(np.random.default_rng().integers(1_000_000))


def _probs(record: MilestoneRecord, dataset: str, image: Bytes) -> NDArray[np.float32]:
    assert record.snapshot is not None
    return _probs_of(str(record.snapshot), record.snapshot.stat().st_mtime_ns, dataset, image)


@st.cache_data(max_entries=MAX_OPINIONS, show_spinner=False)
def _probs_of(path: str, changed_ns: int, dataset: str, image: Bytes) -> NDArray[np.float32]:  # noqa: ARG001 - see predictors
    from cnnplay.inference.replay import probs_then

    return probs_then(Path(path), image, dataset=dataset)


def _moment(record: MilestoneRecord, dataset: str) -> "Moment":
    assert record.snapshot is not None
    return _moment_of(str(record.snapshot), record.snapshot.stat().st_mtime_ns, dataset)


@st.cache_resource(max_entries=MAX_MOMENTS, show_spinner=False)
def _moment_of(path: str, changed_ns: int, dataset: str) -> "Moment":  # noqa: ARG001 - likewise
    from cnnplay.inference.replay import look_back

    return look_back(Path(path), open_dataset(dataset))
