"""Whether a message may go now, and what is said where it may not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudges.clock import QuietHours, UnknownZone
from nudges.holds import Action, Reason, Standing, Verdict, Viewer, shown_reason, verdict
from nudges.kinds import KINDS, policy_of

_ZONE = "America/New_York"
_QUIET = QuietHours()
_MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # Tuesday, 10:00 in New York
_EVENING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # 21:00 that day


def _judge(
    kind: str,
    *,
    now: datetime = _MORNING,
    send_before: datetime = _EVENING,
    zone: str = _ZONE,
    quiet: QuietHours = _QUIET,
    **facts: object,
) -> Verdict:
    standing = Standing(zone=zone, **facts)  # type: ignore[arg-type]
    return verdict(policy_of(kind), standing, now=now, send_before=send_before, quiet=quiet)


def _drop(reason: Reason) -> Verdict:
    return Verdict(action=Action.DROP, reason=reason)


def test_with_nothing_in_the_way_a_nudge_goes() -> None:
    assert _judge("weekly") == Verdict(action=Action.SEND)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"reachable": False}, Reason.NO_CHANNEL),
        ({"suppressed": True}, Reason.STOPPED),
        ({"consented": False}, Reason.NO_CONSENT),
        ({"status": "left"}, Reason.LEFT),
        ({"active_until": date(2026, 11, 23)}, Reason.LEFT),
        ({"group_active": False}, Reason.GROUP_DISSOLVED),
        ({"answered": True}, Reason.ANSWERED),
        ({"resting": True}, Reason.RESTING),
        ({"unit_paused": True}, Reason.UNIT_PAUSED),
        ({"active_from": date(2026, 11, 25)}, Reason.NOT_YET_ACTIVE),
        ({"status": "paused"}, Reason.PAUSED),
        ({"paused_until": date(2026, 11, 25)}, Reason.PAUSED),
        ({"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 24)}, Reason.AWAY),
        ({"away_from": date(2026, 11, 1)}, Reason.AWAY),
        ({"away_until": date(2026, 11, 24)}, Reason.AWAY),
    ],
)
def test_a_nudge_is_dropped_with_its_reason(facts: dict[str, object], reason: Reason) -> None:
    assert _judge("weekly", **facts) == _drop(reason)


@pytest.mark.parametrize(
    "facts",
    [
        {"active_until": date(2026, 11, 24)},
        {"active_from": date(2026, 11, 24)},
        {"paused_until": date(2026, 11, 24)},
        {"status": "paused", "paused_until": date(2026, 11, 24)},
        {"away_from": date(2026, 11, 25)},
        {"away_from": date(2026, 11, 20), "away_until": date(2026, 11, 23)},
    ],
)
def test_the_first_and_the_last_day_are_right(facts: dict[str, object]) -> None:
    assert _judge("weekly", **facts).action is Action.SEND


def test_leave_is_counted_in_the_members_own_zone() -> None:
    away = {"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 24)}
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # already the 25th in Tokyo
    later = now + timedelta(hours=12)
    assert _judge("weekly", now=now, send_before=later, zone="Asia/Tokyo", **away).action is Action.SEND
    assert _judge("weekly", now=now, send_before=later, zone=_ZONE, **away) == _drop(Reason.AWAY)


def test_one_second_before_quiet_hours_a_nudge_goes() -> None:
    assert _judge("weekly", now=_EVENING - timedelta(seconds=1)).action is Action.SEND


def test_at_the_first_second_of_quiet_hours_a_nudge_is_stale() -> None:
    assert _judge("weekly", now=_EVENING) == _drop(Reason.STALE)


def test_at_night_what_may_wait_waits_for_the_morning() -> None:
    found = _judge("introduction", now=_EVENING, send_before=_EVENING + timedelta(days=3))
    morning = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    assert found == Verdict(action=Action.WAIT, reason=Reason.QUIET_HOURS, until=morning)


def test_what_would_be_stale_by_morning_is_dropped_at_night() -> None:
    late = _judge("introduction", now=_EVENING, send_before=_EVENING + timedelta(hours=2))
    assert late == _drop(Reason.STALE)


def test_an_introduction_waits_for_the_end_of_leave() -> None:
    away = {"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 26)}
    found = _judge("introduction", send_before=_MORNING + timedelta(days=14), **away)
    back = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
    assert found == Verdict(action=Action.WAIT, reason=Reason.AWAY, until=back)


def test_an_introduction_is_not_kept_for_a_return_that_comes_too_late() -> None:
    away = {"away_from": date(2026, 11, 24), "away_until": date(2027, 1, 26)}
    assert _judge("introduction", send_before=_MORNING + timedelta(days=14), **away) == _drop(Reason.AWAY)


def test_while_halted_a_nudge_waits_and_then_ends_as_halted() -> None:
    assert _judge("weekly", halted=True) == Verdict(action=Action.WAIT, reason=Reason.HALTED)
    assert _judge("weekly", halted=True, now=_EVENING) == _drop(Reason.HALTED)


def test_answers_go_at_night_to_members_who_pause_or_rest() -> None:
    found = _judge(
        "help", now=_EVENING, send_before=_EVENING + timedelta(hours=1), status="left", resting=True,
        consented=False, suppressed=True, halted=True,
    )  # fmt: skip
    assert found.action is Action.SEND


def test_a_reminder_of_support_goes_although_the_request_is_open() -> None:
    assert _judge("support_reminder", resting=True).action is Action.SEND


_DATES = st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31))
_STANDINGS = st.builds(
    Standing,
    zone=st.sampled_from([_ZONE, "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    status=st.sampled_from(["active", "paused", "left"]),
    active_from=_DATES,
    active_until=_DATES,
    away_from=_DATES,
    away_until=_DATES,
    paused_until=_DATES,
    **{
        name: st.booleans()
        for name in (
            "consented",
            "suppressed",
            "group_active",
            "answered",
            "resting",
            "unit_paused",
            "halted",
        )
    },
)
_NOWS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
_KINDS = st.sampled_from([*sorted(KINDS), "weekly"])


@given(kind=_KINDS, standing=_STANDINGS, now=_NOWS, hours=st.integers(-3, 72))
def test_a_crisis_answer_always_goes_and_nothing_goes_late_or_unwanted(
    kind: str, standing: Standing, now: datetime, hours: int
) -> None:
    policy, send_before = policy_of(kind), now + timedelta(hours=hours)
    found = verdict(policy, standing, now=now, send_before=send_before, quiet=_QUIET)
    if policy.unstoppable:
        assert found.action is Action.SEND
        return
    assert (found.reason is None) is (found.action is Action.SEND)
    if found.action is Action.SEND:
        local = now.astimezone(ZoneInfo(standing.zone))
        assert now < send_before
        assert not (policy.awake_only and _QUIET.covers(local))
        assert not (policy.halts and standing.halted)
        assert not (standing.suppressed and not policy.despite_stop)
        assert not (policy.nudge and (standing.resting or standing.answered or not standing.consented))
    if found.action is Action.WAIT and found.until is not None:
        assert now < found.until < send_before


@given(standing=_STANDINGS, now=_NOWS)
def test_waiting_until_the_morning_ends_outside_quiet_hours(standing: Standing, now: datetime) -> None:
    policy = policy_of("introduction")
    found = verdict(policy, standing, now=now, send_before=now + timedelta(days=9), quiet=_QUIET)
    if found.reason is Reason.QUIET_HOURS:
        assert found.until is not None
        assert found.until.astimezone(ZoneInfo(standing.zone)).time() == time(8)


def test_leave_pause_and_rest_look_alike_to_a_coordinator() -> None:
    private = (Reason.AWAY, Reason.PAUSED, Reason.RESTING)
    assert {shown_reason(reason, Viewer.COORDINATOR) for reason in private} == {"resting"}
    assert shown_reason(Reason.STALE, Viewer.COORDINATOR) == "stale"


@pytest.mark.parametrize("reason", list(Reason))
def test_the_member_reads_the_true_reason_and_others_none(reason: Reason) -> None:
    assert shown_reason(reason, Viewer.MEMBER) == reason.value
    assert shown_reason(reason, Viewer.OTHER) is None


def test_an_unknown_zone_is_not_taken_for_utc() -> None:
    with pytest.raises(UnknownZone):
        _judge("weekly", zone="Mars/Olympus")
