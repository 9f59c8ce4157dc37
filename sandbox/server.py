"""Runs the sandbox by itself on a free loopback port, in a thread, for tests and benchmarks."""

import socket
import threading
from types import TracebackType

import uvicorn
from fastapi import FastAPI

from sandbox.app import create_sandbox
from sandbox.state import SandboxState


class _Announced(uvicorn.Server):
    """A server that says when it is up, so that nobody has to look again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class SandboxServer:
    """A context manager: `with SandboxServer(state) as server: server.twilio_base ...`."""

    def __init__(self, state: SandboxState, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = state
        # IPPROTO_TCP by name: asyncio switches Nagle's delay off only for sockets that say so.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self.twilio_base = f"{self.url}/sandbox/twilio"
        self.sendgrid_base = f"{self.url}/sandbox/sendgrid"
        app = FastAPI(openapi_url=None)
        app.mount("/sandbox", create_sandbox(state))
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        self._server = _Announced(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="sandbox", daemon=True
        )

    def __enter__(self) -> "SandboxServer":
        self._thread.start()
        if not self._server.up.wait(10):
            raise RuntimeError("the sandbox did not start within 10 seconds")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()
        self.state.close()
