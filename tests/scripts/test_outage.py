"""A server that was killed: what came in meanwhile is answered and paged when it is back."""

import os
import select
import signal
import subprocess
import time

from sandbox.server import SandboxServer
from tests.scripts.installation import Installation

PATIENCE = 60.0  # seconds: what a crisis text may wait once the server is back
MEMBER, RESPONDER = "+12025550101", "+12025550190"
PROGRAM = f"""
name: Side by Side
staff:
  - {{id: rene, name: Rene Sponder, phone: "{RESPONDER}", roles: [responder, coordinator]}}
on_call:
  page_by: [sms]
  hours:
    - {{days: [mon, tue, wed, thu, fri, sat, sun], starts: "00:00", ends: "00:00", chain: [rene]}}
"""
PEOPLE = f"id,name,phone,timezone,sms_consent\nm1,Marisol Quintanilla,{MEMBER},America/New_York,yes\n"


def serving(installation: Installation) -> "subprocess.Popen[str]":
    """The server, once it says that it serves."""
    process = installation.start("serve", "--port", 0)
    assert process.stderr is not None
    until, shown = time.monotonic() + PATIENCE, ""
    while "Serving" not in shown and time.monotonic() < until:
        if select.select([process.stderr], [], [], until - time.monotonic())[0]:
            shown += os.read(process.stderr.fileno(), 65_536).decode()
    assert "Serving" in shown, shown
    return process


def arrived(server: SandboxServer, phone: str, words: str) -> bool:
    """Whether that phone has a text with these words, within the patience."""
    until = time.monotonic() + PATIENCE
    changes = -1
    while time.monotonic() < until:
        if changes != server.state.memory.changes:
            changes = server.state.memory.changes
            texts = server.state.memory.texts(to=phone)
            if any(words in one.body for one in texts if not one.is_inbound):
                return True
        select.select([], [], [], 0.1)
    return False


def test_a_crisis_text_that_came_while_the_server_was_killed_is_answered_and_paged(
    installation: Installation, sandbox_server: SandboxServer
) -> None:
    installation.write("program.yaml", PROGRAM)
    installation.write("people.csv", PEOPLE)
    real = Installation(
        folder=installation.folder,
        variables={
            **installation.variables,
            "PREPAIRED_PROGRAM": "program.yaml",
            "PREPAIRED_SMS__PROVIDER": "twilio",
            "PREPAIRED_EMAIL__PROVIDER": "off",
        },
    )
    real.done("migrate")
    real.done("import", "people.csv", "--cohort", "spring")
    first = serving(real)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    sandbox_server.state.write_text(MEMBER, "I want to die")  # its webhook reaches nobody
    assert sandbox_server.state.settle()
    second = serving(real)
    try:
        assert arrived(sandbox_server, MEMBER, "988")
        assert arrived(sandbox_server, RESPONDER, "somebody needs you now")
    finally:
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=PATIENCE)
