"""`prepaired doctor` on time: this machine's clock against those it talks to."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from engine.clock import SystemClock
from scripts.findings import Finding, wrong

_PATIENCE = 10.0  # seconds
_SKEW = timedelta(seconds=30)


def clock_findings(name: str, base: str) -> Iterator[Finding]:
    """Compares our clock with the provider's; says nothing where it does not answer (others do)."""
    parts = urlsplit(base)
    connection = (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(
        parts.netloc, timeout=_PATIENCE
    )
    try:
        connection.request("HEAD", "/")
        told = connection.getresponse().headers.get("Date")
    except (OSError, HTTPException):
        return
    finally:
        connection.close()
    try:
        skew = abs(parsedate_to_datetime(told or "") - SystemClock().wall())
    except (ValueError, TypeError):
        return
    if skew > _SKEW:
        yield wrong(
            "clock",
            f"our clock and {name}'s differ by {int(skew.total_seconds())} seconds",
            "synchronise this machine",
        )
