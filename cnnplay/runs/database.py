"""The database under the run store: connections, transactions, and tables that are made at the first use.

SQLite runs in WAL mode, so that readers never wait for a writer. A writing transaction takes SQLite's write lock at
its beginning: two that read first and write later would otherwise both fail instead of one waiting for the other.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from cnnplay.errors import ConfigError, StoreError
from cnnplay.settings import DATABASE_VARIABLE

HEAD_REVISION = "0004"
"""The newest of the migrations; here as well, so that a store that is up to date needs no Alembic."""
BUSY_TIMEOUT_S = 30.0
_READ_ONLY = "cnnplay_read_only"
_MIGRATION_LOCK, _QUEUE_LOCK = 7_266_775, 7_266_776
"""Arbitrary numbers that name these locks in PostgreSQL."""


class Database:
    """One run store's database, safe to share between threads.

    Args:
        url: SQLAlchemy's form: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        ConfigError: another kind of database, or no address at all.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _make_sqlite_engine(self.url) if self.is_sqlite else create_engine(self.url, pool_pre_ping=True)
        self._lock, self._is_ready = threading.Lock(), False

    def __str__(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Yields:
            Its connection.

        Raises:
            StoreError: the database cannot be reached or read.
        """
        with self._errors():
            self._prepare()
            with self._engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
                yield connection

    @contextmanager
    def write(self, *, locks_queue: bool = False) -> Iterator[Connection]:
        """A transaction that is kept as a whole, or not at all where its body raises.

        Args:
            locks_queue: whoever looks for free slots or changes the queue does it alone.

        Yields:
            Its connection.

        Raises:
            StoreError: the database cannot be reached or written.
        """
        with self._errors():
            self._prepare()
            with self._engine.begin() as connection:
                if locks_queue:
                    self._take_lock(connection, _QUEUE_LOCK)
                yield connection

    def now(self, connection: Connection) -> float:
        """Seconds since 1970: one clock for all who share the store, whatever machine they are on."""
        if self.is_sqlite:
            return time.time()
        return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")))

    def close(self) -> None:
        """Gives all connections back; the next use opens new ones."""
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:  # a fault of ours, not of the database
            raise
        except (DBAPIError, sqlite3.Error) as error:
            raise StoreError(
                f"The run store {self} cannot be used: {_first_line(error)}. Check the disk, its permissions and "
                f"{DATABASE_VARIABLE}."
            ) from error

    def _take_lock(self, connection: Connection, key: int) -> None:
        """Until the end of the transaction; SQLite's writers take turns anyway."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def _prepare(self) -> None:
        """Makes or updates the tables, once; of several processes that come at the same time, one does it."""
        with self._lock:
            if self._is_ready:
                return
            if self.is_sqlite:
                Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
                _use_wal(self._engine)
            with self._engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
                is_current = _revision(connection) == HEAD_REVISION
            if not is_current:
                with self._engine.begin() as connection:
                    self._migrate(connection)
            self._is_ready = True

    def _migrate(self, connection: Connection) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        self._take_lock(connection, _MIGRATION_LOCK)
        if _revision(connection) == HEAD_REVISION:
            return
        config = Config(attributes={"connection": connection})
        folder = Path(__file__).parent / "migrations"
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(f"The run store {self} was made by a newer cnnplay ({error}). Update this one.") from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    backend = parsed.get_backend_name() if parsed is not None else ""
    if parsed is None or backend not in ("sqlite", "postgresql") or not parsed.database:
        raise ConfigError(
            f"{DATABASE_VARIABLE} is not the address of a database that the run store can use. "
            "Give postgresql://USER:PASSWORD@HOST/NAME or sqlite:///PATH."
        )
    return parsed.set(drivername="postgresql+psycopg" if backend == "postgresql" else "sqlite")


def _make_sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # Without this, sqlite3 begins transactions by itself, and too late.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        # What a saved state presumes must not be lost with the power, as it may be with NORMAL.
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _use_wal(engine: Engine) -> None:
    """Switches the file to WAL, which it then stays in; SQLite does not wait for other users of the file here."""
    connection = engine.raw_connection()
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    try:
        while connection.cursor().execute("PRAGMA journal_mode").fetchone() != ("wal",):
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
    finally:
        connection.close()


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _first_line(error: DBAPIError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
