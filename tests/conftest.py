"""What every test may ask for: a fresh database of either kind, fixed keys, a fixed instant; no network."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from store.database import Database, open_database
from store.sealing import Vault
from tests import loopback
from tests.databases import PostgresServer, SqliteFiles
from tests.postgres import NoPostgres, running_server
from tests.requirements import lacking

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 10 in the morning in New York
VAULT = Vault([b"k" * 32], b"i" * 32)
DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]

loopback.guard()
# A busy machine is no defect: no example is timed. What else Hypothesis chooses for CI stays as it is.
settings.register_profile("prepaired", parent=settings(), deadline=None)
settings.load_profile("prepaired")


def pytest_configure(config: pytest.Config) -> None:
    """Names the marks: `pytest -m "not postgresql"` leaves the server out."""
    config.addinivalue_line("markers", "sqlite: runs on an embedded database")
    config.addinivalue_line("markers", "postgresql: runs on a PostgreSQL server")
    config.addinivalue_line("markers", "browser: drives a real browser")


@pytest.fixture
def now() -> datetime:
    """The instant at which tests begin."""
    return NOW


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Fixed keys: the ones that every prepared database was begun with."""
    return VAULT


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Prepared SQLite files to copy."""
    return SqliteFiles.prepared(tmp_path_factory.mktemp("sqlite"), VAULT, NOW)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for this session with a prepared template; skipped or failed where there is none."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_server())
        except NoPostgres as reason:
            lacking(f"no PostgreSQL to test on: {reason}")
        yield stack.enter_context(PostgresServer.prepared(url, VAULT, NOW))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database, migrated and begun, on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        yield files.copy_to(tmp_path / "prepaired.db")
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.fresh() as url:
            yield url


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which there is nothing yet, on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.fresh(template="template0") as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, migrated and begun with `vault`, on SQLite and again on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    """A database in which there is nothing yet, on SQLite and again on PostgreSQL."""
    opened = open_database(empty_database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles, tmp_path: Path) -> str:
    """The URL of a fresh prepared SQLite database, for tests that need only one kind."""
    return sqlite_files.copy_to(tmp_path / "prepaired.db")


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh prepared SQLite database, for tests that need only one kind."""
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a long value by its argument: some are made anew in each process, and workers must agree on names."""
    return argname if isinstance(val, str | bytes) and len(val) > 40 else None
