"""From "3" on a phone to the coordinator's queue; nobody knows before the member says so twice."""

from datetime import timedelta

import pytest

from scripts.messages import outbox
from tests.stories.world import COORDINATOR_MAIL, RESPONDER_PHONE, World

ONE, TWO = "+12025550101", "+12025550102"


def test_a_first_three_tells_nobody_and_a_second_one_reaches_the_coordinator(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    (wish,) = world.requests()
    assert wish.state == "pending"
    assert world.mailbox(COORDINATOR_MAIL) == []
    assert "/s/" in world.phone(ONE)[-1]
    world.text(ONE, "3")
    (request,) = world.requests()
    assert request.state == "open"
    assert request.opened_at is not None
    assert request.match_by == request.opened_at + timedelta(hours=24)
    assert len(world.mailbox(COORDINATOR_MAIL)) == 1
    assert "Cora Ordin" in world.phone(ONE)[-1]


@pytest.mark.parametrize("words", ["CALL", "ｃａｌｌ 🙏", "yes, please call me"])
def test_a_red_tells_nobody_and_the_call_offered_after_it_reaches_the_coordinator_at_once(
    world: World, words: str
) -> None:
    world.enrol({}, {})
    world.text(ONE, "red")
    assert "Reply CALL" in world.phone(ONE)[-1]
    assert world.requests() == []
    world.text(ONE, words)
    assert [request.state for request in world.requests()] == ["open"]
    assert len(world.mailbox(COORDINATOR_MAIL)) == 1
    assert "Cora Ordin has your request" in world.phone(ONE)[-1]


def test_a_three_after_a_red_is_still_only_the_first_of_two(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "red")
    world.text(ONE, "3")
    assert [request.state for request in world.requests()] == ["pending"]
    assert world.mailbox(COORDINATOR_MAIL) == []


def test_a_call_asked_for_after_a_worry_pages_and_one_after_a_wish_for_support_does_not(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "4")
    assert "reply CALL" in world.phone(ONE)[-1]
    assert world.incidents() == []
    world.text(ONE, "CALL")
    (incident,) = world.incidents()
    assert (incident.about, incident.wants_call) == ("other", True)
    assert "alerting our on-call clinician to call you" in world.phone(ONE)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1
    world.text(TWO, "4")
    world.text(TWO, "3")
    world.text(TWO, "CALL")
    assert len(world.incidents()) == 1
    assert [request.state for request in world.requests()] == ["open"]


def test_an_unconfirmed_wish_is_reminded_once_next_morning_and_then_forgotten(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    before = len(world.phone(ONE))
    world.advance(days=9)
    assert len(world.phone(ONE)) == before + 1
    (wish,) = world.requests()
    assert wish.state == "expired"
    assert world.mailbox(COORDINATOR_MAIL) == []


def test_a_missed_deadline_goes_up_the_ladder_one_rung_at_a_time(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3")
    world.advance(hours=24, minutes=1)
    assert world.mailbox(COORDINATOR_MAIL).count("Prepaired: past its time") == 1
    assert world.mailbox("director@example.org") == []
    world.advance(hours=8)
    assert world.mailbox("director@example.org") == ["Prepaired: past its time"]


def test_stop_with_an_open_request_reaches_a_human(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3")
    world.text(ONE, "stop")
    assert len(world.mailbox(COORDINATOR_MAIL)) == 2


def test_a_worry_opens_three_doors_and_keeps_nothing(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "4")
    assert "/s/" in world.phone(ONE)[-1]
    assert world.requests() == []
    assert world.incidents() == []


def test_the_outbox_as_an_engineer_sees_it_does_not_tell_who_asked_for_support(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "3")
    world.text(ONE, "3")
    with world.deployment.database.reads() as session:
        rows = list(outbox(session))
    assert {(row["member"], row["kind"]) for row in rows if row["kind"] != "introduction"} == {
        (None, "answer"),
        (None, "notice"),
    }
