"""How the Twilio client's requests travel: keep-alive connections, one a thread, over `http.client`.

Decides only whether a request can have reached the provider; what an answer means is decided in
`channels.twilio`. The client's own transport (requests) costs three quarters of the speed, has no
time-out, and logs recipients.
"""

import base64
import http.client
import logging
import select
import ssl
import threading
import weakref
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response


class NotSent(Exception):
    """No byte of the request left this machine; `code` is a word such as "connect" or "tls"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Interrupted(Exception):
    """The request, or part of it, left and no whole answer came: perhaps it was carried out."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Line:
    origin: tuple[str, str]  # scheme and host:port
    connection: http.client.HTTPConnection


class KeepAliveTransport(HttpClient):  # type: ignore[misc]  # the library ships no types
    """A `twilio.http.HttpClient`; safe to share between threads, since each has a connection of its own."""

    def __init__(self, *, timeout: timedelta) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout.total_seconds())
        self._context = ssl.create_default_context()
        self._own = threading.local()

    @property
    def retry_after(self) -> timedelta | None:
        """What the last answer that this thread got asked us to wait."""
        return getattr(self._own, "retry_after", None)

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The provider's answer. Raises NotSent or Interrupted; follows no redirect."""
        parts = urlsplit(uri)
        target = _target(parts.path, parts.query, params)
        body = urlencode(data, doseq=True).encode() if data is not None and method != "GET" else None
        sent_headers = dict(headers or {})
        if auth is not None:
            sent_headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        self._own.retry_after = None
        connection = self._connected((parts.scheme, parts.netloc), timeout or self.timeout or 10.0)
        return self._exchange(connection, method, target, body, sent_headers)

    def close(self) -> None:
        """Hang up this thread's connection."""
        line: _Line | None = getattr(self._own, "line", None)
        if line is not None:
            line.connection.close()
            self._own.line = None

    def _connected(self, origin: tuple[str, str], timeout: float) -> http.client.HTTPConnection:
        line: _Line | None = getattr(self._own, "line", None)
        if line is not None and line.origin == origin and not _is_stale(line.connection):
            return line.connection
        self.close()
        connection = self._new(origin, timeout)
        try:
            connection.connect()
        except ssl.SSLError as error:
            raise NotSent("tls") from error
        except OSError as error:  # refused, no route, no such name, timed out before the handshake ended
            raise NotSent("connect") from error
        line = _Line(origin=origin, connection=connection)
        weakref.finalize(line, connection.close)  # the thread ended, or the channel was dropped
        self._own.line = line
        return connection

    def _new(self, origin: tuple[str, str], timeout: float) -> http.client.HTTPConnection:
        scheme, netloc = origin
        if scheme == "https":
            return http.client.HTTPSConnection(netloc, timeout=timeout, context=self._context)
        return http.client.HTTPConnection(netloc, timeout=timeout)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> Response:
        try:
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except TimeoutError as error:
            self.close()
            raise Interrupted("timeout") from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Interrupted("hang-up") from error
        if answer.will_close:
            self.close()
        self._own.retry_after = wait_asked_for(answer.headers.get("Retry-After"))
        return Response(answer.status, text, dict(answer.headers))


def wait_asked_for(retry_after: str | None) -> timedelta | None:
    """The length a Retry-After header names in seconds, at most a day; None where it names none."""
    if retry_after is None or not retry_after.strip().isdigit():
        return None
    return timedelta(seconds=min(int(retry_after), 86_400))


def _target(path: str, query: str, params: dict[str, Any] | None) -> str:
    """Path and query of a request; Twilio's client marks left-out parameters by a value of its own."""
    chosen = {name: value for name, value in (params or {}).items() if value is not None}
    queries = [query] if query else []
    if chosen:
        queries.append(urlencode(chosen, doseq=True))
    return (path or "/") + ("?" + "&".join(queries) if queries else "")


def _is_stale(connection: http.client.HTTPConnection) -> bool:
    """True when a pooled connection has been closed by the other end, or holds bytes nobody asked for.

    Found out before a request is written: afterwards it could not be told from a lost answer.
    """
    if connection.sock is None:
        return True
    poll = select.poll()  # select.select fails on descriptors past 1023
    poll.register(connection.sock, select.POLLIN | select.POLLERR | select.POLLHUP)
    return bool(poll.poll(0))
