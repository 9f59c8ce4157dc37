"""Working hours become values: half hours on one clock, whatever zone they are worked in."""

import pytest

from pairing.meetings import Meetings
from pairing.policy import Person, Policy, Preference, Prohibition, Rule
from pairing.reasons import reasons
from pairing.working_hours import WORKING_HOURS, BadHours, hours_a_week, working_hours

NEW_YORK, DENVER, LONDON, KOLKATA = "America/New_York", "America/Denver", "Europe/London", "Asia/Kolkata"


def worker(id_: str, hours: str, zone: str, days: str = "") -> Person:
    held = working_hours(hours.split(";"), [int(day) for day in days], zone)
    return Person(id=id_, attributes={WORKING_HOURS: held})


def test_the_same_hours_two_zones_apart_overlap_by_what_they_share() -> None:
    east, west = worker("a", "09:00-17:00", NEW_YORK), worker("b", "09:00-17:00", DENVER)
    rule = Preference(attribute=WORKING_HOURS, rule=Rule.OVERLAP, weight=80)
    assert rule.score(east, east) == 80
    assert rule.score(east, west) == 60  # six of eight hours, summer and winter alike
    assert reasons([east, west], Policy(preferences=(rule,)), Meetings(), size=2) == (
        "For: working hours in common (30 a week).",
    )


def test_a_clock_that_changes_in_one_zone_only_counts_half_the_year() -> None:
    shared = working_hours(["08:00-12:00"], [0], LONDON) & working_hours(["13:30-17:30"], [0], KOLKATA)
    assert hours_a_week(shared) == "3.5"  # four hours in winter, three in summer


def test_a_night_shift_meets_the_next_morning_and_sunday_night_monday() -> None:
    night = working_hours(["19:00-07:00"], [6], NEW_YORK)
    morning = working_hours(["05:00-13:00"], [0], NEW_YORK)
    assert hours_a_week(night) == "12"
    assert hours_a_week(night & morning) == "2"


def test_those_who_share_no_hour_can_be_kept_apart() -> None:
    rule = Policy(prohibitions=(Prohibition(attribute=WORKING_HOURS, rule=Rule.DIFFERENT),))
    day, night = worker("a", "07:00-19:00", NEW_YORK), worker("b", "19:00-07:00", NEW_YORK)
    assert not rule.allows(day, night)
    assert rule.allows(day, worker("c", "12:00-20:00", DENVER))
    assert rule.allows(day, Person(id="d"))


@pytest.mark.parametrize("text", ["", "9-5", "09:15-17:00", "25:00-26:00", "morning"])
def test_hours_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(BadHours, match="07:00-19:00"):
        working_hours([text], [], NEW_YORK)
