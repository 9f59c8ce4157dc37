"""The webhook receiver beside a bare FastAPI route that inserts one row: `python -m benchmarks.webhook [SECONDS]`.

Both are served by uvicorn in a process of their own, on the same kind of database, to the same clients, in turns.
Prints accepted requests a second and the 99th percentile at half of that load. SQLite unless DATABASE_URL is set.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, sleep
from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

CLIENTS = 8
ROUNDS = 3
TOKEN = "benchmark-token"
PUBLIC = "https://buddies.example.org"
ROUTES = ("/bare", "/webhooks/twilio/sms")


def serve(url: str, told: Connection) -> None:
    """The child process: our application, and the bare route beside it, until the pipe closes."""
    from datetime import UTC, datetime

    from fastapi import Depends, Request
    from fastapi.responses import Response
    from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, insert

    from engine.clock import SystemClock
    from engine.deployment import Deployment
    from scripts.program import load_program
    from scripts.serving import Served, bound_socket
    from store import program_state
    from store.database import open_database
    from store.migrate import migrate
    from store.sealing import Vault
    from web.app import create_app
    from web.settings import WebSettings

    database = open_database(url)
    migrate(database)
    metadata = MetaData()
    rows = Table("bare", metadata, Column("id", Uuid, primary_key=True), Column("body", LargeBinary))
    metadata.drop_all(database.engine)
    metadata.create_all(database.engine)
    deployment = Deployment(database=database, vault=Vault([bytes(32)], bytes(32)), program=load_program())
    with database.writes.begin() as session:
        program_state.begin(session, deployment.vault, datetime.now(UTC))
    settings = WebSettings(secret_key=b"x" * 32, public_url=PUBLIC, twilio_tokens=(TOKEN,))
    app = create_app(deployment, SystemClock(), web=settings)

    async def read(request: Request) -> bytes:
        return await request.body()

    @app.post("/bare")
    def bare(body: Annotated[bytes, Depends(read)]) -> Response:
        with database.writes.begin() as session:
            session.execute(insert(rows).values(id=uuid4(), body=body))
        return Response(status_code=204)

    bound = bound_socket("127.0.0.1", 0)
    with Served(app, bound):
        told.send(bound.getsockname()[1])
        told.recv()
    database.close()


class Load:
    """Clients that post signed texts, each with an id of its own."""

    def __init__(self, port: int, path: str) -> None:
        from twilio.request_validator import RequestValidator

        self._port, self._path, self._number = port, path, count()
        self._sign = RequestValidator(TOKEN).compute_signature

    def run(self, seconds: float, *, pace: float = 0.0) -> list[float]:
        """Every request's seconds; as fast as it goes, or one every `pace` seconds over all clients."""
        times: list[float] = []
        until = perf_counter() + seconds
        threads = [Thread(target=self._client, args=(until, pace * CLIENTS, times)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return times

    def _client(self, until: float, pause: float, times: list[float]) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        while (began := perf_counter()) < until:
            form = {
                "MessageSid": f"SM{uuid4().hex}",
                "From": "+12025550101",
                "To": "+12025550100",
                "Body": "1",
            }
            signature = self._sign(PUBLIC + ROUTES[1], form)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
            sent = perf_counter()
            connection.request("POST", self._path, urlencode(form), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status in (200, 204), answer.status
            times.append(perf_counter() - sent)
            sleep(max(0.0, began + pause - perf_counter()))
        connection.close()


@contextmanager
def served(url: str) -> Iterator[int]:
    """The port of a child process that serves both routes."""
    ours, theirs = get_context("spawn").Pipe()
    child = get_context("spawn").Process(target=serve, args=(url, theirs))
    child.start()
    try:
        yield ours.recv()
    finally:
        ours.send("over")
        child.join(15)


def main() -> None:
    """Prints the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'benchmark.db'}"
        with served(url) as port:
            loads = {path: Load(port, path) for path in ROUTES}
            for load in loads.values():
                load.run(1)
            rates = {
                path: median(len(loads[path].run(seconds)) / seconds for _ in range(ROUNDS))
                for path in ROUTES
            }
            pace = 2 / min(rates.values())
            late = {path: quantiles(loads[path].run(seconds, pace=pace), n=100)[98] for path in ROUTES}
    print("| route | accepted a second | p99 at half load, ms |\n|---|---|---|")
    for path in ROUTES:
        print(f"| {path} | {rates[path]:.0f} | {1000 * late[path]:.1f} |")
    bare, ours = ROUTES
    print(
        f"\nRatio {rates[ours] / rates[bare]:.2f}, {1000 * (late[ours] - late[bare]):.1f} ms more at half load."
    )


if __name__ == "__main__":
    main()
