"""The heartbeat: pinged when all is well, and only then."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from channels.heartbeat import ping
from engine.beat import beat
from engine.deployment import Deployment
from store import program_state
from tests.stories.world import WorldClock


class Watcher(HTTPServer):
    """Somebody outside who waits for a sign of life."""

    status = 200

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/KEY?source=prepaired"


class _Answer(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    server = Watcher()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def watched(deployment: Deployment, watcher: Watcher) -> Deployment:
    return replace(deployment, heartbeat_url=watcher.url)


def went_round(deployment: Deployment, at: datetime) -> None:
    with deployment.database.writes.begin() as session:
        program_state.worked(session, at)


def test_a_watcher_hears_while_all_is_well_and_nothing_after(
    watched: Deployment, watcher: Watcher, now: datetime
) -> None:
    clock = WorldClock(now)
    assert not beat(watched, clock)  # it has not gone round yet
    went_round(watched, now)
    assert beat(watched, clock)
    assert watcher.heard == ["/ping/KEY?source=prepaired"]
    clock.sleep(timedelta(minutes=11))
    assert not beat(watched, clock)
    assert len(watcher.heard) == 1


def test_a_watcher_that_refuses_or_is_gone_is_no_fault(watcher: Watcher) -> None:
    watcher.status = 500
    assert not ping(watcher.url)
    assert not ping("http://127.0.0.1:9/nobody")
    assert not ping("http://127.0.0.1:99999/")


def test_without_a_watcher_nothing_is_asked(deployment: Deployment, now: datetime) -> None:
    went_round(deployment, now)
    assert not beat(deployment, WorldClock(now))
