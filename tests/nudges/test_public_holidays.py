"""Whose holidays move a nudge, and what the reason calls them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice

import pytest

from nudges.cadence import Cadence, MemberClock, QuietHours, Window, occurrences
from nudges.public_holidays import Holidays, UnknownRegion

_WEEKLY = (Cadence("weekly", "FREQ=WEEKLY"),)
_THANKSGIVING = date(2026, 11, 26)


def test_a_public_holiday_moves_a_nudge_and_the_reason_names_it() -> None:
    clock = MemberClock("America/New_York", holidays=Holidays(region="US"))
    found = list(
        islice(
            occurrences(_WEEKLY, anchor=date(2026, 11, 19), clock=clock, window=Window(), quiet=QuietHours(),
                        stagger=0),
            3,
        )
    )  # fmt: skip
    assert [each.on for each in found] == [date(2026, 11, 19), date(2026, 11, 27), date(2026, 12, 3)]
    assert found[1].reason == "moved from 2026-11-26: holiday (Thanksgiving Day)"


@pytest.mark.parametrize(
    ("region", "day", "name"),
    [
        ("US", _THANKSGIVING, "Thanksgiving Day"),
        ("US-MA", date(2026, 4, 20), "Patriots' Day"),
        ("US", date(2026, 4, 20), None),
        ("DE-BY", date(2026, 1, 6), "Epiphany"),
        ("DE-HH", date(2026, 1, 6), None),
        ("FR", date(2026, 7, 14), "National Day"),
        ("GB", date(2026, 12, 28), "Boxing Day (substitute)"),
    ],
)
def test_regions_have_their_own_days(region: str, day: date, name: str | None) -> None:
    found = Holidays(region=region).name_of(day)
    assert (found is None) if name is None else (found or "").startswith(name.split(" (")[0])


def test_a_program_may_add_days_and_work_on_others() -> None:
    ours = Holidays(region="US", own=frozenset({date(2026, 12, 24)}), worked=frozenset({"Columbus Day"}))
    assert ours.name_of(date(2026, 12, 24)) == ""
    assert date(2026, 12, 24) in ours
    assert ours.name_of(date(2026, 10, 12)) is None
    assert ours.name_of(_THANKSGIVING) == "Thanksgiving Day"


def test_a_holiday_that_is_worked_is_worked_when_observed_on_another_day_too() -> None:
    assert date(2026, 7, 3) in Holidays(region="US")
    assert date(2026, 7, 3) not in Holidays(region="US", worked=frozenset({"Independence Day"}))


@pytest.mark.parametrize("region", ["XX", "US-ZZ", "us", "USA-1"])
def test_a_region_that_nobody_knows_is_refused(region: str) -> None:
    with pytest.raises(UnknownRegion, match="US-MA"):
        Holidays(region=region)


def test_threads_that_ask_for_a_fresh_year_at_once_get_the_same_answer() -> None:
    years = range(2040, 2060)
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda n: Holidays(region="US-NY").name_of(date(years[n % 20], 12, 25)), range(160))
        )
    assert set(found) == {"Christmas Day"}
