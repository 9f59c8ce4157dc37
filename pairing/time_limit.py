"""How long a search may go on.

The only place in this folder that looks at a clock, and only for a stopwatch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import TypeVar

Answer = TypeVar("Answer")

GRACE = 0.3  # seconds beyond a limit for a step that is about to end by itself
LOOK = 0.1  # seconds between two looks at a step


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

    def overdue(self) -> bool:
        """Whether what should have ended by itself is not waited for any longer."""
        return self.at is not None and monotonic() >= self.at + GRACE

    def run(self, work: Callable[[], Answer]) -> Answer | None:
        """What some work comes to; None where it goes on after the limit. It is then left to itself, in a thread that
        ends with the process: compiling and other people's solvers cannot be stopped halfway."""
        if self.at is None:
            return work()
        found: list[Answer] = []
        faults: list[BaseException] = []

        def done() -> None:
            try:
                found.append(work())
            except BaseException as fault:  # noqa: BLE001  # raised again by whoever waits
                faults.append(fault)

        thread = Thread(target=done, daemon=True)
        thread.start()
        while thread.is_alive() and not self.overdue():
            thread.join(LOOK)
        if faults:
            raise faults[0]
        return found[0] if found else None
