"""Who holds a lease: this process, by a name that another process on the same machine can test for life."""

import os
import socket
import uuid
from functools import cache
from pathlib import Path


def _machine() -> str:
    """The boot and the process-id space: only inside one of them does a process id mean anything."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    try:
        return f"{boot.read_text().strip()[:8]}{os.readlink('/proc/self/ns/pid')[5:-1]}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When that process started, in clock ticks since boot; None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]


@cache
def _process(pid: int) -> str:
    return f"{socket.gethostname()[:60]}|{_machine()}|{pid}|{_started(pid)}"


def new_owner() -> str:
    """A name for one drainer in this process, at most 255 characters."""
    return f"{_process(os.getpid())}|{uuid.uuid4().hex[:8]}"


def is_surely_dead(owner: str) -> bool:
    """Whether the process that took that name is known to be gone.

    False means "cannot tell or alive": a name from another machine, boot or container is never judged
    here; its lease has to run out.
    """
    host, machine, pid, started, _ = owner.split("|")
    if not machine or (host, machine) != (socket.gethostname()[:60], _machine()):
        return False
    return _started(int(pid)) != started
