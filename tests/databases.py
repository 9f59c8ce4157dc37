"""Makes fresh databases for tests, prepared once and then copied: SQLite files and PostgreSQL templates."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from store import program_state
from store.database import Database, open_database
from store.migrate import migrate
from store.sealing import Vault


def prepare(database: Database, vault: Vault, now: datetime) -> None:
    """Migrates that database and begins a program in it."""
    migrate(database)
    with database.writes.begin() as session:
        program_state.begin(session, vault, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteFiles:
    """Copies of one prepared file."""

    template: Path

    @classmethod
    def prepared(cls, folder: Path, vault: Vault, now: datetime) -> "SqliteFiles":
        """With a template made in that folder."""
        template = folder / "template.db"
        database = open_database(f"sqlite:///{template}")
        prepare(database, vault, now)
        database.close()  # folds the write-ahead log into the file, so that one file is all there is to copy
        return cls(template=template)

    def copy_to(self, path: Path) -> str:
        """The URL of a fresh prepared database at that path."""
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """Copies of one prepared template on one server, dropped when they are done with."""

    maintenance: URL
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    @contextmanager
    def prepared(cls, url: str, vault: Vault, now: datetime) -> "Iterator[PostgresServer]":
        """With a template on the server at that URL."""
        server = cls(maintenance=make_url(url))
        with server.fresh(template="template0") as template:
            database = open_database(template)
            prepare(database, vault, now)
            database.close()
            yield server

    @property
    def template(self) -> str:
        """The name of the prepared template: the first database of this server."""
        return self._name(0)

    @contextmanager
    def fresh(self, template: str | None = None) -> Iterator[str]:
        """The URL of a database copied from that template (the prepared one), dropped at the end."""
        name = self._name(next(self.numbers))
        # Copying files beats copying through the log where nothing is synced anyway.
        self._execute(f'create database "{name}" template "{template or self.template}" strategy file_copy')
        try:
            yield self.maintenance.set(database=name).render_as_string(hide_password=False)
        finally:
            self._execute(f'drop database if exists "{name}" with (force)')

    def _name(self, number: int) -> str:
        return f"prepaired_test_{os.getpid()}_{number}"

    def _execute(self, statement: str) -> None:
        url = self.maintenance.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())
