"""An installation as an operator has it: a folder, its settings in the environment, and the command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.server import SandboxServer
from sandbox.state import ACCOUNT_SID, API_KEY, AUTH_TOKEN, NUMBER
from tests.scripts.warm import warm

ROOT = Path(__file__).parents[2]
KEYS = {
    "PREPAIRED_SECRET_KEY": "a secret for tests, and for nothing else",
    "PREPAIRED_ENCRYPTION_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",  # the keys of tests.conftest.VAULT
    "PREPAIRED_INDEX_KEY": "aWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWk=",
}
PATIENCE = 90  # seconds that one command may take on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A folder in which commands run, and the variables they see; nothing of ours is inherited."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The environment of a command."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREPAIRED_", "TWILIO_"))
        }
        return inherited | {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"} | dict(self.variables)

    def run(self, *arguments: object, stdin: str = "") -> Ended:
        """Runs `prepaired` with those arguments, away from any terminal."""
        code, out, err = warm().run(
            list(map(str, arguments)),
            folder=self.folder,
            environment=self.environment(),
            stdin=stdin,
            patience=PATIENCE,
        )
        return Ended(code=code, out=out, err=err)

    def done(self, *arguments: object) -> str:
        """Standard output of a command that must succeed."""
        ended = self.run(*arguments)
        assert ended.code == 0, ended.err
        return ended.out

    def refused(self, *arguments: object, code: int = 2) -> str:
        """Standard error of a command that must refuse, without a traceback."""
        ended = self.run(*arguments)
        assert ended.code == code, (ended.code, ended.out, ended.err)
        assert "Traceback" not in ended.err
        return ended.err

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """Starts a command and leaves it running."""
        return subprocess.Popen(
            self._command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def messages(self) -> list[dict[str, Any]]:
        """The outbox as the command tells it."""
        found: list[dict[str, Any]] = json.loads(self.done("messages", "--json"))
        return found

    def _command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "scripts.main", *map(str, arguments)]


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> Ended:
    """Sends that signal and waits for the end."""
    process.send_signal(number)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:  # what it leaves open would be the next test's fault
        process.kill()
        process.communicate()
        raise
    return Ended(code=process.returncode, out=out, err=err)


def sandbox_variables(server: SandboxServer) -> dict[str, str]:
    """Settings that point the official clients at that sandbox."""
    return {
        "PREPAIRED_SMS__PROVIDER": "sandbox",
        "PREPAIRED_TWILIO__ACCOUNT_SID": ACCOUNT_SID,
        "PREPAIRED_TWILIO__AUTH_TOKEN": AUTH_TOKEN,
        "PREPAIRED_TWILIO__FROM_NUMBER": NUMBER,
        "PREPAIRED_TWILIO__API_BASE": server.twilio_base,
        "PREPAIRED_TWILIO__MESSAGES_PER_SECOND": "1000",
        "PREPAIRED_EMAIL__PROVIDER": "sandbox",
        "PREPAIRED_SENDGRID__API_KEY": API_KEY,
        "PREPAIRED_SENDGRID__FROM_ADDRESS": "buddy@example.org",
        "PREPAIRED_SENDGRID__API_BASE": server.sendgrid_base,
        "PREPAIRED_PUBLIC_URL": "http://127.0.0.1:9",
        "PREPAIRED_ENGINE__LOOKUP_WAIT": "0.2",
    }


def member_list(count: int, *, first: int = 1) -> str:
    """A member list with that many people who agreed to SMS."""
    lines = ["id,name,phone,timezone,sms_consent"]
    lines += [
        f"m{number},Member{number} Test,+1202555{100 + number:04},America/New_York,yes"
        for number in range(first, first + count)
    ]
    return "\n".join(lines) + "\n"
