"""The application of a small hospital, served on loopback, with a client for it."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from engine.sign_in import sign_in_as
from store.database import Database
from store.sealing import Vault
from tests.web.hospital import Hospital
from web.app import create_app
from web.console_session import COOKIE
from web.settings import WebSettings

TOKENS = ("today-token", "yesterday-token")
SECRET = "inbound-secret"


class _Server(uvicorn.Server):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A loopback port to serve on."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.bind(("127.0.0.1", 0))
    yield opened
    opened.close()


@pytest.fixture
def url(listener: socket.socket) -> str:
    """Where the application is served: its public URL too."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def hospital(sqlite_database: Database, vault: Vault, now: datetime, tmp_path: Path, url: str) -> Hospital:
    """A program with staff and three groups."""
    return Hospital.opened(sqlite_database, vault, now, tmp_path, url=url)


@pytest.fixture
def settings(url: str) -> WebSettings:
    """The web part's settings; a test may ask for others by overriding this."""
    return WebSettings(
        secret_key=b"s" * 32,
        public_url=url,
        twilio_tokens=TOKENS,
        inbound_secret=SECRET,
        inbound_domain="reply.example.org",
        version="test",
    )


@pytest.fixture
def application(hospital: Hospital, settings: WebSettings) -> FastAPI:
    """The application, not served."""
    return create_app(hospital.deployment, hospital.clock, web=settings)


@pytest.fixture
def served(application: FastAPI, listener: socket.socket) -> Iterator[None]:
    """Serves the application while the test runs."""
    server = _Server(uvicorn.Config(application, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert server.up.wait(10)
    yield
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def client(served: None, url: str) -> Iterator[httpx.Client]:
    """Somebody without a session."""
    with httpx.Client(base_url=url, timeout=60) as opened:
        yield opened


@pytest.fixture
def session_of(hospital: Hospital) -> Callable[[str], dict[str, str]]:
    """The cookie of a signed-in staff member."""

    def cookie(ref: str) -> dict[str, str]:
        now = hospital.clock.now()
        return {COOKIE: sign_in_as(hospital.deployment, ref, now=now, wall=now)}

    return cookie


@pytest.fixture
def signed_in(
    served: None, url: str, session_of: Callable[[str], dict[str, str]]
) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each role."""
    opened: list[httpx.Client] = []

    def client_of(ref: str) -> httpx.Client:
        opened.append(httpx.Client(base_url=url, cookies=session_of(ref), timeout=60))
        return opened[-1]

    yield client_of
    for one in opened:
        one.close()
