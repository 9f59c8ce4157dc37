"""Pages to the hospital's own paging system: signed, told apart by their id, never lost in silence."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from channels.channel import OutcomeKind, Outgoing
from channels.page_webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER, PageWebhookChannel

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
PAGE = Outgoing(
    message_id="ab" * 16, to="ray", template="Page {number}: {link}", kind="page",
    fields={"number": "1", "link": "https://pp.example.org/console/incidents"},
)  # fmt: skip


class Pager(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers as it is told."""

    status = 202
    kept: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.kept.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def pager() -> Iterator[HTTPServer]:
    Pager.status = 202
    Pager.kept.clear()
    server = HTTPServer(("127.0.0.1", 0), Pager)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def channel(server: HTTPServer) -> PageWebhookChannel:
    return PageWebhookChannel(
        url=f"http://127.0.0.1:{server.server_port}/hook?team=x", secret="s3cret", clock=lambda: NOW,
        timeout=timedelta(seconds=5),
    )  # fmt: skip


def test_a_page_is_posted_with_a_signature_that_its_receiver_can_check(pager: HTTPServer) -> None:
    (outcome,) = channel(pager).send([PAGE])
    assert outcome.kind is OutcomeKind.ACCEPTED
    ((headers, body),) = Pager.kept
    stamp = headers[TIMESTAMP_HEADER]
    expected = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE_HEADER] == f"sha256={expected}"
    assert stamp == str(int(NOW.timestamp()))
    assert json.loads(body) == {
        "id": "ab" * 16,
        "kind": "page",
        "responder": "ray",
        "text": "Page 1: https://pp.example.org/console/incidents",
        "link": "https://pp.example.org/console/incidents",
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, OutcomeKind.REFUSED),
        (429, OutcomeKind.NOT_PROCESSED),
        (503, OutcomeKind.NOT_PROCESSED),
        (500, OutcomeKind.AMBIGUOUS),
    ],
)
def test_what_the_receiver_answers_decides_whether_it_goes_again(
    pager: HTTPServer, status: int, kind: OutcomeKind
) -> None:
    Pager.status = status
    assert channel(pager).send([PAGE])[0].kind is kind


def test_a_receiver_that_is_down_surely_got_nothing(pager: HTTPServer) -> None:
    down = channel(pager)
    pager.shutdown()
    pager.server_close()
    assert down.send([PAGE])[0].kind is OutcomeKind.NOT_PROCESSED
