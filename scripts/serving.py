"""Runs a web application on a socket until somebody ends it, and ends cleanly."""

import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from scripts.errors import UsageFault

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE = 5  # seconds that open requests get at the end


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there; connections wait in its queue until something serves. Raises UsageFault."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP by name: asyncio switches Nagle's delay off only for sockets that say so.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(512)
    except (OSError, OverflowError) as fault:
        bound.close()
        why = fault.strerror if isinstance(fault, OSError) else "ports go up to 65535"
        raise UsageFault(
            f"cannot listen on {host}, port {port}: {why}; choose another with --port"
        ) from fault
    return bound


class Ending:
    """Whether somebody asked the process to end: Ctrl-C, or a service manager's SIGTERM.

    A pipe, not an Event: a handler may interrupt the main thread wherever it is, also inside an Event's lock. The
    interpreter itself writes into it, at once: its handlers run later, and never while the main thread is in a read
    that it began just after the signal.
    """

    def __init__(self) -> None:
        self.asked = False
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def listen(self) -> None:
        """From now on those signals set it, instead of ending the process at once."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        signal.set_wakeup_fd(self._writing)

    def wait(self) -> None:
        """Returns when it is asked."""
        while not self.asked:
            os.read(self._reading, 1)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:  # asked twice: somebody is in a hurry
            raise KeyboardInterrupt
        self.asked = True


class _Announced(uvicorn.Server):
    """A server that says when it is up. Outside the main thread it leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class Served:
    """An application served from a thread: `with Served(app, socket) as served: ...`."""

    def __init__(self, app: "FastAPI", bound: socket.socket, *, access_log: bool = False) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=access_log,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Announced(config)
        self._socket = bound
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [bound]}, name="web", daemon=True
        )

    def __enter__(self) -> "Served":
        self._thread.start()
        if not self._server.up.wait(30):
            raise UsageFault("the web part did not start within 30 seconds")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=GRACE + 5)
        self._socket.close()


def log_requests() -> None:
    """Requests and faults of the web part to standard error; tokens in paths are masked by the web part."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.INFO)
