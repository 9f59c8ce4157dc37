"""Carries the stand-in providers' posts to the program: callbacks, inbound messages, events.

Loopback only. A post is tried once, as the real providers do for SMS; what it came to is remembered.
"""

import heapq
import http.client
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotLoopback(ValueError):
    """The sandbox was told to post somewhere else than to this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request to the program; `make` is called when it leaves, so that its signature is fresh."""

    url: str
    make: Callable[[], tuple[bytes, Mapping[str, str]]]  # the body and its headers
    answered: Callable[[int, bytes], None] | None = None  # status and body; not called when unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one post came to: the status, or None when nobody answered."""

    path: str
    status: int | None


class Couriers:
    """A few threads and a queue by due time (real time: a demonstration's speed does not change them)."""

    def __init__(self, *, threads: int = 2, timeout: float = 10.0, through: str | None = None) -> None:
        """`through` is the loopback origin to connect to where the program's public address is another."""
        self.log: deque[Delivery] = deque(maxlen=2_000)
        self._timeout = timeout
        self._through = through
        self._due: list[tuple[float, int, Post]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._under_way = 0
        self._closing = False
        self._wanted = threads
        self._threads: list[threading.Thread] = []

    def send(self, post: Post, *, after: float = 0.0) -> None:
        """Queue a post, to leave `after` so many seconds. Raises NotLoopback at once."""
        self._check(post.url)
        with self._changed:
            if self._closing:
                return
            heapq.heappush(self._due, (time.monotonic() + after, next(self._order), post))
            self._start_threads()
            self._changed.notify()

    def reaches(self, url: str) -> bool:
        """True when a post to that address would stay on this machine."""
        return urlsplit(self._through or url).hostname in _LOOPBACK

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until every queued post has been answered; False where that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._due and not self._under_way, timeout)

    def close(self) -> None:
        """Drop what is queued and end the threads."""
        with self._changed:
            self._closing = True
            self._due.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=self._timeout + 1)

    def _check(self, url: str) -> None:
        if not self.reaches(url):
            raise NotLoopback(f"the sandbox posts to loopback only, not to {urlsplit(url).hostname}")

    def _start_threads(self) -> None:
        while len(self._threads) < self._wanted:
            thread = threading.Thread(target=self._work, name="sandbox-courier", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (post := self._next()) is not None:
            try:
                self.carry(post)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

    def _next(self) -> Post | None:
        with self._changed:
            while not self._closing:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._under_way += 1
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            return None

    def carry(self, post: Post) -> None:
        """Take a post to the program now and wait for its answer. Raises NotLoopback."""
        self._check(post.url)
        parts = urlsplit(post.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body, headers = post.make()
        host = urlsplit(self._through or post.url).netloc.rpartition("@")[2]
        connection = http.client.HTTPConnection(host, timeout=self._timeout)
        try:
            connection.request("POST", target, body=body, headers={"Host": parts.netloc, **headers})
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.log.append(Delivery(path=parts.path, status=None))
            return
        finally:
            connection.close()
        self.log.append(Delivery(path=parts.path, status=status))
        if post.answered is not None:
            post.answered(status, content)
