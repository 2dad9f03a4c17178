"""The run store and its executor as the pages use them: one of each in the server."""

import logging
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from cnnplay.errors import CnnplayError

if TYPE_CHECKING:  # SQLAlchemy is not for the first page
    from cnnplay.runs.executor import LocalExecutor
    from cnnplay.runs.store import RunStore

log = logging.getLogger(__name__)

START_DELAY_S = 2.0
"""Lets the browser fetch the first page before anything else happens."""


def get_store() -> "RunStore":
    """Holds all runs.

    Raises:
        ConfigError: the store's address is none.
    """
    from cnnplay.runs.store import open_store

    return open_store()


def get_executor() -> "LocalExecutor":
    """Works on the runs of the present store.

    Raises:
        ConfigError: the store's address is none.
    """
    from cnnplay.settings import database_url

    return _executor(database_url())


@cache
def _executor(_url: str) -> "LocalExecutor":
    from cnnplay.runs.executor import LocalExecutor

    return LocalExecutor(get_store())


@cache
def has_gpu() -> bool:
    """Whether a worker would find a GPU."""
    from cnnplay.runs.executor import count_gpus

    return count_gpus() > 0


def start_waiting_runs() -> None:
    """Once in the life of the server, in the background: goes on with runs that wait since it was last there."""
    _start_once()


@cache
def _start_once() -> threading.Thread:
    thread = threading.Thread(target=_start_waiting, name="waiting runs", daemon=True)
    thread.start()
    return thread


def _start_waiting() -> None:
    time.sleep(START_DELAY_S)
    try:
        get_executor().start_waiting()
    except CnnplayError:
        log.exception("the runs that wait could not be started")
