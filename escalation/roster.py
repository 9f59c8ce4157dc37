"""Who is on call at an instant, and when nobody is.

Shifts are wall-clock hours of a week in the program's zone, also over midnight; an override replaces them.
Each shift is turned into instants, so that shifts that touch leave no hole where clocks change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from nudges.clock import instant, zone_of
from pairing.errors import PrepairedError


class RosterFault(PrepairedError):
    """A roster that names nobody known, or hours that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Somebody who can be paged."""

    id: str  # the staff id of the program file
    name: str
    role: str  # as members read it: "clinician", "chaplain"
    media: tuple[str, ...] = ("sms", "email")  # how they can be reached: sms, email, call, webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The same hours on some weekdays. Where `ends` is not after `starts` it ends on the next day."""

    days: frozenset[int]  # on which it starts; 0 is Monday
    starts: time
    ends: time
    chain: tuple[str, ...]  # responder ids, first to be paged first


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """From `starts` up to `ends` (aware) this chain, whatever the week says; an empty one: nobody."""

    starts: datetime
    ends: datetime
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The program's on-call plan. Raises RosterFault for a chain that names somebody unknown."""

    zone: str
    responders: tuple[Responder, ...] = ()
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()  # of two that cover an instant the later in the list holds
    backups: tuple[str, ...] = ()  # of the clinical backup: everybody with the role
    backup_shifts: tuple[Shift, ...] = ()  # when which of them are there; without, all of them always
    alternates: tuple[str, ...] = ()  # paged, in this order, where nobody of the chain may have the case

    def __post_init__(self) -> None:
        """Check names and hours once, so that paging never meets a surprise."""
        known = {responder.id for responder in self.responders}
        chains = [shift.chain for shift in self.shifts] + [o.chain for o in self.overrides]
        chains += [self.alternates, self.backups, *(shift.chain for shift in self.backup_shifts)]
        if unknown := sorted({name for chain in chains for name in chain} - known):
            raise RosterFault(f"the on-call roster names {unknown[0]!r}, who is not among the responders")
        if any(override.starts >= override.ends for override in self.overrides):
            raise RosterFault("an on-call override must end after it starts")

    @property
    def named(self) -> frozenset[str]:
        """The ids of everybody whose hours or overrides may bring a page about any crisis."""
        chains = [shift.chain for shift in self.shifts] + [override.chain for override in self.overrides]
        return frozenset(name for chain in chains for name in chain)

    @property
    def stands_by(self) -> frozenset[str]:
        """The ids of those who are paged for some cases only: clinical backup and alternates."""
        shifts = [name for shift in self.backup_shifts for name in shift.chain]
        return frozenset((*self.alternates, *self.backups, *shifts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From `starts` up to `ends` (UTC) nobody is on call."""

    starts: datetime
    ends: datetime


def on_call(roster: Roster, at: datetime) -> tuple[Responder, ...]:
    """Who is on call at `at`, in the order of escalation; empty where nobody is."""
    people = {responder.id: responder for responder in roster.responders}
    return tuple(people[name] for name in dict.fromkeys(_chain(roster, at)))


def backup_on_call(roster: Roster, at: datetime) -> tuple[Responder, ...]:
    """Who of the clinical backup is there at `at`, first to be paged first."""
    people = {responder.id: responder for responder in roster.responders}
    chain = _of_shifts(roster, roster.backup_shifts, at) if roster.backup_shifts else roster.backups
    return tuple(people[name] for name in dict.fromkeys(chain))


def next_on_call(roster: Roster, now: datetime, days: int = 14) -> datetime | None:
    """The next instant after `now` at which somebody comes on call; None within so many days."""
    edges = sorted(edge for edge in _edges(roster, now, days) if edge > now)
    return next((edge for edge in edges if _chain(roster, edge)), None)


def gaps(roster: Roster, start: datetime, days: int = 14) -> list[Gap]:
    """The stretches without anybody on call within `days` days from `start`, in order."""
    end = start + timedelta(days=days)
    edges = sorted({start, end, *(edge for edge in _edges(roster, start, days) if start < edge < end)})
    found: list[Gap] = []
    for since, until in pairwise(edges):
        if _chain(roster, since):
            continue
        if found and found[-1].ends == since:
            found[-1] = Gap(starts=found[-1].starts, ends=until)
        else:
            found.append(Gap(starts=since, ends=until))
    return found


def _chain(roster: Roster, at: datetime) -> list[str]:
    for override in reversed(roster.overrides):
        if override.starts <= at < override.ends:
            return list(override.chain)
    return _of_shifts(roster, roster.shifts, at)


def _of_shifts(roster: Roster, shifts: Sequence[Shift], at: datetime) -> list[str]:
    today = at.astimezone(zone_of(roster.zone)).date()
    chain: list[str] = []
    for shift in shifts:
        # A shift of yesterday may run into today; where clocks change it may even begin the day before that.
        days = (today + timedelta(days=n) for n in (-1, 0))
        if any(starts <= at < ends for day in days for starts, ends in _instance(roster, shift, day)):
            chain += shift.chain
    return chain


def _instance(roster: Roster, shift: Shift, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The shift that starts on `day`, as instants, if there is one."""
    if day.weekday() in shift.days:
        last = day if shift.ends > shift.starts else day + timedelta(days=1)
        yield instant(day, shift.starts, roster.zone), instant(last, shift.ends, roster.zone)


def _edges(roster: Roster, start: datetime, days: int) -> Iterator[datetime]:
    """Every instant around that stretch at which who is on call may change."""
    for override in roster.overrides:
        yield from (override.starts, override.ends)
    first = start.astimezone(zone_of(roster.zone)).date()
    for ahead in range(-1, days + 2):
        for shift in roster.shifts:
            for edges in _instance(roster, shift, first + timedelta(days=ahead)):
                yield from edges
