"""Which nudge comes next, worked out once for all members who share a pattern, an anchor and a minute.

Of many members few differ: a program has a handful of zones and anchors, and its window some hundred minutes.
"""

from datetime import date, datetime

from engine.patterns import COLUMNS, Pattern, pattern_of
from engine.program import Program
from nudges.cadence import Occurrence, next_occurrence, stagger_of
from store.models import Rhythm

MOST_KEPT = 20_000  # answers of one program; then it begins anew
MOST_PROGRAMS = 4


class _Unknown:
    """Not asked for yet; None is an answer."""


_UNKNOWN = _Unknown()


class NextNudges:
    """The answers for one program so far."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._patterns: dict[tuple[str, ...], Pattern] = {}
        self._found: dict[object, Occurrence | None] = {}

    def after(
        self, due_at: datetime, *, anchor: date, member: str, columns: tuple[str, ...]
    ) -> Occurrence | None:
        """The first nudge due strictly later than `due_at` for the member of that id, whose rhythm has those
        `patterns.COLUMNS`; None where there is no cadence. Computed from the anchor, never from the one before."""
        pattern = self._patterns.get(columns) or self._pattern(columns)
        stagger = stagger_of(member)
        # The minute is all that the member's own number decides.
        asked = (columns, anchor, due_at, pattern.window.awake(stagger, self.program.quiet))
        found = self._found.get(asked, _UNKNOWN)
        if isinstance(
            found, _Unknown
        ):  # threads share this: whatever else they do to it, the answer is the same
            found = next_of(self.program, pattern, anchor=anchor, stagger=stagger, after=due_at)
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[asked] = found
        return found

    def _pattern(self, columns: tuple[str, ...]) -> Pattern:
        return self._patterns.setdefault(
            columns, pattern_of(self.program, Rhythm(**dict(zip(COLUMNS, columns, strict=True))))
        )


def next_of(
    program: Program, pattern: Pattern, *, anchor: date, stagger: int, after: datetime
) -> Occurrence | None:
    """The same for one pattern, worked out afresh."""
    return next_occurrence(
        pattern.cadences,
        anchor=anchor,
        clock=pattern.clock,
        window=pattern.window,
        quiet=program.quiet,
        stagger=stagger,
        after=after,
        because=pattern.because,
    )


_kept: list[NextNudges] = []


def next_nudges_of(program: Program) -> NextNudges:
    """The answers kept for that program: the same object, since a program has no other identity."""
    found = next((each for each in _kept if each.program is program), None)
    if found is None:
        found = NextNudges(program)
        _kept.append(found)
        del _kept[:-MOST_PROGRAMS]
    return found
