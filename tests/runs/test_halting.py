"""Stopping at once: also where nobody asks between batches, as in imports, in loading and in the last measuring."""

import os
import signal
import threading
import time

import pytest

from cnnplay.models.card import read_card
from cnnplay.runs.halting import HaltedError, halt_on_signals
from cnnplay.runs.training_job import run_job
from cnnplay.training.events import Finished, Started

from .conftest import quick
from .workers import log_of, needs_proc, wait_for_state, wait_until, weights, worker_pid


def wait_long():
    """As much of Python as an import or a measurement is."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        sum(range(1000))


TELLERS = {
    "SIGTERM": lambda halting: os.kill(os.getpid(), signal.SIGTERM),
    "SIGINT": lambda halting: os.kill(os.getpid(), signal.SIGINT),
    "another thread": lambda halting: halting.tell(),
}


@pytest.mark.parametrize("teller", TELLERS)
def test_what_can_be_done_again_ends_wherever_it_is(teller):
    began = time.monotonic()
    with halt_on_signals() as halting:
        threading.Timer(0.1, TELLERS[teller], [halting]).start()
        with pytest.raises(HaltedError), halting.at_once():
            wait_long()
        assert halting() == "halt"
        with pytest.raises(HaltedError), halting.at_once():
            pytest.fail("it was told before")
    assert time.monotonic() - began < 30


def test_elsewhere_it_is_only_told():
    before = signal.getsignal(signal.SIGTERM)
    with halt_on_signals() as halting:
        with halting.at_once():
            assert halting() == "go"
        os.kill(os.getpid(), signal.SIGTERM)
        halting.tell()
        time.sleep(0.01)
        assert halting() == "halt"
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_run_told_while_its_data_loads_has_not_begun(tmp_path, home):
    events = []
    with halt_on_signals() as halting:
        halting.tell()
        card = run_job(quick(), tmp_path / "run", signal=halting, at_once=halting.at_once, on_event=events.append)
    assert (card, events, list((tmp_path / "run").iterdir())) == (None, [], [])


def test_a_run_told_in_its_last_measuring_only_measures_again(tmp_path, home):
    expected = run_job(quick(), tmp_path / "whole")
    folder, events = tmp_path / "cut", []

    def tell(event):
        if isinstance(event, Finished):
            # After the state is saved, and before some half a second of measuring is over.
            threading.Thread(target=tell_later, daemon=True).start()

    def tell_later():
        while not (folder / "fc2-mnist-5k.new").exists():
            time.sleep(0.001)
        halting.tell()

    with halt_on_signals() as halting:
        assert run_job(quick(), folder, signal=halting, at_once=halting.at_once, on_event=tell) is None
    assert [path.name for path in folder.iterdir()] == ["fc2-mnist-5k.state.pt"]
    card = run_job(quick(), folder, on_event=events.append)
    assert [type(event) for event in events if not isinstance(event, Started)] == [Finished]
    assert (card.accuracy, card.train_accuracy) == (expected.accuracy, expected.train_accuracy)
    assert read_card(folder / "fc2-mnist-5k.json") == card


@needs_proc
def test_a_worker_that_still_imports_obeys(live_store, executor):
    run = executor.submit(quick())
    wait_until(lambda: live_store.get(run.id).heartbeat_at != run.heartbeat_at, "the first heartbeat")
    executor.stop(run.id)
    stopped = wait_for_state(live_store, run.id, "interrupted", "finished", "failed")
    assert (stopped.state, stopped.error, stopped.started_at) == ("interrupted", None, None), log_of(run.id)
    wait_until(lambda: worker_pid(run.id) is None, "the worker's end")
    assert "Traceback" not in log_of(run.id)
    executor.resume(run.id)
    assert wait_for_state(live_store, run.id, "finished", "failed").state == "finished", log_of(run.id)
    assert weights(run.id)
