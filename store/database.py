"""Opens the database: SQLite embedded or PostgreSQL, with sessions that read and sessions that write.

On SQLite only writers BEGIN IMMEDIATE (a reader that upgrades later would fail with SQLITE_BUSY at once).
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from store.errors import StoreError

PATIENCE = 30.0  # seconds that anybody waits for an embedded database
TURN = (
    0.001  # seconds between two tries for its write lock: SQLite's own wait grows to a tenth of a second, and
)
# whoever writes in a loop would always be quicker


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database: `reads()` for looking, `writes.begin()` for changing."""

    reads: sessionmaker[Session]
    writes: sessionmaker[Session]
    engine: Engine  # the writing engine
    reading_engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def write_out(self) -> None:
        """On SQLite: empties the write-ahead log into the file, so that what was erased is in neither.

        Where somebody reads at that moment the log stays until the next time.
        """
        if self.is_sqlite:
            with closing(self.reading_engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def give_way(self) -> None:
        """On SQLite, between two of many writes: lets whoever waits for the write lock have it, an answer to a
        crisis first of all. Nothing elsewhere: writers do not wait for each other there."""
        if self.is_sqlite:
            time.sleep(3 * TURN)

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()
        self.reading_engine.dispose()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switches to the write-ahead log; SQLite's own wait does not cover that step, so it is repeated here.

    Matters once in a file's life: when several processes open a new one at the same moment.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _take_turn(connection: Connection, patience: float) -> None:
    """Begins a write transaction, waiting for the write lock; it is the only step of one that has to wait."""
    until, driver = time.monotonic() + patience, connection.connection.driver_connection
    while driver is not None and time.monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            if "locked" not in str(fault):
                raise
            time.sleep(TURN)
        else:
            return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, so that its fault is told as any other


def _tune_sqlite(
    engine: Engine, begin: Callable[[Connection], object], patience: float, *, writes: bool
) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; the driver must not
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(patience * 1000)}",
            "synchronous=FULL",  # a commit before a provider call must survive a power cut
            "foreign_keys=ON",
            "secure_delete=ON",  # what was erased is overwritten, not only unlinked
        ):
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        if writes:
            cursor.execute("PRAGMA busy_timeout=0")  # from here on `_take_turn` waits
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        begin(connection)


def _keep_private(file: str | None) -> None:
    """Makes a new database file readable by its owner only; SQLite gives its journals the same mode."""
    if file and file != ":memory:" and not file.startswith("file:"):
        with suppress(OSError):  # a folder that is not there is told when the database is reached for
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def open_database(url: str, *, patience: float = PATIENCE) -> Database:
    """The database at that SQLAlchemy URL; an embedded one is waited for that many seconds.

    Raises StoreError when the URL is none of ours.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "PREPAIRED_DATABASE_URL is no database URL, such as sqlite:///prepaired.db"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        _keep_private(parsed.database)
        writing = create_engine(parsed, hide_parameters=True)
        reading = create_engine(parsed, hide_parameters=True)
        _tune_sqlite(writing, lambda connection: _take_turn(connection, patience), patience, writes=True)
        _tune_sqlite(reading, lambda connection: connection.exec_driver_sql("BEGIN"), patience, writes=False)
    elif parsed.drivername == "postgresql+psycopg":
        writing = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, pool_size=10)
        reading = writing
    else:
        raise StoreError(
            f"PREPAIRED_DATABASE_URL names {parsed.drivername}; use sqlite:///FILE or postgresql+psycopg://…"
        )
    return Database(
        reads=sessionmaker(reading, expire_on_commit=False),
        writes=sessionmaker(writing, expire_on_commit=False),
        engine=writing,
        reading_engine=reading,
    )
