"""The networks that a page offers to choose from: the shipped ones by their keys, then the runs of the store.

The store is asked at most once in `LISTED_FOR_S`, for all visitors, and never by a stroke or a slider: a page lists
its networks in its full run and hands them to its fragment.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import CnnplayError, InputError
from cnnplay.models.card import checkpoint_files, is_shipped, read_card
from cnnplay.models.registry import MODELS, get_spec, list_specs
from cnnplay.settings import database_url, home_dir, run_dir
from cnnplay.words import accuracy

if TYPE_CHECKING:
    from cnnplay.runs.records import Run

log = logging.getLogger(__name__)

FIRST_CHOICE = {"mnist": "scribe", "cifar10": "speedrun"}
"""The network that a page begins with, where it is shipped."""
IN_ADDRESS = "network"
"""Name of the choice in a page's address: /draw?network=KEY, with a registry key or a run's id."""
LISTED_FOR_S = 3.0
MAX_LISTED = 200
"""So many of the newest runs are looked at."""
PATIENCE_S = 5.0
"""A page waits no longer for a store that does not answer, and goes on without runs; the next does not wait at all."""

_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="networks")
_asked: "list[Future[tuple[Network, ...]]]" = []
"""The question that the store has not answered yet, if any."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """One trained network.

    Attributes:
        key: registry key of a shipped one, or a run's id.
        title: what people call it.
        label: the same in a picker, with its state while it still trains, and its accuracy.
        dataset: key of the data set that it learned from.
        input_shape: (C, H, W).
        classes: names of what it answers; empty where nobody here knows them.
        run: None for a shipped one.
    """

    key: str
    title: str
    label: str
    dataset: str
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    run: "Run | None" = None


def list_shipped(dataset: str) -> tuple[str, ...]:
    """Keys of the networks for this data set whose weights and card are here, the first choice first."""
    keys = [spec.key for spec in list_specs(dataset) if is_shipped(spec.key)]
    return tuple(sorted(keys, key=lambda key: key != FIRST_CHOICE.get(dataset)))


def list_shipped_networks() -> tuple[Network, ...]:
    """All networks whose weights and card are here, by data set, the first choice first."""
    return tuple(_from_key(key) for dataset in FIRST_CHOICE for key in list_shipped(dataset))


def list_networks(dataset: str) -> tuple[Network, ...]:
    """The shipped networks for a data set, then the runs that take such pictures, the newest first.

    Args:
        dataset: key. Runs may answer with other classes than it has. A run that the address names is among them,
            however old it is.
    """
    shape = get_dataset_spec(dataset).image_shape
    runs = list_run_networks()
    asked = st.query_params.get(IN_ADDRESS)
    if asked is not None and asked not in MODELS and all(network.key != asked for network in runs):
        runs = (*runs, *_find_run(database_url(), str(home_dir()), asked))
    fitting = (network for network in runs if network.input_shape == shape)
    return (*map(_from_key, list_shipped(dataset)), *fitting)


def list_run_networks() -> tuple[Network, ...]:
    """The runs that have a network on this machine, the newest first, of a series only the best one.

    None where the store cannot be read.
    """
    return _list_runs(database_url(), str(home_dir()))


def forget_runs() -> None:
    """Let the next list be a new one: something was added that its visitor wants to see at once."""
    _list_runs.clear()
    _find_run.clear()


def find_network(key: str) -> Network:
    """The network of a registry key, or of a run's full id.

    Raises:
        InputError: there is none, or not on this machine.
    """
    if key in MODELS:
        return _from_key(key)
    listed = (network for network in list_run_networks() if network.key == key)
    if found := next(listed, None) or next(iter(_find_run(database_url(), str(home_dir()), key)), None):
        return found
    raise InputError(f"There is no network {key!r} here. Give a registry key, or the id of a run that has a network.")


def chosen_network(networks: Sequence[Network], *, slot: str) -> Network | None:
    """What `pick_network` will come to, as far as the address and the last visit tell; None without networks."""
    by_key = {network.key: network for network in networks}
    asked = st.query_params.get(IN_ADDRESS)
    before = asked if asked in by_key else st.session_state.get(slot)
    return by_key.get(str(before)) or next(iter(networks), None)


def pick_network(label: str, networks: Sequence[Network], *, slot: str) -> Network | None:
    """The picker; the choice stands in the page's address, and is kept for the next visit to the page.

    Args:
        label: of the picker.
        networks: to choose from.
        slot: name in the session state that keeps the choice.

    Returns:
        The choice, or None where there is nothing to choose.
    """
    by_key = {network.key: network for network in networks}
    keys, labels = list(by_key), _tell_apart(networks)
    asked, widget, heard = st.query_params.get(IN_ADDRESS), f"{slot}_picker", f"{slot}_heard"
    # Where the label of the choice has changed since the browser got it, Streamlit falls back to the default.
    before = asked if asked in by_key else st.session_state.get(slot)
    default = keys.index(before) if before in by_key else 0
    if asked in by_key and asked != st.session_state.get(heard):
        st.session_state[widget], default = asked, 0
    st.session_state[heard] = asked

    def note() -> None:
        st.query_params[IN_ADDRESS] = st.session_state[heard] = st.session_state[widget]

    with st.container(key="model_picker"):
        chosen = st.selectbox(
            label, keys, default, lambda key: labels.get(key, key), disabled=not keys, key=widget, on_change=note
        )
        if asked is not None and asked not in by_key:
            st.caption("The network that the address asks for is not here, or takes other pictures.")
    st.session_state[slot] = chosen
    return by_key.get(chosen or "")


def _tell_apart(networks: Sequence[Network]) -> dict[str, str]:
    """Labels by key; those that several runs share get the beginning of the id as well."""
    labels = [network.label for network in networks]
    return {
        network.key: f"{network.label} ({network.run.short_id})"
        if network.run is not None and labels.count(network.label) > 1
        else network.label
        for network in networks
    }


def _from_key(key: str) -> Network:
    spec = get_spec(key)
    return Network(
        key=key,
        title=spec.title,
        label=key,
        dataset=spec.dataset,
        input_shape=spec.input_shape,
        classes=spec.classes,
    )


@st.cache_data(ttl=LISTED_FOR_S, max_entries=4, show_spinner=False)
def _list_runs(url: str, home: str) -> tuple[Network, ...]:  # noqa: ARG001 - another store or folder has other runs
    return _ask(_read_runs)


@st.cache_data(ttl=LISTED_FOR_S, max_entries=64, show_spinner=False)
def _find_run(url: str, home: str, run_id: str) -> tuple[Network, ...]:  # noqa: ARG001 - likewise
    return _ask(partial(_read_run, run_id))


def _ask(read: Callable[[], tuple[Network, ...]]) -> tuple[Network, ...]:
    """What the store says, or nothing where it does not answer in time."""
    path = Path(database_url().removeprefix("sqlite:///"))
    if database_url().startswith("sqlite") and not path.is_file():
        return ()  # nobody has trained anything yet: no store is made, and nothing is imported to read it
    if any(not future.done() for future in _asked):
        return ()
    _asked[:] = [_reader.submit(read)]
    try:
        return _asked[0].result(timeout=PATIENCE_S)
    except TimeoutError:
        log.warning("the run store did not answer within %g s; its networks are left out", PATIENCE_S)
    except (CnnplayError, OSError):
        log.exception("the run store cannot be read; its networks are left out")
    return ()


def _read_runs() -> tuple[Network, ...]:
    from cnnplay.runs.series import SeriesStore
    from cnnplay.runs.series_records import best_of
    from cnnplay.runs.store import open_store

    store = open_store()
    runs = store.list_runs(limit=MAX_LISTED)
    shown = {run.id for run in runs if run.series_id is None}
    for series_id in {run.series_id for run in runs} - {None}:
        trials = [trial for trial in SeriesStore(store).trials(str(series_id)) if trial.outcome == "finished"]
        if best := best_of(trials) or next(iter(trials), None):
            shown.add(best.run.id)
    return _usable([run for run in runs if run.id in shown])


def _read_run(run_id: str) -> tuple[Network, ...]:
    from cnnplay.runs.store import open_store

    try:
        return _usable([open_store().get(run_id)])
    except InputError:
        return ()


def _usable(runs: "Sequence[Run]") -> tuple[Network, ...]:
    from cnnplay.runs.weights import USABLE, find_weights

    here = (run for run in runs if run.state in USABLE and run.model in MODELS and run.deleted_at is None)
    return tuple(_from_run(run) for run in here if find_weights(run))


def _from_run(run: "Run") -> Network:
    state = "" if run.state == "finished" else f", {run.state}"
    score = "" if run.accuracy is None else f", {accuracy(run.accuracy)}"
    return Network(
        key=run.id,
        title=run.name,
        label=f"{run.name}{state}{score}",
        dataset=run.dataset,
        input_shape=get_spec(run.model).input_shape,
        classes=_classes_of(run),
        run=run,
    )


def _classes_of(run: "Run") -> tuple[str, ...]:
    try:
        return get_dataset_spec(run.dataset).classes
    except InputError:  # a data set that is not here, or no longer
        card = checkpoint_files(run_dir(run.id), run.model, run.dataset).card
        try:
            return read_card(card).classes
        except CnnplayError:
            return ()
