"""Instants as people type them after `--now` and `--since`."""

from datetime import UTC, datetime

from scripts.errors import UsageFault


def instant(written: str, option: str) -> datetime:
    """The instant in UTC. Raises UsageFault for no instant, and for one that does not say its zone."""
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        raise UsageFault(f"{option}: {written!r} is no instant such as 2026-11-24T15:00:00Z") from None
    if found.tzinfo is None:
        raise UsageFault(
            f"{option}: {written!r} does not say its zone; write {found.isoformat()}Z for UTC, "
            f"or {found.isoformat()}-05:00"
        )
    return found.astimezone(UTC)
