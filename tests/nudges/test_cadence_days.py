"""On which days nudges fall: rules, weeks, days off."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from nudges.cadence import (
    DEFAULT_CADENCES,
    BadRecurrence,
    Cadence,
    MemberClock,
    NoWorkingDay,
    Occurrence,
    QuietHours,
    Window,
    anchor_on,
    in_order,
    next_occurrence,
    occurrences,
)
from nudges.recurrence import Recurrence

_NEW_YORK = "America/New_York"
_DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
_SIMPLE = st.builds(
    "FREQ={};INTERVAL={}".format, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(1, 12)
)


def _fall(anchor: date, clock: MemberClock, count: int, cadences: tuple[Cadence, ...] = DEFAULT_CADENCES,
          start: date | None = None) -> list[Occurrence]:  # fmt: skip
    found = occurrences(
        cadences, anchor=anchor, clock=clock, window=Window(), quiet=QuietHours(), stagger=75, start=start
    )
    return list(islice(found, count))


def test_the_first_half_year_of_the_default_rhythm() -> None:
    found = _fall(date(2026, 11, 30), MemberClock(_NEW_YORK), 14)
    assert [(o.kind, o.slot, o.on) for o in found] == [
        ("weekly", 0, date(2026, 11, 30)),
        ("weekly", 1, date(2026, 12, 7)),
        ("weekly", 2, date(2026, 12, 14)),
        ("weekly", 3, date(2026, 12, 21)),
        ("monthly", 1, date(2026, 12, 30)),
        ("weekly", 5, date(2027, 1, 4)),
        ("weekly", 6, date(2027, 1, 11)),
        ("weekly", 7, date(2027, 1, 18)),
        ("weekly", 8, date(2027, 1, 25)),
        ("monthly", 2, date(2027, 2, 1)),  # planned for Saturday, 30 January
        ("weekly", 10, date(2027, 2, 8)),
        ("weekly", 11, date(2027, 2, 15)),
        ("weekly", 12, date(2027, 2, 22)),
        ("quarterly", 1, date(2027, 3, 1)),  # 28 February is a Sunday, and the monthly one of that week goes
    ]


def test_what_moved_and_what_was_replaced_is_said() -> None:
    found = _fall(date(2026, 11, 30), MemberClock(_NEW_YORK), 14)
    assert found[0].reason is None
    assert found[4].reason == "takes the place of the weekly nudge"
    assert found[9].reason == (
        "moved from 2027-01-30: not a working day; takes the place of the weekly nudge"
    )
    assert found[13].reason == (
        "moved from 2027-02-28: not a working day; takes the place of the weekly and monthly nudge"
    )


def test_a_holiday_moves_a_nudge_to_the_next_working_day() -> None:
    clock = MemberClock(_NEW_YORK, holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}))
    friday = _fall(date(2026, 12, 4), clock, 4, DEFAULT_CADENCES[:1])[3]
    assert (friday.planned_on, friday.on) == (date(2026, 12, 25), date(2026, 12, 28))
    assert friday.reason == "moved from 2026-12-25: holiday, not a working day"


def test_a_nudge_pushed_onto_the_next_one_is_skipped_and_the_next_says_so() -> None:
    fridays_only = MemberClock(_NEW_YORK, frozenset({4}), frozenset({date(2026, 12, 25)}))
    found = _fall(date(2026, 12, 4), fridays_only, 5, DEFAULT_CADENCES[:1])
    assert [o.slot for o in found] == [0, 1, 2, 4, 5]
    assert found[3].reason == "stands also for the one of 2026-12-25, which days off moved here"


def test_only_the_first_cadence_falls_in_the_first_week() -> None:
    cadences = (Cadence("weekly", "FREQ=WEEKLY"), Cadence("monthly", "FREQ=MONTHLY;BYMONTHDAY=2"))
    found = _fall(date(2026, 11, 30), MemberClock(_NEW_YORK), 6, cadences)
    assert [o.kind for o in found] == ["weekly", "weekly", "weekly", "weekly", "weekly", "monthly"]


@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        (date(2027, 1, 31), [(2, 28), (3, 31), (4, 30), (5, 31)]),
        (date(2028, 1, 30), [(2, 29), (3, 30), (4, 30), (5, 30)]),
        (date(2027, 12, 31), [(1, 31), (2, 29), (3, 31), (4, 30)]),
    ],
)
def test_a_monthly_rule_from_the_31st_keeps_to_the_end_of_the_month(
    anchor: date, days: list[tuple[int, int]]
) -> None:
    found = Recurrence("FREQ=MONTHLY").between(anchor, anchor + timedelta(days=1), date(2029, 1, 1))
    assert [(day.month, day.day) for _, day in found[:4]] == days


@given(rule=_SIMPLE, anchor=_DAYS, ahead=st.integers(0, 1200), length=st.integers(0, 400))
def test_arithmetic_agrees_with_dateutil(rule: str, anchor: date, ahead: int, length: int) -> None:
    anchor = anchor.replace(day=min(anchor.day, 28))
    begin = datetime.combine(anchor, time(0))
    first = anchor + timedelta(days=ahead)
    last = first + timedelta(days=length)
    days = rrulestr(rule, dtstart=begin).between(begin, datetime.combine(last, time(0)), inc=True)
    expected = [(number, day.date()) for number, day in enumerate(days) if day.date() >= first]
    assert Recurrence(rule).between(anchor, first, last) == expected


@given(anchor=_DAYS, ahead=st.integers(0, 1500))
def test_a_month_clamped_agrees_with_the_rule_written_out_in_full(anchor: date, ahead: int) -> None:
    full = ",".join(map(str, range(28, anchor.day + 1))) or str(anchor.day)
    first = anchor + timedelta(days=ahead)
    last = first + timedelta(days=120)
    spelled = Recurrence(f"FREQ=MONTHLY;BYMONTHDAY={full};BYSETPOS=-1")
    assert Recurrence("FREQ=MONTHLY").between(anchor, first, last) == spelled.between(anchor, first, last)


@pytest.mark.parametrize(
    "rule",
    ["", "weekly", "FREQ=HOURLY", "FREQ=WEEKLY;UNTIL=20270101", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;BYDAY=XX",
     "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=-1", "FREQ=WEEKLY;FREQ=DAILY", "FREQ=DAILY;BYHOUR=3",
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;INTERVAL=30"],
)  # fmt: skip
def test_a_rule_that_cannot_be_a_cadence_is_refused(rule: str) -> None:
    with pytest.raises(BadRecurrence):
        Cadence("own", rule)


def test_cadences_are_ordered_from_frequent_to_rare() -> None:
    assert in_order(DEFAULT_CADENCES[::-1]) == DEFAULT_CADENCES


@given(
    published=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    work_days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from([_NEW_YORK, "Asia/Gaza", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_the_first_nudge_falls_within_seven_days_of_publication(
    published: datetime, work_days: frozenset[int], zone: str
) -> None:
    clock = MemberClock(zone, work_days)
    anchor = anchor_on(published, clock)
    assert anchor.weekday() in work_days
    [first] = _fall(anchor, clock, 1)
    assert (first.kind, first.slot, first.on, first.reason) == ("weekly", 0, anchor, None)
    assert timedelta(0) < first.on - published.astimezone(first.local.tzinfo).date() <= timedelta(days=7)


@given(
    anchor=_DAYS,
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=60),
    work_days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_at_most_one_nudge_a_day_always_on_a_working_day_and_never_out_of_order(
    anchor: date, holidays: frozenset[date], work_days: frozenset[int]
) -> None:
    clock = MemberClock(_NEW_YORK, work_days, holidays)
    anchor = clock.working_day(anchor)
    found = _fall(anchor, clock, 40)
    assert all(clock.day_off(o.on) is None for o in found)
    assert all(earlier.on < later.on for earlier, later in pairwise(found))
    keys = [(o.kind, o.slot) for o in found]
    assert len(set(keys)) == len(keys)
    assert all((o.reason is None) or o.reason for o in found)
    assert all("moved from" in (o.reason or "") for o in found if o.on != o.planned_on)


@given(anchor=_DAYS)
def test_the_default_rhythm_brings_one_nudge_in_every_week(anchor: date) -> None:
    clock = MemberClock(_NEW_YORK)
    found = _fall(clock.working_day(anchor), clock, 60)
    weeks = [o.on - timedelta(days=o.on.weekday()) for o in found]
    assert {later - earlier for earlier, later in pairwise(weeks)} == {timedelta(weeks=1)}


@given(anchor=_DAYS, steps=st.integers(1, 30))
def test_starting_late_changes_nothing_that_follows(anchor: date, steps: int) -> None:
    clock = MemberClock(_NEW_YORK, holidays=frozenset({anchor + timedelta(days=steps)}))
    anchor = clock.working_day(anchor)
    whole = _fall(anchor, clock, 30)
    start = whole[0].on + timedelta(days=steps)
    late = _fall(anchor, clock, 10, start=start)
    assert late == [o for o in whole if o.on >= start][: len(late)]


@given(anchor=_DAYS, stagger=st.integers(0, 10**6))
def test_next_follows_next_without_a_gap(anchor: date, stagger: int) -> None:
    clock = MemberClock("Europe/London", holidays=frozenset({anchor + timedelta(days=7)}))
    anchor = clock.working_day(anchor)
    window, quiet = Window(), QuietHours()
    listed = list(
        islice(
            occurrences(
                DEFAULT_CADENCES, anchor=anchor, clock=clock, window=window, quiet=quiet, stagger=stagger
            ),
            15,
        )
    )
    after = datetime.combine(anchor, time(0), tzinfo=UTC) - timedelta(days=2)
    walked: list[Occurrence] = []
    for _ in listed:
        found = next_occurrence(
            DEFAULT_CADENCES, anchor=anchor, clock=clock, window=window, quiet=quiet, stagger=stagger,
            after=after,
        )  # fmt: skip
        assert found is not None
        walked.append(found)
        after = found.due_at
    assert walked == listed


def test_slots_count_on_ten_years_later() -> None:
    anchor = date(2026, 11, 30)
    found = next_occurrence(
        DEFAULT_CADENCES, anchor=anchor, clock=MemberClock(_NEW_YORK), window=Window(), quiet=QuietHours(),
        stagger=0, after=datetime(2036, 12, 2, tzinfo=UTC),
    )  # fmt: skip
    assert found is not None
    assert (found.kind, found.slot, found.on) == ("weekly", 523, anchor + timedelta(weeks=523))


def test_without_cadences_there_is_no_next_nudge() -> None:
    assert next_occurrence(
        (), anchor=date(2026, 11, 30), clock=MemberClock(_NEW_YORK), window=Window(), quiet=QuietHours(),
        stagger=0, after=datetime(2026, 12, 2, tzinfo=UTC),
    ) is None  # fmt: skip


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        MemberClock(_NEW_YORK, frozenset())
    holidays = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    with pytest.raises(NoWorkingDay):
        MemberClock(_NEW_YORK, holidays=holidays).working_day(date(2026, 1, 1))
