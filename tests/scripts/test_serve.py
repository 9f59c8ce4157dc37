"""`prepaired serve` and `prepaired demo`: they start, they answer, they end when told."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest

from engine.program import Program
from nudges.cadence import anchor_on
from scripts.demo_past import begins_at
from scripts.stage import sample_program
from tests.scripts.installation import Installation, ended

PATIENCE = 60  # seconds, on a busy machine


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until(process: "subprocess.Popen[str]", stream: str, wanted: str) -> str:
    """What came on that stream up to the line that holds the words; fails when the process ends without it.

    Read without buffering: lines that a buffer held back would be waited for in vain.
    """
    descriptor = getattr(process, stream).fileno()
    until = time.monotonic() + PATIENCE
    shown = ""
    while time.monotonic() < until and select.select([descriptor], [], [], until - time.monotonic())[0]:
        read = os.read(descriptor, 65_536).decode()
        shown += read
        if wanted in shown and shown.endswith("\n"):
            return shown
        if not read:
            break
    process.kill()
    raise AssertionError(f"no line with {wanted!r} in {shown!r}: {process.communicate()}")


def _get(url: str, *, method: str = "GET", form: dict[str, str] | None = None) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, path, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_end(installation: Installation, number: int) -> None:
    variables = {
        **installation.variables,
        "PREPAIRED_SMS__PROVIDER": "off",
        "PREPAIRED_EMAIL__PROVIDER": "off",
    }
    real = Installation(folder=installation.folder, variables=variables)
    port = _free_port()
    process = real.start("serve", "--port", port)
    _until(process, "stderr", "Serving")
    assert _get(f"http://127.0.0.1:{port}/health/ready") == (200, '{"status":"ok"}')
    assert _get(f"http://127.0.0.1:{port}/console")[0] == 303  # nobody is signed in
    assert ended(process, number).code == 0


@pytest.mark.parametrize("part", ["web", "worker"])
def test_one_part_runs_by_itself(sqlite_installation: Installation, part: str) -> None:
    process = sqlite_installation.start("serve", "--only", part, "--port", _free_port())
    _until(process, "stderr", "Serving" if part == "web" else "scheduler")
    assert ended(process).code == 0


def test_a_port_in_use_is_told(sqlite_installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "--port" in sqlite_installation.refused("serve", "--port", taken.getsockname()[1])


@pytest.mark.parametrize("medium", ["SMS", "EMAIL"])
def test_the_sandbox_is_refused_on_real_people(sqlite_installation: Installation, medium: str) -> None:
    variables = {**sqlite_installation.variables, f"PREPAIRED_{medium}__PROVIDER": "sandbox"}
    unfit = Installation(folder=sqlite_installation.folder, variables=variables)
    assert f"PREPAIRED_{medium}__PROVIDER" in unfit.refused("serve", "--port", _free_port())


def test_the_demo_shows_people_who_were_nudged_and_answered(bare: Installation) -> None:
    bare.write(
        ".env", "PREPAIRED_SMS__PROVIDER=twilio\nPREPAIRED_NONSENSE=1\n"
    )  # none of the demo's business
    port = _free_port()
    process = bare.start("demo", "--port", port, "--no-browser")
    url = f"http://127.0.0.1:{port}"
    assert _until(process, "stdout", "http") == f"{url}\n"
    _until(process, "stderr", "Ready")
    measured = dict(
        line.rsplit(" ", 1) for line in _get(f"{url}/metrics")[1].splitlines() if not line.startswith("#")
    )
    assert measured["prepaired_members_active"] == "240"
    assert measured["prepaired_groups_active"] == "120"
    assert measured["prepaired_requests_open"] == "1"
    assert float(measured['prepaired_messages{state="delivered"}']) > 100
    assert 'prepaired_messages{state="dead"}' not in measured
    assert _get(f"{url}/health/engine")[0] == 200
    assert "Marta Hughes" in _get(f"{url}/sandbox/phones?who=%2B12025550101")[1]
    assert json.loads(_get(f"{url}/sandbox/faults")[1])["lost_callback"]["chance"] == 0
    last = ended(process, signal.SIGINT)
    assert last.code == 0
    assert last.out == ""  # one address, and nothing after it
    assert not [name for name in os.listdir(bare.folder) if name != ".env"]


@pytest.fixture(scope="module")
def sample() -> Program:
    """The sample program."""
    return sample_program("http://127.0.0.1:8000")


@pytest.mark.parametrize("hours", range(0, 24 * 8, 5))
def test_the_demos_last_nudges_fall_on_a_morning_just_gone(sample: Program, hours: int) -> None:
    now = datetime(2026, 11, 24, 2, tzinfo=UTC) + timedelta(hours=hours)
    published = begins_at(now, sample)
    first = anchor_on(published, sample.clock(sample.zone))
    last = first + timedelta(weeks=2)
    assert timedelta(0) < now - datetime(last.year, last.month, last.day, 15, tzinfo=UTC) < timedelta(days=4)
