"""A case from the queue to its closure, as phones and mailboxes see it, with people who stay silent."""

from datetime import timedelta

from engine.advance_cases import stranded
from engine.work_request import follow_up, work_request
from escalation.requests import RequestEvent
from store.models import SupportRequest
from tests.stories.world import COORDINATOR_MAIL, RESPONDER_PHONE, SUPPORTER_MAIL, World

ONE = "+12025550101"
E = RequestEvent


def a_request(world: World) -> SupportRequest:
    """Somebody asks, and says so twice."""
    world.enrol({}, {})
    world.text(ONE, "3")
    world.text(ONE, "3")
    return world.requests()[-1]


def act(world: World, event: RequestEvent, ref: str = "sofi") -> SupportRequest:
    """Somebody moves the case on; the engine goes round."""
    request = world.requests()[-1]
    done = work_request(
        world.deployment, request.id, event, staff=world.staff(ref), now=world.clock.now(),
        supporter_id=world.staff("sofi").id if event is E.MATCH else None,
    )  # fmt: skip
    world.tick()
    return done


def count(world: World, subject: str, address: str = SUPPORTER_MAIL) -> int:
    """How many mails of that subject arrived there."""
    return world.mailbox(address).count(f"Prepaired: {subject}")


def nobody_is_lost(world: World) -> bool:
    with world.deployment.database.reads() as session:
        return stranded(session, world.clock.now()) == []


def test_the_supporter_gets_a_link_and_no_detail(world: World) -> None:
    a_request(world)
    act(world, E.MATCH, "cora")
    (mail,) = [one for one in world.sandbox.memory.mails() if one.to == SUPPORTER_MAIL]
    assert "/console/requests/" in mail.text
    assert "Member1" not in mail.text + mail.subject
    assert ONE not in mail.text


def test_a_silent_supporter_is_reminded_once_and_then_the_case_is_back_in_the_queue(world: World) -> None:
    a_request(world)
    act(world, E.MATCH, "cora")
    world.advance(hours=4, minutes=1)
    assert count(world, "still waiting for your mark") == 1
    before = len(world.mailbox(COORDINATOR_MAIL))
    world.advance(hours=4)
    (request,) = world.requests()
    assert (request.state, request.supporter_id) == ("open", None)
    assert request.passed == [str(world.staff("sofi").id)]
    assert len(world.mailbox(COORDINATOR_MAIL)) == before + 1
    assert nobody_is_lost(world)


def test_a_case_goes_through_its_follow_ups_and_closes_by_itself(world: World) -> None:
    a_request(world)
    for event in (E.MATCH, E.ACCEPT, E.REACH, E.TALK):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    world.advance(hours=71)
    assert count(world, "time to ask again") == 0
    world.advance(hours=1, minutes=1)
    assert count(world, "time to ask again") == 1
    follow_up(world.deployment, world.requests()[0].id, staff=world.staff("sofi"), now=world.clock.now())
    world.advance(days=28)
    assert count(world, "time to ask again") == 2
    follow_up(world.deployment, world.requests()[0].id, staff=world.staff("sofi"), now=world.clock.now())
    assert nobody_is_lost(world)
    world.advance(days=7, minutes=1)
    assert [request.state for request in world.requests()] == ["closed"]
    assert count(world, "ten minutes for yourself") == 1


def test_a_fear_for_somebodys_safety_pages_until_a_human_acknowledges(world: World) -> None:
    a_request(world)
    for event in (E.MATCH, E.ACCEPT, E.FEAR):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    assert len(world.phone(RESPONDER_PHONE)) == 1
    world.advance(minutes=11)
    assert len(world.phone(RESPONDER_PHONE)) == 3
    assert not any("safety" in text or "Member1" in text for text in world.phone(RESPONDER_PHONE))
    (incident,) = world.incidents()
    assert incident.about == "other"
    assert len(world.phone(ONE)) == 2  # nobody writes to the person about it
    world.text(ONE, "I want to die")  # and their own words are answered as if nobody had
    assert sorted(one.about for one in world.incidents()) == ["other", "self"]
    assert "on-call" in world.phone(ONE)[-1]


def test_no_answer_is_tried_again_and_then_somebody_else_tries(world: World) -> None:
    a_request(world)
    for event in (E.MATCH, E.ACCEPT, E.MISS):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    world.advance(days=2, hours=1)
    assert count(world, "still waiting for your mark") == 2
    world.advance(days=1)
    assert world.requests()[0].state == "open"
    assert nobody_is_lost(world)


def test_a_case_that_nobody_touches_is_never_forgotten(world: World) -> None:
    a_request(world)
    world.advance(days=6)
    before = len(world.mailbox("director@example.org"))
    world.advance(days=2)
    assert len(world.mailbox("director@example.org")) == before + 2
    assert world.requests()[0].next_at is not None
    assert world.requests()[0].next_at > world.clock.now() - timedelta(seconds=1)
