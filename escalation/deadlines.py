"""By when a support request is to be matched and the person contacted.

Computed once, when the request opens, in the program's zone, and stored with the policy that made them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from nudges.clock import MemberClock, instant, zone_of
from nudges.public_holidays import Holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePolicy:
    """Hours allowed from opening.

    Elapsed hours with a longer span from a day off: Spectrum Physician Peer Support (24, at weekends 48).
    Working hours: UW Medicine's 24 working hours.
    """

    match_hours: int = 24
    contact_hours: int = 48
    day_off_extra_hours: int = 24  # opened on a Saturday, Sunday or holiday; elapsed hours only
    working_hours: bool = False
    day_starts: time = time(8)  # with working hours
    day_ends: time = time(17)

    def __post_init__(self) -> None:
        """Raise ValueError for hours that nobody could keep."""
        if not 0 < self.match_hours <= self.contact_hours or self.day_off_extra_hours < 0:
            raise ValueError("match_hours must be at least 1 and contact_hours not less than match_hours")
        if self.working_hours and self.day_starts >= self.day_ends:
            raise ValueError("the working day must end after it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Two instants (UTC) and how they came about."""

    match_by: datetime
    contact_by: datetime
    policy: Mapping[str, object]  # frozen, ready for JSON


def deadlines(
    opened_at: datetime,
    policy: DeadlinePolicy,
    *,
    zone: str,
    holidays: Holidays | frozenset[date] = frozenset(),
) -> Deadlines:
    """The deadlines of a request opened at `opened_at` under `policy`, in the program's `zone`.

    Raises UnknownZone.
    """
    opened_on = opened_at.astimezone(zone_of(zone)).date()
    day_off = opened_on.weekday() >= 5 or opened_on in holidays
    if policy.working_hours:
        clock = MemberClock(zone, holidays=holidays)
        match_by, contact_by = (
            _after_working_hours(opened_at, hours, policy, clock)
            for hours in (policy.match_hours, policy.contact_hours)
        )
        day_off = False
    else:
        extra = policy.day_off_extra_hours if day_off else 0
        match_by = opened_at + timedelta(hours=policy.match_hours + extra)
        contact_by = opened_at + timedelta(hours=policy.contact_hours + extra)
    return Deadlines(match_by=match_by, contact_by=contact_by, policy=_frozen(policy, zone, day_off))


def _frozen(policy: DeadlinePolicy, zone: str, day_off: bool) -> Mapping[str, object]:
    return MappingProxyType(
        {
            "match_hours": policy.match_hours,
            "contact_hours": policy.contact_hours,
            "day_off_extra_hours": policy.day_off_extra_hours,
            "hours": "working" if policy.working_hours else "elapsed",
            "working_day": f"{policy.day_starts:%H:%M}-{policy.day_ends:%H:%M}",
            "opened_on_day_off": day_off,
            "zone": zone,
        }
    )


def _after_working_hours(
    opened_at: datetime, hours: int, policy: DeadlinePolicy, clock: MemberClock
) -> datetime:
    """The instant at which `hours` hours of working time have passed since `opened_at`."""
    left = timedelta(hours=hours)
    day = clock.working_day(opened_at.astimezone(zone_of(clock.zone)).date())
    while True:
        starts = max(opened_at, instant(day, policy.day_starts, clock.zone))
        ends = instant(day, policy.day_ends, clock.zone)
        if starts + left <= ends:
            return starts + left
        left -= max(ends - starts, timedelta(0))
        day = clock.working_day(day + timedelta(days=1))


def working_time(
    since: datetime,
    until: datetime,
    policy: DeadlinePolicy,
    *,
    zone: str,
    holidays: Holidays | frozenset[date] = frozenset(),
) -> timedelta:
    """How much of the working day passed from `since` to `until`. Raises UnknownZone."""
    clock = MemberClock(zone, holidays=holidays)
    day, last = (at.astimezone(zone_of(zone)).date() for at in (since, until))
    passed = timedelta()
    while (day := clock.working_day(day)) <= last:
        starts = max(since, instant(day, policy.day_starts, zone))
        ends = min(until, instant(day, policy.day_ends, zone))
        passed += max(ends - starts, timedelta())
        day += timedelta(days=1)
    return passed
