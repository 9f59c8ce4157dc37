"""What members settle about themselves, each act once and on the trail."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from engine.change_membership import (
    LONGEST_PAUSE,
    NoSuchPause,
    choose_mode,
    keep_colours,
    pause_until,
    resume,
    start_messages,
    stop_messages,
    unsubscribe,
)
from engine.links import Purpose
from store.models import Colour, Member, Suppression, new_id
from tests.engine.people import Town

TODAY = date(2026, 11, 24)


def me(town: Town) -> Member:
    (member,) = town.rows(Member, ref="m1")
    return member


def test_a_pause_ends_on_the_day_chosen_or_when_the_member_resumes(town: Town) -> None:
    day = TODAY + timedelta(days=9)
    pause_until(town.deployment, town.member(), day, town.now)
    assert me(town).paused_until == day
    resume(town.deployment, town.member(), town.now)
    assert me(town).paused_until is None
    assert town.trail() == ["paused", "resumed"]


def test_resuming_ends_the_rest_after_a_red(town: Town) -> None:
    with town.deployment.database.writes.begin() as session:
        session.get_one(Member, town.member()).resting_since = town.now
    resume(town.deployment, town.member(), town.now)
    assert me(town).resting_since is None


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), TODAY + LONGEST_PAUSE + timedelta(days=1)])
def test_a_pause_to_a_day_that_is_not_ahead_or_too_far_is_refused(town: Town, day: date) -> None:
    with pytest.raises(NoSuchPause, match="within a year"):
        pause_until(town.deployment, town.member(), day, town.now)
    assert me(town).paused_until is None
    assert town.trail() == []


def test_the_longest_pause_is_a_year(town: Town) -> None:
    pause_until(town.deployment, town.member(), TODAY + LONGEST_PAUSE, town.now)
    assert me(town).paused_until == TODAY + LONGEST_PAUSE


def test_a_mode_is_one_of_two(town: Town) -> None:
    choose_mode(town.deployment, town.member(), "remind", town.now)
    assert me(town).mode == "remind"
    with pytest.raises(ValueError, match="loud"):
        choose_mode(town.deployment, town.member(), "loud", town.now)
    assert town.trail() == ["chose_remind"]


def test_colours_that_are_no_longer_kept_are_deleted(town: Town) -> None:
    with town.deployment.database.writes.begin() as session:
        for ref in ("m1", "m2"):
            session.add(Colour(id=new_id(), member_id=town.member(ref), colour="green", at=town.now))
    keep_colours(town.deployment, town.member(), False, town.now)
    assert [row.member_id for row in town.rows(Colour)] == [town.member("m2")]
    assert not me(town).keeps_colours


def by_page(town: Town) -> bool | None:
    return stop_messages(town.deployment, town.member(), "page", town.now)


def by_link(town: Town) -> bool | None:
    return unsubscribe(town.deployment, town.link(Purpose.UNSUBSCRIBE), town.now)


@pytest.mark.parametrize("stop", [by_page, by_link])
def test_stopping_holds_for_every_address_and_again_says_already(
    town: Town, stop: Callable[[Town], bool | None]
) -> None:
    assert stop(town) is True
    assert sorted(row.medium for row in town.rows(Suppression)) == ["email", "sms"]
    assert stop(town) is False
    assert town.trail() == ["opted_out"]


def test_a_link_of_another_kind_unsubscribes_nobody(town: Town) -> None:
    assert unsubscribe(town.deployment, town.link(Purpose.SUPPORT), town.now) is None
    assert town.rows(Suppression) == []


def test_starting_again_lifts_one_medium_only(town: Town) -> None:
    by_page(town)
    assert start_messages(town.deployment, town.member(), "sms", town.now)
    assert not start_messages(town.deployment, town.member(), "sms", town.now)
    assert not start_messages(town.deployment, town.member(), "pigeon", town.now)
    assert [row.medium for row in town.rows(Suppression)] == ["email"]
