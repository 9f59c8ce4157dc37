"""How long a search may go on.

The only place in this folder that looks at a clock, and only for a stopwatch.
"""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """A moment on the monotonic clock, or none; a search without one stops by its own counts, always
    alike."""

    at: float | None = None

    @classmethod
    def within(cls, seconds: float | None) -> "TimeLimit":
        """The limit that many seconds from now; none for None."""
        return cls(at=None if seconds is None else monotonic() + seconds)

    def left(self) -> float | None:
        """The seconds that remain, never negative; None without a limit."""
        return None if self.at is None else max(0.0, self.at - monotonic())

    def passed(self) -> bool:
        """Whether it is time to stop improving."""
        return self.at is not None and monotonic() >= self.at
