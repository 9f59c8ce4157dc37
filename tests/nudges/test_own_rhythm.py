"""A member's own rhythm and hour, windows out of quiet hours, and numbers that never repeat under another rule."""

from datetime import date, time
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudges.cadence import (
    DEFAULT_CADENCES,
    BadRecurrence,
    Cadence,
    MemberClock,
    QuietHours,
    Window,
    occurrences,
    own_cadences,
)
from nudges.rhythm_words import rhythm_named
from nudges.silence import Rung, SilencePolicy, needed_for, next_rung


def test_a_member_may_keep_the_rarer_cadences_only() -> None:
    assert own_cadences("", DEFAULT_CADENCES) == DEFAULT_CADENCES
    assert own_cadences("quarterly monthly", DEFAULT_CADENCES) == DEFAULT_CADENCES[1:]
    assert own_cadences("daily", DEFAULT_CADENCES) == DEFAULT_CADENCES  # the program has none of that name


def test_a_member_may_have_a_rule_of_their_own_whose_numbers_are_counted_apart() -> None:
    fortnightly, *rest = own_cadences("weekly:FREQ=WEEKLY;INTERVAL=2 monthly quarterly", DEFAULT_CADENCES)
    assert fortnightly == Cadence("weekly", "FREQ=WEEKLY;INTERVAL=2")
    assert tuple(rest) == DEFAULT_CADENCES[1:]
    assert fortnightly.series not in {cadence.series for cadence in DEFAULT_CADENCES}
    with pytest.raises(BadRecurrence):
        own_cadences("weekly:FREQ=HOURLY", DEFAULT_CADENCES)


def test_who_keeps_monthly_and_quarterly_is_nudged_a_dozen_times_a_year() -> None:
    found = list(
        islice(
            occurrences(DEFAULT_CADENCES[1:], anchor=date(2027, 1, 4), clock=MemberClock("America/New_York"),
                        window=Window(), quiet=QuietHours(), stagger=0),
            14,
        )
    )  # fmt: skip
    in_a_year = [each for each in found if each.on < date(2028, 1, 1)]
    assert len(in_a_year) in (12, 13, 14)
    assert {each.kind for each in in_a_year} == {"monthly", "quarterly"}


@given(
    starts=st.integers(0, 22 * 60), length=st.integers(1, 90), stagger=st.integers(0, 10**6),
    quiet=st.sampled_from([QuietHours(), QuietHours(time(22), time(6)), QuietHours(time(0), time(9)),
                           QuietHours(time(13), time(15)), QuietHours(time(4), time(4))]),
)  # fmt: skip
def test_a_minute_in_quiet_hours_moves_out_of_them_and_others_stay(
    starts: int, length: int, stagger: int, quiet: QuietHours
) -> None:
    ends = min(starts + length, 24 * 60 - 1)
    window = Window(time(starts // 60, starts % 60), time(ends // 60, ends % 60))
    wall, moved = window.awake(stagger, quiet)
    assert not quiet.covers(wall)
    assert moved == quiet.covers(window.at(stagger))
    assert moved or wall == window.at(stagger)


def test_what_leaves_quiet_hours_says_so() -> None:
    [found] = islice(
        occurrences(DEFAULT_CADENCES, anchor=date(2027, 1, 4), clock=MemberClock("America/New_York"),
                    window=Window(time(6), time(7)), quiet=QuietHours(), stagger=0, because="night shift"),
        1,
    )  # fmt: skip
    assert found.local.time() == time(8)
    assert found.reason == "night shift; quiet hours"


@pytest.mark.parametrize(
    ("words", "kind"),
    [("MONTHLY", "monthly"), ("Monthly, please!", "monthly"), ("ok once a month", "monthly"), ("Mensual", "monthly"),
     ("weekly", "weekly"), ("keep it weekly thanks", "weekly"), ("we had our monthly call", None), ("1", None),
     ("monthly " * 40, None), ("", None)],
)  # fmt: skip
def test_a_rhythm_is_named_by_the_whole_message_or_not_at_all(words: str, kind: str | None) -> None:
    assert rhythm_named(words) == kind


@pytest.mark.parametrize(
    ("taken", "weeks", "may_offer", "may_tell", "then"),
    [
        (Rung.NONE, 2, True, True, None),
        (Rung.NONE, 3, True, True, Rung.OFFERED),
        (Rung.NONE, 4, False, True, None),  # nothing gentler to offer: the buddy, when it is time
        (Rung.NONE, 5, False, True, Rung.BUDDY),
        (Rung.OFFERED, 4, True, True, None),
        (Rung.OFFERED, 5, True, True, Rung.BUDDY),
        (Rung.BUDDY, 7, True, True, Rung.COORDINATOR),
        (Rung.BUDDY, 99, True, False, None),  # never without the member's own wish
        (Rung.COORDINATOR, 99, True, True, None),
    ],
)
def test_steps_follow_each_other(
    taken: Rung, weeks: int, may_offer: bool, may_tell: bool, then: Rung | None
) -> None:
    assert next_rung(SilencePolicy(), taken, weeks, may_offer=may_offer, may_tell=may_tell) == then


def test_a_step_that_the_program_leaves_out_is_not_taken() -> None:
    policy = SilencePolicy(offer=0, buddy=4, coordinator=0)
    assert next_rung(policy, Rung.NONE, 4, may_offer=True, may_tell=True) is Rung.BUDDY
    assert next_rung(policy, Rung.BUDDY, 99, may_offer=True, may_tell=True) is None
    assert needed_for(policy, Rung.BUDDY) == 4
