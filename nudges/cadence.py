"""When a member's nudges fall: which cadence, on which day, at which instant, and until when.

Every occurrence is computed from anchor, rule and occurrence number, never from the one before, so that
neither a clock change nor a short month nor a holiday shifts what comes after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count

from nudges.clock import (
    MemberClock,
    NoWorkingDay,
    QuietHours,
    UnknownZone,
    Window,
    clock_changes,
    instant,
    stagger_of,
    zone_of,
)
from nudges.recurrence import BadRecurrence, Recurrence
from nudges.rhythm import DEFAULT_CADENCES, Cadence, in_order, own_cadences

__all__ = [
    "DEFAULT_CADENCES",
    "BadRecurrence",
    "Cadence",
    "MemberClock",
    "NoWorkingDay",
    "Occurrence",
    "QuietHours",
    "UnknownZone",
    "Window",
    "anchor_on",
    "in_order",
    "instant",
    "next_occurrence",
    "occurrences",
    "own_cadences",
    "stagger_of",
    "zone_of",
]

_LONGEST_SILENCE = 110  # weeks; a rule falls at least once a year, more means that there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One nudge to come."""

    kind: str
    series: str  # which rule its number belongs to; empty for the kind's first
    slot: int  # its number in its own rule, counted from the anchor; 0 is the first day of the rule
    planned_on: date  # the day that the rule means
    on: date  # the working day on which it falls
    local: datetime  # aware, in the member's zone
    due_at: datetime  # UTC
    send_before: datetime  # UTC, exclusive: when quiet hours begin
    reason: str | None  # why it is not simply where the rule puts it


@dataclass(frozen=True, slots=True)
class _Placed:
    """An occurrence and the working day on which it falls, still without a minute."""

    kind: str
    series: str
    slot: int
    planned_on: date
    on: date
    reason: str | None = None


def anchor_on(published_at: datetime, clock: MemberClock) -> date:
    """The day of a group's first nudge: a working day from the second day after its publication on.

    The introduction may have to wait for the next morning; the first nudge should not arrive with it. With any
    working week the day is within seven days of publication; only holidays move it further. Raises NoWorkingDay.
    """
    day = published_at.astimezone(zone_of(clock.zone)).date()
    anchor = clock.working_day(day + timedelta(days=2))
    return anchor if anchor <= day + timedelta(days=7) else clock.working_day(day + timedelta(days=1))


def occurrences(
    cadences: Sequence[Cadence],
    *,
    anchor: date,
    clock: MemberClock,
    window: Window,
    quiet: QuietHours,
    stagger: int,
    start: date | None = None,
    because: str | None = None,
) -> Iterator[Occurrence]:
    """Every nudge that falls on `start` (the anchor if not given) or later, in order, without end.

    `cadences` run from the most frequent to the rarest (`in_order`); the first begins on the anchor, the
    others in the week after at the earliest. What the rule puts on a day off moves to the next working day.
    In each week (Monday to Sunday) the rarest cadence that falls in it replaces the others. Where two of one
    cadence meet on a day, the later stays. A minute in quiet hours moves out of them. `because` says why the
    window is not the program's; it goes before every other reason.
    """
    plan = tuple(cadences)
    day = max(start or anchor, anchor)
    monday = day - timedelta(days=day.weekday())
    wall, is_moved = window.awake(stagger, quiet)
    why = _joined(because, "quiet hours" if is_moved else None)
    idle = 0
    for week in count():
        placed = [p for p in _week(plan, anchor, clock, monday + timedelta(weeks=week)) if p.on >= day]
        idle = 0 if placed else idle + 1
        if idle > _LONGEST_SILENCE:
            return
        for each in placed:
            yield _timed(each, clock.zone, quiet, wall, why)


def next_occurrence(
    cadences: Sequence[Cadence],
    *,
    anchor: date,
    clock: MemberClock,
    window: Window,
    quiet: QuietHours,
    stagger: int,
    after: datetime,
    because: str | None = None,
) -> Occurrence | None:
    """The first nudge due strictly later than `after`; None only where there are no cadences.

    Takes the same time near the anchor and ten years on. The days are cached for all members who share
    anchor, zone and calendar.
    """
    start = after.astimezone(zone_of(clock.zone)).date()
    found = occurrences(
        cadences, anchor=anchor, clock=clock, window=window, quiet=quiet, stagger=stagger, start=start,
        because=because,
    )  # fmt: skip
    return next((occurrence for occurrence in found if occurrence.due_at > after), None)


@lru_cache(maxsize=65536)
def _week(
    cadences: tuple[Cadence, ...], anchor: date, clock: MemberClock, monday: date
) -> tuple[_Placed, ...]:
    """The nudges of the week from `monday`, in order, the rarest cadence in place of the others."""
    sunday = monday + timedelta(days=6)
    replaced: list[str] = []
    chosen: dict[date, _Placed] = {}
    # In the first week only the first cadence counts: the seven days promised at publication are its.
    for cadence in cadences[:1] if anchor >= monday else cadences:
        placed = _placed(cadence, anchor, clock, monday, sunday)
        if placed:
            replaced += [next(iter(chosen.values())).kind] if chosen else []
            chosen = placed
    if not replaced:
        return tuple(chosen.values())
    because = f"takes the place of the {' and '.join(replaced)} nudge"
    return tuple(replace(p, reason=_joined(p.reason, because)) for p in chosen.values())


def _placed(
    cadence: Cadence, anchor: date, clock: MemberClock, first: date, last: date
) -> dict[date, _Placed]:
    """By working day from `first` to `last`: the occurrence of one cadence that falls on it."""
    earliest = first
    while earliest > anchor and clock.day_off(earliest - timedelta(days=1)) is not None:
        earliest -= timedelta(days=1)  # what days off before this week pushed into it
    found: dict[date, _Placed] = {}
    for slot, planned_on in Recurrence(cadence.rrule).between(anchor, earliest, last):
        on = clock.working_day(planned_on)
        if first <= on <= last:
            why = _why(clock, planned_on, on, found.get(on))
            found[on] = _Placed(cadence.kind, cadence.series, slot, planned_on, on, why)
    return found


def _why(clock: MemberClock, planned_on: date, on: date, met: _Placed | None) -> str | None:
    """Why a nudge is not simply where its rule puts it; `met` is the earlier one that it stands for."""
    days = (planned_on + timedelta(days=n) for n in range((on - planned_on).days))
    moved = ", ".join(dict.fromkeys(clock.day_off(day) or "" for day in days))
    skipped = f"stands also for the one of {met.planned_on}, which days off moved here" if met else None
    return _joined(f"moved from {planned_on}: {moved}" if moved else None, skipped)


def _joined(*reasons: str | None) -> str | None:
    return "; ".join(reason for reason in reasons if reason) or None


@lru_cache(maxsize=65536)
def _timed(placed: _Placed, zone: str, quiet: QuietHours, wall: time, why: str | None) -> Occurrence:
    """The nudge at its minute; members who share day, zone and minute share the answer."""
    due_at = instant(placed.on, wall, zone)
    local = due_at.astimezone(zone_of(zone))
    shifted = "clock change" if clock_changes(placed.on, wall, zone) else None
    return Occurrence(
        kind=placed.kind,
        series=placed.series,
        slot=placed.slot,
        planned_on=placed.planned_on,
        on=placed.on,
        local=local,
        due_at=due_at,
        send_before=quiet.begins_after(local.date(), local.time(), zone),
        reason=_joined(why, placed.reason, shifted),
    )
