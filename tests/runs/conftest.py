"""The databases that the run store is tested on: a fresh SQLite file, and a real PostgreSQL server."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update

from cnnplay.data.scribbles import HELD_OUT, KINDS, load_scribbles
from cnnplay.data.store import load_dataset
from cnnplay.runs.calibrate import FIT_SEED, MEASURE_SEED, N_SCRIBBLES
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.database import Database
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.records import Metric
from cnnplay.runs.schema import runs
from cnnplay.runs.store import RunStore
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE
from cnnplay.training.recipes import make_config

from .workers import store_of_this_test

SERVER_USER = "postgres"
HERE = "here"


def quick(**changes):
    """fc2 on MNIST-5k, seconds long and the same to the last bit everywhere."""
    return make_config("fc2", **{"dataset": "mnist-5k", "epochs": 2, "device": "cpu", "precision": "fp32", **changes})


def claim(store, *, n_slots=1, place=HERE):
    return claim_next(store.database, place=place, n_slots=n_slots)


def begin(store, **changes):
    """A run in the hands of a worker."""
    run = store.create(quick(**changes), place=HERE)
    claimed = ClaimedRun(store.database, claim(store, n_slots=9))
    assert claimed.claim.run_id == run.id
    return run, claimed


def point(step, *, kind="train", loss=0.5, **more):
    return Metric(kind=kind, step=step, epoch=step / 10, elapsed_s=step / 5, loss=loss, accuracy=0.9, **more)


def put_into(store, run_id, state, **values):
    with store.database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(state=state, **values))


def _server_binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_server_user(*command: object) -> list[str]:
    """The server refuses to run as root."""
    return [*(["runuser", "-u", SERVER_USER, "--"] if os.getuid() == 0 else []), *map(str, command)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a server that lives as long as the tests."""
    binaries = _server_binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL server here: tests/install_postgresql.sh installs it on Debian")
    folder = Path(tempfile.mkdtemp(prefix="cnnplay-postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, SERVER_USER)
    port, data = _free_port(), folder / "data"

    def run(*command: object) -> None:
        done = subprocess.run(_as_server_user(*command), cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run(binaries / "initdb", "-D", data, "-A", "trust", "-U", SERVER_USER, "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
        yield f"postgresql://{SERVER_USER}@127.0.0.1:{port}"
    finally:
        subprocess.run(
            _as_server_user(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"), cwd=folder, capture_output=True
        )
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'runs.sqlite'}"
    server, name = request.getfixturevalue("postgres_server"), f"test_{uuid.uuid4().hex}"
    admin = create_engine(f"{server}/postgres".replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"{server}/{name}"


@pytest.fixture
def database(url) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def store(database) -> RunStore:
    return RunStore(database)


@pytest.fixture(scope="session")
def unpacked(own_home) -> Path:
    """A folder with what takes seconds to make: the embedded data set, and the scribbles of the calibration."""
    load_dataset("mnist-5k")
    for kinds, seed in ((KINDS, FIT_SEED), (HELD_OUT, MEASURE_SEED)):
        load_scribbles(N_SCRIBBLES, seed=seed, kinds=kinds)
    return own_home / "data"


def make_home(folder, unpacked) -> Path:
    """A CNNPLAY_HOME that has all that already."""
    (folder / "data").mkdir(parents=True)
    for path in (*unpacked.glob("mnist-5k*"), *unpacked.glob("scribbles-*")):
        shutil.copy(path, folder / "data")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch, unpacked) -> Path:
    """A CNNPLAY_HOME and a store of the test's own."""
    make_home(tmp_path / "home", unpacked)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    return tmp_path / "home"


@pytest.fixture
def live_store(home) -> Iterator[RunStore]:
    """The store that workers find; none of them outlives the test."""
    with store_of_this_test() as store:
        yield store


@pytest.fixture
def executor(live_store) -> LocalExecutor:
    return LocalExecutor(live_store)


@pytest.fixture
def small_disk(home, unpacked, tmp_path, monkeypatch):
    """A CNNPLAY_HOME on a disk of its own of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    try:
        make_home(disk / "home", unpacked)
        monkeypatch.setenv(HOME_VARIABLE, str(disk / "home"))
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk):
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
