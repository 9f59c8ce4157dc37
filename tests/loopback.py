"""Keeps the test process on this machine: whatever looks up or connects to another host raises."""

import ipaddress
import sys
from collections.abc import Iterable

_EVENTS_WITH_ADDRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_EVENTS_WITH_HOST = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class LeftTheMachine(RuntimeError):
    """A test reached for another host. No OSError, so that code which forgives those does not hide it."""


def is_loopback(host: object) -> bool:
    """Whether that host, as a name or an address, is this machine."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: Iterable[object]) -> None:
    if event in _EVENTS_WITH_ADDRESS:
        _socket, address, *_rest = arguments
        # Internet addresses are tuples; a Unix socket's is a path.
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise LeftTheMachine(f"{event} to {address[0]}")
    elif event in _EVENTS_WITH_HOST:
        host, *_rest = arguments
        if not is_loopback(host):
            raise LeftTheMachine(f"{event} of {host!r}")


def guard() -> None:
    """Watches every socket of this process from now on. There is no taking it off: it is an audit hook."""
    sys.addaudithook(_watch)
