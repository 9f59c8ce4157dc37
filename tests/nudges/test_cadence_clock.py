"""At which instant a nudge falls, above all where clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nudges.cadence import (
    DEFAULT_CADENCES,
    Cadence,
    MemberClock,
    QuietHours,
    UnknownZone,
    Window,
    instant,
    occurrences,
    stagger_of,
)
from nudges.clock import clock_changes, zone_of

_DAILY = (Cadence("daily", "FREQ=DAILY"),)
_ALWAYS = frozenset(range(7))
# Days on which a zone's clock is set, and one day that never was.
_CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/London", date(2027, 3, 28)),
    ("Europe/London", date(2027, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Phoenix", date(2026, 3, 8)),  # not at all
    ("America/Sao_Paulo", date(2018, 2, 18)),  # at midnight
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Gaza", date(2023, 4, 29)),
    ("Asia/Gaza", date(2023, 10, 28)),
    ("Pacific/Apia", date(2011, 12, 30)),  # skipped altogether
]
_walls = st.times(max_value=time(23, 58)).map(lambda t: t.replace(second=0, microsecond=0))


@given(change=st.sampled_from(_CHANGES), wall=_walls, before=st.integers(0, 3))
@example(change=("America/New_York", date(2026, 3, 8)), wall=time(2, 30), before=1)
@example(change=("America/New_York", date(2026, 11, 1)), wall=time(1, 30), before=1)
@example(change=("America/Sao_Paulo", date(2018, 11, 4)), wall=time(0, 0), before=2)
@example(change=("Pacific/Apia", date(2011, 12, 30)), wall=time(9, 0), before=2)
def test_every_day_has_exactly_one_nudge_also_where_clocks_change(
    change: tuple[str, date], wall: time, before: int
) -> None:
    zone, day = change
    anchor = day - timedelta(days=before)
    window = Window(wall, (datetime.combine(day, wall) + timedelta(minutes=1)).time())
    clock = MemberClock(zone, _ALWAYS)
    found = list(
        islice(
            occurrences(_DAILY, anchor=anchor, clock=clock, window=window, quiet=QuietHours(time(4), time(4)),
                        stagger=0),
            6,
        )
    )  # fmt: skip
    on = Counter(o.due_at.astimezone(ZoneInfo(zone)).date() for o in found)
    assert set(on.values()) == {1}
    assert all(o.local.astimezone(UTC) == o.due_at for o in found)
    assert all(o.local.time() == wall for o in found if o.reason is None)
    for each in found:
        if each.local.time() != wall:
            assert "clock change" in (each.reason or "")
            assert each.local.date() == each.on


def test_a_time_in_the_spring_gap_moves_on_by_the_gap() -> None:
    found = instant(date(2026, 3, 8), time(2, 30), "America/New_York")
    assert found == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert clock_changes(date(2026, 3, 8), time(2, 30), "America/New_York")


def test_a_time_in_the_autumn_fold_is_the_first_of_the_two() -> None:
    found = instant(date(2026, 11, 1), time(1, 30), "America/New_York")
    assert found == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert clock_changes(date(2026, 11, 1), time(1, 30), "America/New_York")


def test_a_day_that_a_zone_skipped_is_not_worked() -> None:
    clock = MemberClock("Pacific/Apia", _ALWAYS)
    assert clock.day_off(date(2011, 12, 30)) == "clock change"
    assert clock.working_day(date(2011, 12, 30)) == date(2011, 12, 31)


def test_the_local_time_stays_where_the_offset_changes() -> None:
    found = list(
        islice(
            occurrences(DEFAULT_CADENCES[:1], anchor=date(2027, 2, 22), clock=MemberClock("America/New_York"),
                        window=Window(), quiet=QuietHours(), stagger=95),
            5,
        )
    )  # fmt: skip
    assert {o.local.time() for o in found} == {time(9, 35)}
    assert [o.due_at.hour for o in found] == [14, 14, 14, 13, 13]


@given(stagger=st.integers(0, 2**48), zone=st.sampled_from([zone for zone, _ in _CHANGES]))
def test_a_member_has_one_minute_of_their_own_inside_the_window(stagger: int, zone: str) -> None:
    found = islice(
        occurrences(DEFAULT_CADENCES, anchor=date(2026, 11, 30), clock=MemberClock(zone), window=Window(),
                    quiet=QuietHours(), stagger=stagger),
        30,
    )  # fmt: skip
    minutes = {o.local.time() for o in found}
    assert len(minutes) == 1
    assert time(8) <= minutes.pop() < time(11)


def test_many_members_are_spread_over_the_window() -> None:
    minutes = Counter(Window().at(stagger_of(f"member {n}")) for n in range(18_000))
    assert len(minutes) == 180
    assert max(minutes.values()) < 2 * 100


def test_a_nudge_may_go_until_quiet_hours_begin_on_its_day() -> None:
    [found] = islice(
        occurrences(DEFAULT_CADENCES, anchor=date(2026, 11, 30), clock=MemberClock("America/New_York"),
                    window=Window(), quiet=QuietHours(), stagger=0),
        1,
    )  # fmt: skip
    assert found.due_at == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    assert found.send_before == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "wall", "begins"),
    [
        (QuietHours(time(21), time(8)), time(9), datetime(2026, 11, 30, 21)),
        (QuietHours(time(0), time(7)), time(9), datetime(2026, 12, 1, 0)),
        (QuietHours(time(8), time(8)), time(9), datetime(2026, 12, 1, 0)),  # never quiet: the end of the day
    ],
)
def test_quiet_hours_begin(quiet: QuietHours, wall: time, begins: datetime) -> None:
    assert quiet.begins_after(date(2026, 11, 30), wall, "UTC") == begins.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "covered"),
    [(time(20, 59, 59), False), (time(21), True), (time(3), True), (time(7, 59, 59), True), (time(8), False)],
)
def test_quiet_hours_cover_the_night(wall: time, covered: bool) -> None:
    assert QuietHours().covers(wall) is covered
    assert QuietHours().covers(datetime.combine(date(2026, 11, 30), wall)) is covered


def test_quiet_hours_by_day_cover_the_day() -> None:
    naps = QuietHours(time(13), time(15))
    assert [naps.covers(time(hour)) for hour in (12, 13, 14, 15)] == [False, True, True, False]


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "localtime", "../etc/passwd", "Factory", "America"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(name)
    with pytest.raises(UnknownZone):
        MemberClock(name)


@pytest.mark.parametrize("ends", [time(8), time(7)])
def test_an_empty_window_is_refused(ends: time) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(time(8), ends)
