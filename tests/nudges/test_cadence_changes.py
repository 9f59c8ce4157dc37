"""Nudges around every clock change of many zones: exactly one a day, in the morning that members know."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudges.cadence import Cadence, MemberClock, QuietHours, Window, next_occurrence, occurrences

_DAILY = (Cadence("daily", "FREQ=DAILY"),)
_ALWAYS = frozenset(range(7))
_ZONES = (
    "America/New_York", "America/Santiago", "America/St_Johns", "America/Havana", "America/Asuncion",
    "Africa/Casablanca", "Africa/Cairo", "Africa/Juba", "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Amman",
    "Asia/Pyongyang", "Australia/Lord_Howe", "Antarctica/Troll", "Atlantic/Azores", "Europe/Dublin",
    "Europe/Volgograd", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kwajalein", "Pacific/Norfolk",
)  # fmt: skip
_FIRST, _LAST = date(1993, 8, 1), date(2030, 12, 31)  # Kwajalein skipped a day in August 1993, Apia in 2011


@cache
def _changes(zone: str) -> tuple[date, ...]:
    """Every day, in local reckoning, on which the zone's offset from UTC changes."""
    found, info = [], ZoneInfo(zone)
    at = datetime(_FIRST.year, _FIRST.month, 1, tzinfo=UTC)
    while at.date() < _LAST:
        later = at + timedelta(days=1)
        if at.astimezone(info).utcoffset() != later.astimezone(info).utcoffset():
            found.append(at.astimezone(info).date() + timedelta(days=1))
        at = later
    return tuple(found)


_around = st.sampled_from(_ZONES).flatmap(
    lambda zone: st.tuples(st.just(zone), st.sampled_from(_changes(zone)), st.integers(-3, 2))
)
_walls = st.one_of(
    st.sampled_from([time(0), time(0, 30), time(1, 59), time(2), time(2, 30), time(3), time(22, 58)]),
    st.times(max_value=time(22, 58)).map(lambda t: t.replace(second=0, microsecond=0)),
)


def _week_of(zone: str, anchor: date, wall: time, quiet: QuietHours):
    window = Window(wall, wall.replace(hour=wall.hour + 1))
    return list(
        islice(
            occurrences(_DAILY, anchor=anchor, clock=MemberClock(zone, _ALWAYS), window=window, quiet=quiet, stagger=0),
            8,
        )
    )  # fmt: skip


def test_the_zones_change_their_clocks_often_enough_to_be_worth_asking() -> None:
    assert sum(len(_changes(zone)) for zone in _ZONES) > 1000


@settings(max_examples=400)
@given(around=_around, wall=_walls)
def test_each_day_around_a_change_has_exactly_one_nudge_at_its_wall_time(
    around: tuple[str, date, int], wall: time
) -> None:
    zone, change, days = around
    found = _week_of(zone, change + timedelta(days=days), wall, QuietHours(time(4), time(4)))
    assert max(Counter(each.due_at for each in found).values()) == 1
    assert all(earlier.due_at < later.due_at for earlier, later in pairwise(found))
    for each in found:
        local = each.due_at.astimezone(ZoneInfo(zone))
        if local.time() == wall:
            assert local.date() == each.on
        else:  # the time did not exist on that day: it moved on by the length of the gap, and the row says so
            assert "clock change" in (each.reason or "")
            assert (
                timedelta(0)
                < local.replace(tzinfo=None) - datetime.combine(each.on, wall)
                <= timedelta(hours=3)
            )
    days_on = [each.on for each in found]
    skipped = [day for day in _between(days_on[0], days_on[-1]) if day not in days_on]
    assert all(_never_was(day, zone) for day in skipped)


@settings(max_examples=200)
@given(around=_around, stagger=st.integers(0, 10**6))
def test_a_morning_nudge_is_never_due_in_quiet_hours_and_has_time_until_they_begin(
    around: tuple[str, date, int], stagger: int
) -> None:
    zone, change, days = around
    quiet, anchor = QuietHours(), change + timedelta(days=days)
    found = islice(
        occurrences(_DAILY, anchor=anchor, clock=MemberClock(zone, _ALWAYS), window=Window(), quiet=quiet,
                    stagger=stagger),
        5,
    )  # fmt: skip
    for each in found:
        assert time(8) <= each.local.time() < time(11)
        assert not quiet.covers(each.local)
        ends = each.send_before.astimezone(ZoneInfo(zone))
        assert (ends.date(), ends.time()) == (each.on, time(21))
        assert timedelta(hours=8) < each.send_before - each.due_at < timedelta(hours=15)


@settings(max_examples=200)
@given(around=_around, wall=_walls)
def test_walking_from_each_to_the_next_meets_the_same_instants(
    around: tuple[str, date, int], wall: time
) -> None:
    zone, change, days = around
    anchor, quiet = change + timedelta(days=days), QuietHours(time(4), time(4))
    listed = _week_of(zone, anchor, wall, quiet)
    window = Window(wall, wall.replace(hour=wall.hour + 1))
    after = datetime.combine(anchor, time(0), tzinfo=UTC) - timedelta(days=2)
    for each in listed:
        found = next_occurrence(
            _DAILY, anchor=anchor, clock=MemberClock(zone, _ALWAYS), window=window, quiet=quiet, stagger=0,
            after=after,
        )  # fmt: skip
        assert found == each
        after = each.due_at


@pytest.mark.parametrize(
    ("zone", "never"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
def test_a_day_that_never_was_gives_its_nudge_to_the_next(zone: str, never: date) -> None:
    found = _week_of(zone, never - timedelta(days=2), time(9), QuietHours())
    on = [each.on for each in found]
    assert never not in on
    assert on[2] == never + timedelta(days=1)
    assert f"stands also for the one of {never}" in (found[2].reason or "")


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _never_was(day: date, zone: str) -> bool:
    noon = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone))
    return noon.astimezone(UTC).astimezone(ZoneInfo(zone)).date() != day
