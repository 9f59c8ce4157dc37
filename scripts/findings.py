"""What `prepaired doctor` finds: one thing a line, with its mend."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    WRONG = "wrong"  # the answer is no: this must be mended before people rely on it
    NOTE = "note"  # worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. Never holds a secret, a member's name or address."""

    area: str  # settings, database, program, coverage, sms, email, clock, engine
    level: Level
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.level} ({self.area}): {self.what}: {self.mend}"


def wrong(area: str, what: str, mend: str) -> Finding:
    """A finding that makes the answer no."""
    return Finding(area=area, level=Level.WRONG, what=what, mend=mend)


def note(area: str, what: str, mend: str) -> Finding:
    """A finding that does not."""
    return Finding(area=area, level=Level.NOTE, what=what, mend=mend)
