"""Who is on call, and when nobody is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.roster import Gap, Override, Responder, Roster, RosterFault, Shift, gaps, on_call

_ZONE = "America/New_York"
_LOCAL = ZoneInfo(_ZONE)
_PEOPLE = tuple(Responder(id=name, name=name.title(), role="clinician") for name in ("ana", "ben", "cy"))
_WEEKDAYS = frozenset(range(5))
_ALL = frozenset(range(7))


def _roster(*shifts: Shift, overrides: tuple[Override, ...] = ()) -> Roster:
    return Roster(zone=_ZONE, responders=_PEOPLE, shifts=shifts, overrides=overrides)


def _shift(starts: time, ends: time, *chain: str, days: frozenset[int] = _ALL) -> Shift:
    return Shift(days=days, starts=starts, ends=ends, chain=chain)


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=_LOCAL)  # type: ignore[arg-type,misc]


def _ids(roster: Roster, at: datetime) -> list[str]:
    return [responder.id for responder in on_call(roster, at)]


_DAY_AND_NIGHT = _roster(
    _shift(time(8), time(20), "ana", "ben", days=_WEEKDAYS), _shift(time(20), time(8), "cy")
)


@pytest.mark.parametrize(
    ("at", "chain"),
    [
        (_at(2026, 11, 24, 7, 59, 59), ["cy"]),
        (_at(2026, 11, 24, 8), ["ana", "ben"]),
        (_at(2026, 11, 24, 19, 59), ["ana", "ben"]),
        (_at(2026, 11, 24, 20), ["cy"]),
        (_at(2026, 11, 25, 3), ["cy"]),  # began on the evening before
        (_at(2026, 11, 28, 12), []),  # Saturday by day
        (_at(2026, 11, 29, 3), ["cy"]),
    ],
)
def test_the_chain_of_the_hour_is_on_call(at: datetime, chain: list[str]) -> None:
    assert _ids(_DAY_AND_NIGHT, at) == chain
    assert _ids(_DAY_AND_NIGHT, at.astimezone(UTC)) == chain


def test_shifts_that_overlap_add_up_without_doubles() -> None:
    roster = _roster(_shift(time(8), time(20), "ana", "ben"), _shift(time(12), time(14), "cy", "ana"))
    assert _ids(roster, _at(2026, 11, 24, 13)) == ["ana", "ben", "cy"]


def test_a_shift_that_ends_when_it_starts_lasts_a_day() -> None:
    roster = _roster(_shift(time(8), time(8), "ana", days=frozenset({0})))
    assert _ids(roster, _at(2026, 11, 23, 7, 59)) == []
    assert _ids(roster, _at(2026, 11, 23, 8)) == ["ana"]
    assert _ids(roster, _at(2026, 11, 24, 7, 59)) == ["ana"]
    assert _ids(roster, _at(2026, 11, 24, 8)) == []


def test_an_override_replaces_the_week_and_the_later_one_holds() -> None:
    whole = Override(starts=_at(2026, 11, 24), ends=_at(2026, 11, 26), chain=("ben",))
    part = Override(starts=_at(2026, 11, 25), ends=_at(2026, 11, 25, 12), chain=())
    roster = _roster(_shift(time(0), time(0), "ana"), overrides=(whole, part))
    assert _ids(roster, _at(2026, 11, 23, 23, 59)) == ["ana"]
    assert _ids(roster, _at(2026, 11, 24)) == ["ben"]
    assert _ids(roster, _at(2026, 11, 25, 11)) == []
    assert _ids(roster, _at(2026, 11, 25, 12)) == ["ben"]
    assert _ids(roster, _at(2026, 11, 26)) == ["ana"]


def test_gaps_are_where_nobody_is_on_call() -> None:
    start = _at(2026, 11, 23, 8)  # Monday
    assert gaps(_DAY_AND_NIGHT, start, 7) == [
        Gap(starts=_at(2026, 11, 28, 8), ends=_at(2026, 11, 28, 20)),
        Gap(starts=_at(2026, 11, 29, 8), ends=_at(2026, 11, 29, 20)),
    ]


def test_an_empty_roster_is_one_gap() -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    assert gaps(_roster(), start) == [Gap(starts=start, ends=start + timedelta(days=14))]


def test_an_override_without_anybody_is_a_gap() -> None:
    nobody = Override(starts=_at(2026, 11, 25, 9), ends=_at(2026, 11, 25, 10), chain=())
    roster = _roster(_shift(time(0), time(0), "ana"), overrides=(nobody,))
    assert gaps(roster, _at(2026, 11, 24), 7) == [Gap(starts=nobody.starts, ends=nobody.ends)]


@given(
    turn=st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)),
    day=st.sampled_from([date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 24)]),
    minutes=st.integers(-1440, 1440),
)
def test_two_shifts_that_touch_leave_no_hole_where_clocks_change(turn: time, day: date, minutes: int) -> None:
    noon = time(12) if turn != time(12) else time(13)
    roster = _roster(_shift(turn, noon, "ana"), _shift(noon, turn, "ben"))
    at = datetime.combine(day, time(3), tzinfo=_LOCAL).astimezone(UTC) + timedelta(minutes=minutes)
    assert len(on_call(roster, at)) == 1
    assert gaps(roster, at, 3) == []


def test_a_chain_may_only_name_responders() -> None:
    with pytest.raises(RosterFault, match="'dee'"):
        _roster(_shift(time(8), time(9), "ana", "dee"))


def test_an_override_must_end_after_it_starts() -> None:
    with pytest.raises(RosterFault, match="end after"):
        _roster(overrides=(Override(starts=_at(2026, 11, 24), ends=_at(2026, 11, 24), chain=("ana",)),))
