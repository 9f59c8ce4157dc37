"""Runs commands in processes of their own that need not import the program first.

Importing it and reading the vocabulary takes most of a short command's time. So one process, started with nothing
of the tests in it, does that once and forks for each command: a folder, an environment and three streams of its
own, and its end. What must be a whole new process (one that is killed, or asked what it imports) is started anew.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from nudges.vocabulary import lexicon
from scripts.main import end_of

ROOT = Path(__file__).parents[2]
_STREAMS = ("in", "out", "err")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """The client of a warmed process."""

    process: "subprocess.Popen[str]"

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        stdin: str,
        patience: float,
    ) -> tuple[int, str, str]:
        """The exit code, standard output and standard error of `prepaired` with those arguments.

        Raises TimeoutError when it takes longer than `patience` (s); it is ended then.
        """
        with TemporaryDirectory() as scratch:
            streams = {name: str(Path(scratch, name)) for name in _STREAMS}
            Path(streams["in"]).write_text(stdin, encoding="utf-8")
            order = {
                "arguments": list(arguments),
                "folder": str(folder),
                "environment": dict(environment),
                "streams": streams,
                "patience": patience,
            }
            sent, answers = self.process.stdin, self.process.stdout
            assert sent is not None
            assert answers is not None
            sent.write(json.dumps(order) + "\n")
            sent.flush()
            code = json.loads(answers.readline())
            if code is None:
                raise TimeoutError(f"prepaired {' '.join(arguments)} did not end within {patience} s")
            out, err = (Path(streams[name]).read_text(encoding="utf-8") for name in ("out", "err"))
            return code, out, err


@cache
def warm() -> Warm:
    """The one warmed process of this test process; it ends when its standard input does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREPAIRED_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scripts.warm"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )
    atexit.register(_end, process)
    return Warm(process=process)


def _end(process: "subprocess.Popen[str]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait(timeout=10)


def _serve(orders: IO[str], answers: IO[str]) -> None:
    for folder in ("config", "channels", "store", "engine", "scripts"):
        for path in sorted((ROOT / folder).glob("*.py")):
            import_module(f"{folder}.{path.stem}")
    lexicon()
    gc.freeze()
    for line in orders:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_command(order))
        answers.write(json.dumps(_end_of(child, order["patience"])) + "\n")
        answers.flush()


def _end_of(child: int, patience: float) -> int | None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _command(order: dict[str, Any]) -> int:
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    for number, name in enumerate(_STREAMS):
        opened = os.open(order["streams"][name], os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - what was read ahead is the parent's
    try:
        return end_of(order["arguments"])
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
        traceback.print_exc()
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    # The answers have a stream of their own: whatever the forks print goes to theirs.
    _serve(sys.stdin, os.fdopen(os.dup(1), "w", encoding="utf-8"))
