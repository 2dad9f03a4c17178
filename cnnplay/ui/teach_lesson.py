"""One lesson: who is taught, how far it is, and in the end its receipt with the choice to keep or to undo."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.corrections import Correction, freeze
from cnnplay.data.store import is_available
from cnnplay.errors import CnnplayError, InputError
from cnnplay.models.card import load_card
from cnnplay.models.spec import MNIST_CLASSES
from cnnplay.runs.queueing import MAX_NAME_CHARS
from cnnplay.runs.records import Run
from cnnplay.runs.schema import ACTIVE, RESUMABLE
from cnnplay.training.recipes import TAUGHT, teaching_config
from cnnplay.ui import state
from cnnplay.ui.hand import words
from cnnplay.ui.networks import IN_ADDRESS, Network, forget_runs, list_run_networks, list_shipped_networks, pick_network
from cnnplay.ui.run_queue import get_executor, get_store
from cnnplay.ui.run_words import share_done
from cnnplay.ui.teach_receipt import show_receipt
from cnnplay.words import duration

RUN_PARAMETER = "run"
POLL_EVERY_S = 0.5
START_S, READS_PER_STEP = 4.0, 3
"""A worker needs so long to begin; and reading a picture takes a third of learning from it."""
EMBEDDED = "mnist-5k"
"""Digits to replay where MNIST is not on the machine."""


def find_lesson() -> Run | None:
    """The taught run that the address names, if any.

    Raises:
        CnnplayError: the store cannot be read.
    """
    wanted = st.query_params.get(RUN_PARAMETER)
    if wanted is None:
        return None
    try:
        run = get_store().find(wanted)
    except InputError:
        run = None
    if run is None or run.recipe != TAUGHT:
        st.warning("The lesson that the address asks for is not here.")
        return None
    return run


def show_start(corrections: Sequence[Correction]) -> None:
    """The network that is to learn, what it will learn, and the button."""
    st.header("Who learns them")
    kinds = [(each.classes, each.image.shape) for each in corrections]
    networks = [each for each in _list_finished() if (each.classes, each.input_shape) in kinds]
    st.session_state.setdefault(state.TEACH_NETWORK, corrections[-1].network if corrections else None)
    network = pick_network("Network", networks, slot=state.TEACH_NETWORK)
    if network is None:
        st.write("No network here has these classes." if corrections else "There is nothing to learn yet.")
        return
    wanted = network.classes, network.input_shape
    fitting = [each for each, kind in zip(corrections, kinds, strict=True) if kind == wanted]
    dataset = _dataset_of(network)
    with st.container(key="start_teaching"):
        st.button(
            f"Teach it {words(len(fitting))}", type="primary", disabled=dataset is None, on_click=_teach,
            args=(network, dataset, fitting),
        )  # fmt: skip
    if dataset is None:
        st.warning(
            f"Without pictures of {network.dataset} to repeat, it would forget them. "
            f"Get them with: `python -m cnnplay data {network.dataset} --download`"
        )
        return
    if len(fitting) < len(corrections):
        st.caption(f"The other {words(len(corrections) - len(fitting))} are of other pictures or classes.")
    title = get_dataset_spec(dataset).title
    if seconds := _foretell(network, dataset):
        st.caption(f"It takes about {duration(seconds)}, and longer while other networks train here.")
    st.caption(
        f"It learns them among a few thousand pictures of {title}, lest it forget those. Then both networks read the "
        "test pictures. The network that you chose stays as it is. The taught one is a new one."
    )


def show_lesson(run: Run) -> None:
    """How far it is, or what came of it."""
    st.html(f'<div class="cp-run"><h2>{escape(run.name)}</h2></div>')
    if run.deleted_at is not None:
        st.info("This lesson was undone. It can be brought back for a day.")
        st.button("Bring it back", on_click=_do, args=(lambda: get_store().undelete(run.id),))
    elif run.state == "finished":
        _show_end(run)
    elif run.state in RESUMABLE:
        st.error(run.error or "It was stopped.")
        st.button("Go on", type="primary", on_click=_do, args=(lambda: get_executor().resume(run.id),))
    else:
        _follow(run)
        if run.state in ("queued", "running"):
            st.button("Stop", on_click=_do, args=(lambda: get_executor().stop(run.id),))
        return
    st.button("Back to the corrections", key="another_lesson", type="tertiary", on_click=_leave)


@st.fragment(run_every=POLL_EVERY_S)
def _follow(run: Run) -> None:
    """Live, in words; the whole page runs again when the state changes."""
    now = get_store().get(run.id)
    if now.state != run.state:
        if now.state == "finished":
            forget_runs()
        st.rerun()
    if now.state == "queued":
        get_executor().start_waiting()  # whoever held the place may have ended without a word
    done = share_done(now)
    st.html(
        f'<div class="cp-run" role="status"><div class="cp-state"><b>{_progress(now)}</b></div>'
        f'<span class="cp-track"><span style="width:{100 * done:.1f}%"></span></span></div>'
    )


def _progress(run: Run) -> str:
    if run.state == "queued":
        return "Waiting for its turn"
    if run.state in ACTIVE and run.step == 0:
        return "Starting: it loads the network and the pictures"
    if run.n_steps and run.step >= run.n_steps:
        return f"Reading the {get_dataset_spec(run.dataset).n_test:,} test pictures"
    return "Learning from your corrections"


def _show_end(run: Run) -> None:
    show_receipt(run)
    is_digits = get_dataset_spec(run.dataset).image_shape[0] == 1
    st.html(
        '<p class="cp-small">It learned from these very pictures. To read them again is memory, not a test. '
        f"{'Draw new ones' if is_digits else 'Show it other photos'}, and see.</p>"
    )
    if st.session_state.get(state.TAUGHT_KEPT) == run.id:
        st.success("Kept. It is in the list of networks on every page.")
    else:
        st.text_input("Name", run.name, max_chars=MAX_NAME_CHARS, key=f"taught_name_{run.id}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="lesson_end"):
        if st.session_state.get(state.TAUGHT_KEPT) != run.id:
            st.button("Keep it", type="primary", on_click=_keep, args=(run.id,))
            st.button("Undo", on_click=_do, args=(lambda: get_store().delete(run.id),))
        page, label = ("pages/draw.py", "Draw on it") if is_digits else ("pages/photo.py", "Show it a photo")
        st.page_link(page, label=label, query_params={IN_ADDRESS: run.id})


def _teach(network: Network, dataset: str, corrections: Sequence[Correction]) -> None:
    def start() -> None:
        options = dict(network.run.config.get("model_options", {})) if network.run else {}
        model = network.run.model if network.run else network.key
        config = teaching_config(
            model, start_from=network.key, corrections=freeze(corrections), dataset=dataset, model_options=options
        )
        name = f"{network.title}, taught {words(len(corrections))}"[:MAX_NAME_CHARS]
        st.query_params[RUN_PARAMETER] = get_executor().submit(config, name=name).id

    st.session_state.pop(state.TAUGHT_KEPT, None)
    _do(start)


def _keep(run_id: str) -> None:
    def keep() -> None:
        get_store().rename(run_id, st.session_state[f"taught_name_{run_id}"])
        st.session_state[state.TAUGHT_KEPT] = run_id

    _do(keep)


def _do(deed: Callable[[], object]) -> None:
    try:
        deed()
    except CnnplayError as error:
        st.session_state[state.TEACH_ERROR] = str(error)
    forget_runs()


def _leave() -> None:
    st.query_params.pop(RUN_PARAMETER, None)


def _list_finished() -> tuple[Network, ...]:
    own = (each for each in list_run_networks() if each.run is not None and each.run.state == "finished")
    return (*list_shipped_networks(), *own)


def _foretell(network: Network, dataset: str) -> float | None:
    """Seconds for a lesson, by the speed on the card of the shipped network; None where there is no such card."""
    model = network.run.model if network.run else network.key
    card = load_card(model)
    if card is None or not card.images_per_s:
        return None
    n_read = teaching_config(model, start_from=model, corrections="").replay
    return START_S + (n_read + get_dataset_spec(dataset).n_test / READS_PER_STEP) / card.images_per_s


def _dataset_of(network: Network) -> str | None:
    """The pictures to repeat: those that it learned from, or for digits those that are always there."""
    try:
        if is_available(network.dataset):
            return network.dataset
    except InputError:  # a data set that is no longer there
        return None
    return EMBEDDED if network.classes == MNIST_CLASSES else None
