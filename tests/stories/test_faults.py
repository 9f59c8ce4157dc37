"""Whatever a provider does with a request, each message arrives once, or is on record as not sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.outbox import State
from sandbox.faults import FaultKind
from tests.stories.world import World

PHONES = [f"+1202555{100 + number:04}" for number in range(1, 7)]


def enrolled(world: World, count: int = 6) -> None:
    world.enrol(*({"email": f"m{number}@example.org"} for number in range(1, count + 1)))
    world.publish()


@pytest.mark.parametrize(
    "fault",
    [
        FaultKind.ERROR,
        FaultKind.ERROR_AFTER_ACCEPT,
        FaultKind.HANG_UP,
        FaultKind.RATE_LIMIT,
        FaultKind.HANG_AFTER_ACCEPT,
    ],
)
def test_each_phone_receives_one_introduction_whatever_the_answer(world: World, fault: FaultKind) -> None:
    world.sandbox.faults.set(fault, next_requests=2, only="twilio")
    enrolled(world)
    report = world.tick()
    assert report.problems == []
    assert [len(world.phone(phone)) for phone in PHONES] == [1] * 6
    assert {m.state for m in world.messages(kind="introduction")} <= {State.SENT, State.DELIVERED}


def test_look_ups_are_at_most_two_for_each_row_in_doubt(world: World) -> None:
    world.sandbox.faults.set(FaultKind.ERROR, next_requests=4, only="twilio")  # the first meets the listing
    enrolled(world)
    report = world.tick()
    assert report.requeued == 3
    assert report.looked_up == 6


def test_a_refused_connection_leaves_everything_due_and_says_so(world: World) -> None:
    dead = replace(
        world.deployment,
        channels={
            "sms": _pointed_at(world, "http://127.0.0.1:1"),
            "email": world.deployment.channels["email"],
        },
    )
    alive, world.deployment = world.deployment, dead
    enrolled(world)
    report = world.tick()
    assert report.problems
    assert {m.state for m in world.messages(kind="introduction")} == {State.DUE}
    world.deployment = alive
    world.clock.at += timedelta(minutes=10)
    assert world.tick().problems == []
    assert [len(world.phone(phone)) for phone in PHONES] == [1] * 6


def _pointed_at(world: World, base: str) -> object:
    from channels.twilio import TwilioChannel
    from sandbox.state import ACCOUNT_SID, AUTH_TOKEN, NUMBER

    return TwilioChannel(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=NUMBER, public_url="http://127.0.0.1:9",
        api_base=base, per_second=1000, timeout=timedelta(seconds=1),
    )  # fmt: skip


def test_a_wrong_password_stops_the_sender_and_says_so(world: World) -> None:
    world.sandbox.auth_token = "changed at the provider"
    enrolled(world, 2)
    report = world.tick()
    assert any("account" in problem for problem in report.problems)
    assert {m.state for m in world.messages(kind="introduction")} == {State.DUE}


def test_an_unusable_number_is_told_by_mail_instead(world: World) -> None:
    world.enrol({"phone": "+15005550009", "email": "one@example.org", "email_consent": "yes"}, {})
    world.publish()
    world.tick()
    assert len(world.mailbox("one@example.org")) == 1
    world.advance(days=3)
    assert len(world.mailbox("one@example.org")) == 2


def test_a_number_that_opted_out_at_the_provider_is_suppressed_and_never_tried_again(world: World) -> None:
    world.enrol({"phone": "+15005550004", "email": "one@example.org", "email_consent": "yes"}, {})
    world.publish()
    world.tick()
    (dead,) = world.messages(kind="introduction", state=State.DEAD)
    assert dead.reason == "21610"
    assert world.mailbox("one@example.org") == []


def test_an_ambiguous_mail_is_never_repeated_blindly(world: World) -> None:
    world.enrol({"phone": "", "sms_consent": "", "email": "one@example.org", "email_consent": "yes"}, {})
    world.sandbox.faults.set(FaultKind.HANG_UP, next_requests=1, only="sendgrid")
    world.publish()
    world.tick()
    assert len(world.mailbox("one@example.org")) == 1
    (row,) = world.messages(kind="introduction", medium="email")
    assert row.state == State.DEAD
    assert row.reason == "in_doubt"


def test_after_three_days_without_a_scheduler_stale_nudges_are_dropped_not_sent_in_a_burst(
    world: World,
) -> None:
    enrolled(world)
    world.tick()
    world.clock.at += timedelta(days=17)
    world.tick()
    assert max(len(world.phone(phone)) for phone in PHONES) <= 2
    stale = world.messages(kind="weekly", reason="stale")
    assert len(stale) >= 6


def test_a_member_who_leaves_is_silent_at_once_and_the_buddy_joins_another_group(world: World) -> None:
    enrolled(world)
    world.tick()
    before = {phone: len(world.phone(phone)) for phone in PHONES}
    world.enrol(*({"status": "left"} if number == 1 else {} for number in range(1, 7)))
    world.advance(days=8)
    assert len(world.phone(PHONES[0])) == before[PHONES[0]]
    assert all(len(world.phone(phone)) > before[phone] for phone in PHONES[1:])


def test_introductions_of_a_round_published_before_any_channel_go_out_once_there_is_one(world: World) -> None:
    alive, world.deployment = world.deployment, replace(world.deployment, channels={})
    enrolled(world)
    world.deployment = alive
    world.tick()
    world.tick()
    assert [len(world.phone(phone)) for phone in PHONES] == [1] * 6


def test_a_mail_whose_answers_reach_nobody_says_so_first(world: World) -> None:
    world.enrol({"phone": "", "sms_consent": "", "email": "one@example.org", "email_consent": "yes"}, {})
    world.publish()
    world.tick()
    (mail,) = [one for one in world.sandbox.memory.mails() if one.to == "one@example.org"]
    assert mail.text.startswith("Please do not answer this mail")
    assert "988" in mail.text.splitlines()[0]
