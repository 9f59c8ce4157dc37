"""The only place below the pages and commands where time is read.

`now` is the program's clock and may be moved (`tick --now`, the demo's speed); `wall` is the machine's and never
is: leases, paces and look-ups are in wall time, since the provider's clock does not move with ours.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Reads and spends time."""

    def now(self) -> datetime:
        """The program's instant, aware, UTC."""
        ...

    def wall(self) -> datetime:
        """The machine's instant, aware, UTC."""
        ...

    def sleep(self, length: timedelta) -> None:
        """Waits in the machine's time."""
        ...


class SystemClock:
    """The machine's clock, as it is."""

    def now(self) -> datetime:
        """The machine's instant."""
        return datetime.now(UTC)

    def wall(self) -> datetime:
        """The machine's instant."""
        return datetime.now(UTC)

    def sleep(self, length: timedelta) -> None:
        """Waits; a negative length does not wait."""
        time.sleep(max(0.0, length.total_seconds()))


class MovedClock(SystemClock):
    """Starts at an instant of choice and runs `speed` times as fast as the machine's clock."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The moved instant."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)
