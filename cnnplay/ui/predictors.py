"""Networks in memory: one of each for all visitors, loaded on first use or, better, before it."""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.models.card import is_shipped, shipped_files
from cnnplay.models.registry import list_specs
from cnnplay.ui.samples import random_digit

if TYPE_CHECKING:
    from cnnplay.inference.predictor import Predictor

log = logging.getLogger(__name__)

MAX_NETWORKS = 32
"""All shipped networks fit; together they hold less than 200 MB."""
WARM_UP_DELAY_S = 1.0
"""Lets the browser fetch the first page before torch keeps the processor busy."""
FIRST_CHOICE = {"mnist": "scribe", "cifar10": "speedrun"}
"""The network that a page begins with, where it is shipped."""


def list_shipped(dataset: str) -> tuple[str, ...]:
    """Keys of the networks for this data set whose weights and card are here, the first choice first."""
    keys = [spec.key for spec in list_specs(dataset) if is_shipped(spec.key)]
    return tuple(sorted(keys, key=lambda key: key != FIRST_CHOICE.get(dataset)))


def get_predictor(key: str) -> "Predictor":
    """The network of a registry key; all visitors share it, so nobody may change it.

    Raises:
        CheckpointError: its weights are missing or damaged.
    """
    return _load(key, _fingerprint(key))


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


def _fingerprint(key: str) -> tuple[int, ...]:
    """Changes with the files of a checkpoint, so that new weights are not hidden behind old ones."""
    files = shipped_files(key)
    found = [file.stat() for file in (files.weights, files.card) if file.is_file()]
    return tuple(number for facts in found for number in (facts.st_mtime_ns, facts.st_size))


@st.cache_resource(max_entries=MAX_NETWORKS, show_spinner=False)
def _load(key: str, fingerprint: tuple[int, ...]) -> "Predictor":  # noqa: ARG001  # the fingerprint is part of the cache key
    import torch

    from cnnplay.inference.predictor import load_predictor

    torch.set_num_threads(1)  # one picture is too little work to share: two threads would wait for each other
    return load_predictor(key)


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
