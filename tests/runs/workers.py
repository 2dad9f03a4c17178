"""Real worker processes for the tests: how to wait for them, find them and kill them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file
from sqlalchemy import select, update

from cnnplay.runs.schema import runs
from cnnplay.runs.store import open_store
from cnnplay.runs.transitions import STALE_AFTER_S
from cnnplay.settings import PROJECT_DIR, run_dir

PATIENCE_S = 150  # a busy machine is slow, not wrong
needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the workers in /proc")


@contextlib.contextmanager
def store_of_this_test():
    store = open_store()
    try:
        yield store
    finally:
        for run in (*store.list_runs(), *store.list_runs(kind="measurement")):
            kill_worker(run.id)  # none may outlive its test
        store.close()


def work_here(run_id, **options):
    command = [sys.executable, "-m", "cnnplay", "worker", run_id]
    return subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, **options)


def weights(run_id):
    return {name: value.tobytes() for name, value in load_file(run_dir(run_id) / "fc2-mnist-5k.safetensors").items()}


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def wait_for_state(store, run_id, *states):
    wait_until(lambda: store.get(run_id).state in states, f"{states}, not {store.get(run_id)} {log_of(run_id)}")
    return store.get(run_id)


def log_of(run_id):
    path = run_dir(run_id) / "worker.log"
    return path.read_text() if path.exists() else ""


def worker_pid(run_id):
    """The process that works on a run; zombies have no command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"worker" in words and run_id.encode() in words:
                return int(folder.name)
    return None


def kill_worker(run_id):
    pid = worker_pid(run_id)
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: worker_pid(run_id) is None, "the killed worker to be gone")


def let_time_pass(store, run_id):
    """What a reader sees later than 15 s after the last heartbeat."""
    with store.database.write() as connection:
        beat_at = connection.scalar(select(runs.c.heartbeat_at).where(runs.c.id == run_id))
        late = beat_at - STALE_AFTER_S - 1
        connection.execute(update(runs).where(runs.c.id == run_id).values(heartbeat_at=late))


def no_half_written(run_id):
    return not list(run_dir(run_id).glob("*.part"))
