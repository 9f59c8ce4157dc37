"""A lean stand-in for both providers, in a process of its own, so that what is measured is never the stand-in.

Speaks what the official clients need: create and list messages, mail/send. Faults strike by chance, from a seed.
`python -m benchmarks.standin SEED ERROR RATE_LIMIT HANG_UP` prints its port; `GET /report` tells what it took.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

ACCOUNT = "AC" + "0" * 32
NUMBER = "+15005550006"


class _Books:
    """What was accepted, and when."""

    def __init__(self, seed: int, error: float, rate_limit: float, hang_up: float) -> None:
        self.random = random.Random(seed)
        self.chances = (error, error + rate_limit, error + rate_limit + hang_up)
        self.texts: dict[str, list[tuple[str, str]]] = defaultdict(
            list
        )  # number -> (sid, body), oldest first
        self.at: list[tuple[float, str]] = []
        self.mails = self.mail_requests = self.look_ups = self.number = 0

    def fault(self) -> int:
        """0 a 503, 1 a 429, 2 accepted and hung up, 3 none."""
        drawn = self.random.random()
        return sum(drawn >= chance for chance in self.chances)

    def report(self) -> dict[str, Any]:
        return {
            "counts": {to: len(texts) for to, texts in self.texts.items()},
            "at": self.at,
            "mails": self.mails,
            "mail_requests": self.mail_requests,
            "look_ups": self.look_ups,
        }


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and Content-Length, nothing more."""

    def __init__(self, books: _Books) -> None:
        self.books = books
        self.waiting = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end]
            lower = head.lower()
            place = lower.find(b"content-length:")
            length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self.waiting) < end + 4 + length:
                return
            body = self.waiting[end + 4 : end + 4 + length]
            self.waiting = self.waiting[end + 4 + length :]
            self._answer(*head.split(b"\r\n", 1)[0].decode().split(" ")[:2], body)

    def _answer(self, method: str, target: str, body: bytes) -> None:
        books = self.books
        if target.startswith("/report"):
            self._say(200, json.dumps(books.report()))
        elif "/Messages.json" in target and method == "GET":
            to = parse_qs(urlsplit(target).query).get("To", [""])[0]
            books.look_ups += to != NUMBER  # else it is asked what our own number received
            listed = [_as_json(to, *text) for text in reversed(books.texts.get(to, []))]
            self._say(
                200, json.dumps({"messages": listed, "page": 0, "page_size": 50, "next_page_uri": None})
            )
        elif "/Messages.json" in target:
            self._create(body)
        elif target.endswith("/mail/send"):
            books.mail_requests += 1
            books.mails += body.count(b'"custom_args"')
            self._say(202, "", "X-Message-Id: m1\r\n")
        else:
            self._say(404, "{}")

    def _create(self, body: bytes) -> None:
        books = self.books
        fault = books.fault()
        if fault == 0:
            return self._say(503, '{"code": 20503, "status": 503}')
        if fault == 1:
            return self._say(429, '{"code": 20429, "status": 429}', "Retry-After: 0\r\n")
        form = dict(pair.split("=", 1) for pair in body.decode().split("&"))
        to, text = unquote_plus(form["To"]), unquote_plus(form["Body"])
        books.number += 1
        sid = f"SM{books.number:032x}"
        books.texts[to].append((sid, text))
        books.at.append((time.time(), form.get("From", "")))
        if fault == 2 and self.transport:
            return self.transport.abort()
        return self._say(201, json.dumps(_as_json(to, sid, "")))

    def _say(self, status: int, body: str, headers: str = "") -> None:
        if self.transport:
            raw = body.encode()
            self.transport.write(
                f"HTTP/1.1 {status} X\r\n{headers}Content-Type: application/json\r\n"
                f"Content-Length: {len(raw)}\r\n\r\n".encode()
                + raw
            )


def _as_json(to: str, sid: str, body: str) -> dict[str, object]:
    return {
        "sid": sid,
        "to": to,
        "body": body,
        "status": "queued",
        "direction": "outbound-api",
        "error_code": None,
    }


async def _serve(books: _Books) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(books), "127.0.0.1", 0, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standin:
    """One that runs."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def report(self) -> dict[str, Any]:
        """What it has taken so far."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/report")
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told


@contextmanager
def standin(
    seed: int = 1, *, error: float = 0, rate_limit: float = 0, hang_up: float = 0
) -> Iterator[Standin]:
    """Runs one until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.standin", *map(str, (seed, error, rate_limit, hang_up))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Standin(port=int(process.stdout.readline()), pid=process.pid)
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    asyncio.run(_serve(_Books(int(sys.argv[1]), *map(float, sys.argv[2:5]))))
