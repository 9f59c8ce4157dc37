"""The world that stories happen in."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from sandbox.server import SandboxServer
from sandbox.state import SandboxState
from store.database import Database
from store.sealing import Vault
from tests.stories.world import World, build_world


@pytest.fixture
def sandbox_server(now: datetime) -> Iterator[SandboxServer]:
    """A sandbox on a loopback port of its own."""
    state = SandboxState(clock=lambda: now)
    with SandboxServer(state) as server:
        yield server
    state.close()


@pytest.fixture
def world(database: Database, vault: Vault, sandbox_server: SandboxServer, now: datetime) -> World:
    """A program with somebody on call, on SQLite and again on PostgreSQL."""
    return build_world(database, vault, sandbox_server, now)


@pytest.fixture
def unattended_world(
    sqlite_database: Database, vault: Vault, sandbox_server: SandboxServer, now: datetime
) -> World:
    """A program with nobody on call."""
    return build_world(sqlite_database, vault, sandbox_server, now, attended=False)
