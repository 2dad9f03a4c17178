"""Networks in memory: one of each for all visitors, loaded on first use or, better, before it."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.errors import CheckpointError, CnnplayError
from cnnplay.models.card import is_shipped, shipped_files
from cnnplay.models.registry import list_specs
from cnnplay.ui.networks import FIRST_CHOICE, Network, find_network, list_shipped
from cnnplay.ui.samples import random_digit

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Predictor

log = logging.getLogger(__name__)

MAX_NETWORKS = 32
"""All shipped networks fit; together they hold less than 200 MB."""
MAX_RUN_NETWORKS = 8
"""Of runs, apart from those: however many are looked at, the shipped ones stay."""
WARM_UP_DELAY_S = 1.0
"""Lets the browser fetch the first page before torch keeps the processor busy."""


def get_predictor(key: str) -> "Predictor":
    """The network of a registry key or a run's id; all visitors share it, so nobody may change it.

    A page that has listed its networks asks with `open_network`, which needs no store.

    Raises:
        CheckpointError: its weights are missing or damaged.
        InputError: there is no such network.
    """
    return open_network(find_network(key))


def open_network(network: Network) -> "Predictor":
    """The same for a network from a list; of a run that still trains, its newest snapshot.

    Raises:
        CheckpointError: its weights are missing or damaged.
    """
    if network.run is None:
        files = shipped_files(network.key)
        return _load(network.key, _fingerprint(files.weights, files.card))
    from cnnplay.runs.weights import find_weights

    weights = find_weights(network.run)
    if weights is None:
        raise CheckpointError(f"{network.title} has no weights here any more. Choose another network.")
    card = weights.with_suffix(".json")
    return _load_run(weights, _fingerprint(weights, card), dataset=network.dataset, title=network.title)


def get_jury(dataset: str, reader: "Predictor") -> list["Predictor"]:
    """The reader, and every shipped network for a data set that has the same classes; those first that are no run."""
    shipped = [each for each in get_predictors(dataset) if each.classes == reader.classes]
    return shipped if reader in shipped else [reader, *shipped]


def get_predictors(dataset: str) -> list["Predictor"]:
    """Every shipped network for a data set, in the order of the registry; a damaged one is left out and logged."""
    found = []
    for spec in list_specs(dataset):
        if is_shipped(spec.key):
            try:
                found.append(get_predictor(spec.key))
            except CnnplayError:
                log.exception("%s is left out of the jury", spec.key)
    return found


def _fingerprint(*files: Path) -> tuple[int, ...]:
    """Changes with the files of a checkpoint, so that new weights are not hidden behind old ones."""
    found = [file.stat() for file in files if file.is_file()]
    return tuple(number for facts in found for number in (facts.st_mtime_ns, facts.st_size))


@st.cache_resource(max_entries=MAX_NETWORKS, show_spinner=False)
def _load(key: str, fingerprint: tuple[int, ...]) -> "Predictor":  # noqa: ARG001  # the fingerprint is part of the cache key
    return _load_predictor(key)


@st.cache_resource(max_entries=MAX_RUN_NETWORKS, show_spinner=False)
def _load_run(weights: Path, fingerprint: tuple[int, ...], *, dataset: str, title: str) -> "Predictor":  # noqa: ARG001  # likewise
    return _load_predictor(weights, dataset=dataset, title=title)


def _load_predictor(source: str | Path, *, dataset: str | None = None, title: str | None = None) -> "Predictor":
    import torch

    from cnnplay.inference.predictor import load_predictor

    torch.set_num_threads(1)  # one picture is too little work to share: two threads would wait for each other
    return load_predictor(source, dataset=dataset, title=title)


def warm_up() -> None:
    """Load every shipped network in the background, once in the life of the server; returns at once."""
    _start_once()


@cache
def _start_once() -> threading.Thread:
    thread = threading.Thread(target=_load_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _load_all(sleep: Callable[[float], None] = time.sleep) -> None:
    """Read each network's first answer too: the first pass through a network is many times slower than the next."""
    import numpy as np

    sleep(WARM_UP_DELAY_S)
    import_module("cnnplay.data.drawing")
    for dataset in FIRST_CHOICE:
        for key in list_shipped(dataset):
            try:
                predictor = get_predictor(key)
                predictor.predict(np.zeros(predictor.spec.input_shape, dtype=np.uint8))
            except CnnplayError:
                log.exception("%s could not be loaded", key)
    try:
        random_digit()  # unpacks the embedded digits, where MNIST is not on the machine
    except CnnplayError:
        log.exception("there is no test digit")
    import_module("captum.attr")  # takes most of a second, and whoever asks for reasons would wait for it
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after each run of a page: what is here to stay need not be looked at
