"""A member's own clock: zone, working days, the morning window and quiet hours.

Turns a day and a wall time into exactly one instant, also where clocks change. Knows nothing of nudges.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from nudges.public_holidays import Holidays

_LONGEST_BREAK = 400  # days without a working day before we call the calendar a mistake
_NOT_PLACES = ("localtime", "Factory", "posixrules", "posix/", "right/")


class UnknownZone(LookupError):
    """A time zone that the IANA database does not name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not an IANA time zone such as America/Chicago")


class NoWorkingDay(ValueError):
    """A calendar in which nobody works for more than a year."""


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises UnknownZone; never falls back to UTC."""
    if not name or name.startswith(_NOT_PLACES):
        raise UnknownZone(name)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as fault:
        raise UnknownZone(name) from fault


def instant(day: date, wall: time, zone: str) -> datetime:
    """The one UTC instant at which `zone` reads `wall` on `day`.

    PEP 495 with fold=0: in an autumn fold the first of the two, in a spring gap the reading moves on by the
    length of the gap. Raises UnknownZone.
    """
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone_of(zone))
    return local.astimezone(UTC)


def clock_changes(day: date, wall: time, zone: str) -> bool:
    """Whether `wall` on `day` is skipped or happens twice in `zone`."""
    local = datetime.combine(day, wall, tzinfo=zone_of(zone))
    return local.utcoffset() != local.replace(fold=1).utcoffset()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nobody is written to, in the reader's own time. Equal ends: never quiet."""

    starts: time = time(21)
    ends: time = time(8)

    def covers(self, local: time | datetime) -> bool:
        """Whether this wall time is quiet: from `starts` up to, but not including, `ends`."""
        wall = local.time() if isinstance(local, datetime) else local
        if self.starts <= self.ends:
            return self.starts <= wall < self.ends
        return wall >= self.starts or wall < self.ends

    def over_at(self, now: datetime, zone: str) -> datetime:
        """The first instant (UTC) after `now` at which quiet hours end in `zone`."""
        today = now.astimezone(zone_of(zone)).date()
        ends = (instant(today + timedelta(days=n), self.ends, zone) for n in range(-1, 4))
        return next(end for end in ends if end > now)

    def begins_after(self, day: date, wall: time, zone: str) -> datetime:
        """The first instant (UTC) after `wall` on `day` at which quiet hours begin in `zone`.

        Without quiet hours: the end of that day.
        """
        if self.starts == self.ends:
            return instant(day + timedelta(days=1), time(0), zone)
        first = day if self.starts > wall else day + timedelta(days=1)
        return instant(first, self.starts, zone)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a working day in which nudges fall, in the member's own time."""

    starts: time = time(8)
    ends: time = time(11)

    def __post_init__(self) -> None:
        """Raise ValueError where the window is empty or runs over midnight."""
        if self.minutes < 1:
            raise ValueError("the window must end after it starts, on the same day")

    @property
    def minutes(self) -> int:
        """Its length in whole minutes."""
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute

    def at(self, stagger: int) -> time:
        """The minute inside the window that belongs to `stagger`, the same one every time."""
        return _minute(_minutes(self.starts) + stagger % self.minutes)

    def awake(self, stagger: int, quiet: QuietHours) -> tuple[time, bool]:
        """The minute that belongs to `stagger` and is not quiet, and whether that is another one than `at`.

        Spread over what quiet hours leave of the window; where they leave nothing, over the hour after them.
        """
        wall = self.at(stagger)
        if not quiet.covers(wall):
            return wall, False
        first = _minutes(self.starts)
        left = [each for each in range(first, first + self.minutes) if not quiet.covers(_minute(each))]
        after = range(_minutes(quiet.ends), _minutes(quiet.ends) + 60)
        choice = left or [each for each in after if each < _DAY and not quiet.covers(_minute(each))]
        choice = choice or [_minutes(quiet.ends)]
        return _minute(choice[stagger % len(choice)]), True


_DAY = 24 * 60


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _minute(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def stagger_of(member_id: str) -> int:
    """A number that is always the same for one member and evenly spread over many."""
    return int.from_bytes(blake2b(member_id.encode(), digest_size=6).digest())


@dataclass(frozen=True, slots=True)
class MemberClock:
    """Where a member lives in time. Raises UnknownZone; ValueError where no weekday is worked."""

    zone: str  # IANA name
    work_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})  # 0 is Monday
    holidays: Holidays | frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a clock that can never ring."""
        zone_of(self.zone)
        if not self.work_days or not self.work_days <= set(range(7)):
            raise ValueError("work days are digits from 0 (Monday) to 6, at least one")

    def day_off(self, day: date) -> str | None:
        """Why `day` is not worked ("holiday (Labor Day)", "not a working day", "clock change"), or None."""
        named = _holiday(self.holidays, day)
        if named is not None:
            return f"holiday ({named})" if named else "holiday"
        if day.weekday() not in self.work_days:
            return "not a working day"
        return None if _exists(day, self.zone) else "clock change"

    def working_day(self, day: date) -> date:
        """The first working day on or after `day`. Raises NoWorkingDay."""
        return _working_day(self, day)


def _holiday(holidays: Holidays | frozenset[date], day: date) -> str | None:
    """The name of the holiday, "" where it has none; None for an ordinary day."""
    if isinstance(holidays, Holidays):
        return holidays.name_of(day)
    return "" if day in holidays else None


@lru_cache(maxsize=65536)
def _working_day(clock: MemberClock, day: date) -> date:
    for ahead in range(_LONGEST_BREAK):
        found = day + timedelta(days=ahead)
        if clock.day_off(found) is None:
            return found
    raise NoWorkingDay(f"no working day within {_LONGEST_BREAK} days of {day}")


@lru_cache(maxsize=65536)
def _exists(day: date, zone: str) -> bool:
    """Whether `day` was on the calendar of `zone`: Apia went from 29 to 31 December 2011."""
    noon = instant(day, time(12), zone)
    return noon.astimezone(zone_of(zone)).date() == day
