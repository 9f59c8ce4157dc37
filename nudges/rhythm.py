"""Which cadences a program has, and which of them a member keeps or has otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from nudges.recurrence import Recurrence


@dataclass(frozen=True, slots=True)
class Cadence:
    """One rhythm of the program: its name and its RRULE. Raises BadRecurrence."""

    kind: str
    rrule: str

    def __post_init__(self) -> None:
        """Refuse a rule that cannot be a cadence."""
        Recurrence(self.rrule)

    @property
    def series(self) -> str:
        """Which counting its occurrence numbers belong to: another rule for a kind never repeats a number.

        Empty for the rule that the kind has had from the first.
        """
        return "" if _FIRST_RULES.get(self.kind) == self.rrule else f"{crc32(self.rrule.encode()):08x}"


# PeerRxMed's rhythm (peerrxmed.com/process): each week, each month, and every 90 days.
_FIRST_RULES = {
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=DAILY;INTERVAL=90",
}
DEFAULT_CADENCES = tuple(Cadence(kind, rule) for kind, rule in _FIRST_RULES.items())


def in_order(cadences: Sequence[Cadence]) -> tuple[Cadence, ...]:
    """From the most frequent to the rarest: in one week the rarer replaces the more frequent."""
    return tuple(sorted(cadences, key=lambda c: -Recurrence(c.rrule).in_a_year()))


@lru_cache(maxsize=1024)
def own_cadences(written: str, program: tuple[Cadence, ...]) -> tuple[Cadence, ...]:
    """A member's own rhythm, in order: names of the program's cadences, or `name:RRULE`, with spaces between.

    Empty, or nothing that the program has: the program's. Raises BadRecurrence.
    """
    rules = {cadence.kind: cadence for cadence in program}
    found: list[Cadence] = []
    for part in written.split():
        kind, colon, rule = part.partition(":")
        if kind in rules:
            found.append(Cadence(kind, rule) if colon else rules[kind])
    return in_order(found) or program
