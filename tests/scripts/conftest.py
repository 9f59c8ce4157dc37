"""Installations to run commands in: on either database, with or without stand-in providers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.server import SandboxServer
from sandbox.state import SandboxState
from tests.scripts.installation import KEYS, Installation, sandbox_variables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to work in."""
    made = tmp_path / "here"
    made.mkdir()
    return made


@pytest.fixture
def bare(folder: Path) -> Installation:
    """A folder with nothing set."""
    return Installation(folder=folder)


@pytest.fixture
def sandbox_server() -> Iterator[SandboxServer]:
    """Stand-in providers on the machine's own time."""
    state = SandboxState(clock=lambda: datetime.now(UTC), hang_for=60.0)
    with SandboxServer(state) as server:
        yield server
    state.close()


@pytest.fixture
def sqlite_installation(folder: Path, sqlite_url: str) -> Installation:
    """Keys and an embedded database, no providers."""
    return Installation(folder=folder, variables={**KEYS, "PREPAIRED_DATABASE_URL": sqlite_url})


@pytest.fixture
def installation(folder: Path, database_url: str, sandbox_server: SandboxServer) -> Installation:
    """Keys, providers and a database, on SQLite and again on PostgreSQL."""
    variables = {**KEYS, **sandbox_variables(sandbox_server), "PREPAIRED_DATABASE_URL": database_url}
    return Installation(folder=folder, variables=variables)
