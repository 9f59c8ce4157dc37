"""The demo's clock: led through some weeks step by step, then let run."""

import time
from datetime import UTC, datetime, timedelta

from engine.clock import SystemClock


class DemoClock(SystemClock):
    """Stands still until `run`; from then on it goes `speed` times as fast as the machine's."""

    def __init__(self, start: datetime) -> None:
        self._at = start.astimezone(UTC)
        self._began: float | None = None
        self._speed = 1.0

    def now(self) -> datetime:
        """The demo's instant."""
        if self._began is None:
            return self._at
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def move_to(self, at: datetime) -> None:
        """Goes on to a later instant; never back."""
        self._at = max(self._at, at)

    def run(self, speed: float) -> None:
        """From now on time passes by itself."""
        self._speed = speed
        self._began = time.monotonic()
