"""A loopback HTTP server that keeps every request whole and answers as told: stands for either end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Recorder:
    """What was asked, and what to answer: the queued answers first, then the last of them again."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=lambda: [(204, {}, b"")])

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """From now on, this."""
        self.answers = [(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)]

    def on(self, path: str) -> list[Asked]:
        """The requests for that path, query aside."""
        return [asked for asked in self.asked if asked.path.partition("?")[0] == path]


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder that listens until the block ends."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(method=self.command, path=self.path, headers=dict(self.headers), body=body)
            recorder.asked.append(asked)
            status, headers, content = (
                recorder.answers.pop(0) if len(recorder.answers) > 1 else recorder.answers[0]
            )
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Nothing: what is asked is kept, not printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
