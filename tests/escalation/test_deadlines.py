"""By when a request is matched and its person contacted."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.deadlines import DeadlinePolicy, deadlines

_ZONE = "America/New_York"
_LOCAL = ZoneInfo(_ZONE)
_HOLIDAYS = frozenset({date(2026, 11, 26)})  # a Thursday
_ELAPSED = DeadlinePolicy()
_WORKING = DeadlinePolicy(working_hours=True, match_hours=24, contact_hours=48)


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=_LOCAL)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("opened", "hours"),
    [
        (_at(2026, 11, 24, 9), 24),
        (_at(2026, 11, 27, 17), 24),  # Friday evening: Saturday evening, as Spectrum counts
        (_at(2026, 11, 27, 23, 59, 59), 24),
        (_at(2026, 11, 28), 48),  # Saturday
        (_at(2026, 11, 29, 23, 59, 59), 48),  # Sunday
        (_at(2026, 11, 30), 24),
        (_at(2026, 11, 26, 12), 48),  # the holiday
    ],
)
def test_a_match_is_due_after_24_hours_or_48_from_a_day_off(opened: datetime, hours: int) -> None:
    found = deadlines(opened.astimezone(UTC), _ELAPSED, zone=_ZONE, holidays=_HOLIDAYS)
    assert found.match_by - opened.astimezone(UTC) == timedelta(hours=hours)
    assert found.contact_by - found.match_by == timedelta(hours=24)


def test_the_day_is_the_programs_not_utcs() -> None:
    friday_night = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # 22:00 on Friday in New York
    assert deadlines(friday_night, _ELAPSED, zone=_ZONE).match_by == friday_night + timedelta(hours=24)
    assert deadlines(friday_night, _ELAPSED, zone="UTC").match_by == friday_night + timedelta(hours=48)


def test_elapsed_hours_pass_a_clock_change_unchanged() -> None:
    saturday = _at(2026, 10, 31, 12).astimezone(UTC)  # clocks go back that night
    assert deadlines(saturday, _ELAPSED, zone=_ZONE).match_by - saturday == timedelta(hours=48)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (_at(2026, 11, 23, 8), _at(2026, 11, 25, 14)),  # 9 + 9 + 6 hours
        (_at(2026, 11, 23, 6), _at(2026, 11, 25, 14)),  # before work is at its start
        (_at(2026, 11, 27, 17), _at(2026, 12, 2, 14)),  # Friday at closing: Mon, Tue, Wed
        (_at(2026, 11, 28, 12), _at(2026, 12, 2, 14)),  # Saturday
        (_at(2026, 11, 25, 16), _at(2026, 12, 1, 13)),  # 1 h Wed, a holiday, 9 Fri, 9 Mon, 5 Tue
    ],
)
def test_working_hours_are_counted_on_working_days(opened: datetime, due: datetime) -> None:
    found = deadlines(opened.astimezone(UTC), _WORKING, zone=_ZONE, holidays=_HOLIDAYS)
    assert found.match_by == due.astimezone(UTC)


@given(
    opened=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    hours=st.integers(1, 60),
    zone=st.sampled_from([_ZONE, "Australia/Lord_Howe", "Asia/Gaza"]),
)
def test_working_hours_agree_with_counting_minute_by_minute(opened: datetime, hours: int, zone: str) -> None:
    policy = DeadlinePolicy(
        working_hours=True, match_hours=hours, contact_hours=hours, day_starts=time(9), day_ends=time(17)
    )
    opened = opened.replace(second=0, microsecond=0)
    found = deadlines(opened, policy, zone=zone, holidays=_HOLIDAYS)
    local = ZoneInfo(zone)
    at, left = opened, hours * 60
    while left:
        here = at.astimezone(local)
        if here.weekday() < 5 and here.date() not in _HOLIDAYS and 9 <= here.hour < 17:
            left -= 1
        at += timedelta(minutes=1)
    assert found.match_by == at


def test_the_policy_is_frozen_into_the_answer() -> None:
    found = deadlines(_at(2026, 11, 28), _ELAPSED, zone=_ZONE)
    assert json.loads(json.dumps(dict(found.policy))) == {
        "match_hours": 24, "contact_hours": 48, "day_off_extra_hours": 24, "hours": "elapsed",
        "working_day": "08:00-17:00", "opened_on_day_off": True, "zone": _ZONE,
    }  # fmt: skip
    with pytest.raises(TypeError):
        found.policy["match_hours"] = 1  # type: ignore[index]


@pytest.mark.parametrize(
    "wrong",
    [
        {"match_hours": 0},
        {"match_hours": 24, "contact_hours": 12},
        {"day_off_extra_hours": -1},
        {"working_hours": True, "day_starts": time(17), "day_ends": time(8)},
    ],
)
def test_a_policy_that_nobody_could_keep_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        DeadlinePolicy(**wrong)  # type: ignore[arg-type]
