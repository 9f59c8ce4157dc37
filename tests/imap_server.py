"""A real IMAP server on loopback (pymap, its mail in memory), and a mailbox in it that tests put mail into."""

import asyncio
import imaplib
import socket
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread

from pymap.backend.dict import DictBackend
from pymap.imap import IMAPService
from pysasl.hashing import BuiltinHash

PASSWORD = 'p ss"wörd'  # as awkward as a real one
USER = "buddies@hospital.example.org"


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """The server's one mailbox."""

    port: int

    @property
    def url(self) -> str:
        """What the settings name; in clear, which is allowed on this machine only."""
        return f"imap://{USER.replace('@', '%40')}:p%20ss%22w%C3%B6rd@127.0.0.1:{self.port}"

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        session = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            session.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            session.select("INBOX")
            yield session
        finally:
            session.logout()

    def put(self, mail: EmailMessage | bytes) -> None:
        """A mail arrives."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self._session() as session:
            status, _ = session.append("INBOX", "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
            assert status == "OK"

    def count(self) -> int:
        """How many mails lie there, marked as deleted or not."""
        with self._session() as session:
            return len(session.search(None, "ALL")[1][0].split())


@contextmanager
def imap_server(certificate: Path | None = None, key: Path | None = None) -> Iterator[Mailbox]:
    """The server while the block runs, in a thread of its own; with a certificate it offers STARTTLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tls = ["--cert", str(certificate), "--key", str(key)] if certificate else ["--no-tls"]
    server = _Server(["--host", "127.0.0.1", "--port", str(port), *tls, "dict", "--demo-user", USER])
    server.start()
    try:
        assert server.up.wait(30)
        yield Mailbox(port=port)
    finally:
        server.end()
        server.join(10)


class _Server(Thread):
    def __init__(self, arguments: list[str]) -> None:
        super().__init__(name="imap", daemon=True)
        self.up = Event()
        self._arguments = [*arguments, "--demo-password", PASSWORD]
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()

    def run(self) -> None:
        with closing(self._loop):
            self._loop.run_until_complete(self._served())

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)

    async def _served(self) -> None:
        parser = ArgumentParser()
        parser.set_defaults(skip_services=[], passlib_cfg=None, debug=False)
        DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
        IMAPService.add_arguments(parser)
        backend, config = await DictBackend.init(
            parser.parse_args(self._arguments), hash_context=BuiltinHash(rounds=1)
        )
        config.apply_context()
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            await IMAPService(backend, config).start(stack)
            self.up.set()
            await self._over.wait()
