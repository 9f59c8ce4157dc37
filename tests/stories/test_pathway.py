"""A case from the queue to its closure, as phones and mailboxes see it, with people who stay silent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.advance_cases import stranded
from engine.handle_incident import acknowledge, close_incident
from engine.program import StaffEntry
from engine.responders import NotYours
from engine.staff import sync_staff
from engine.work_request import follow_up, work_request
from escalation.incidents import IncidentOutcome
from escalation.requests import RequestEvent
from escalation.roster import Responder
from store.models import SupportRequest
from tests.stories.world import COORDINATOR_MAIL, RESPONDER_PHONE, SUPPORTER_MAIL, World

ONE, BACKUP_PHONE = "+12025550101", "+12025550195"
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


def with_backup(world: World) -> None:
    """Bea is the clinical backup, by text, and on no on-call chain."""
    program = world.deployment.program
    bea = StaffEntry(
        id="bea", name="Bea Ackup", email=None, phone=BACKUP_PHONE, unit="Psychiatry",
        roles=frozenset({"clinical_backup"}),
    )  # fmt: skip
    responder = Responder(id="bea", name="Bea Ackup", role="clinician", media=("sms",))
    roster = replace(program.roster, responders=(*program.roster.responders, responder), backups=("bea",))
    program = replace(program, staff=(*program.staff, bea), roster=roster)
    world.deployment = replace(world.deployment, program=program)
    sync_staff(world.deployment, world.clock.now())


def test_the_clinical_backup_is_paged_once_an_alarm_and_may_take_it(world: World) -> None:
    with_backup(world)
    a_request(world)
    for event in (E.MATCH, E.ACCEPT, E.FEAR):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    assert len(world.phone(BACKUP_PHONE)) == 1
    for event in (E.SETTLE, E.FEAR):  # the incident is open still: nothing new for the backup
        act(world, event)
    assert len(world.phone(BACKUP_PHONE)) == 1
    (incident,) = world.incidents()
    bea, now = world.staff("bea"), world.clock.now()
    acknowledge(world.deployment, incident.id, bea, call_by=now, calling_now=True, now=now)
    close_incident(world.deployment, incident.id, bea, IncidentOutcome.REACHED, now)
    for event in (E.SETTLE, E.FEAR):  # a fear anew
        act(world, event)
    assert len(world.phone(BACKUP_PHONE)) == 2


def test_the_clinical_backup_has_its_turn_in_the_chain_until_somebody_acknowledges(world: World) -> None:
    with_backup(world)
    a_request(world)
    for event in (E.MATCH, E.ACCEPT, E.FEAR):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    world.advance(minutes=11)
    assert len(world.phone(BACKUP_PHONE)) > 1


def test_a_crisis_of_no_case_is_not_the_clinical_backups(world: World) -> None:
    with_backup(world)
    world.enrol({})
    world.text(ONE, "I want to die")
    world.advance(minutes=30)
    assert world.phone(BACKUP_PHONE) == []
    (incident,) = world.incidents()
    now = world.clock.now()
    with pytest.raises(NotYours):
        acknowledge(world.deployment, incident.id, world.staff("bea"), call_by=now, calling_now=True, now=now)


def test_nudges_rest_until_somebody_is_in_touch_and_a_week_longer(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.text(ONE, "3")
    world.text(ONE, "3")
    for event in (E.MATCH, E.ACCEPT):
        act(world, event, "cora" if event is E.MATCH else "sofi")
    world.advance(days=1)
    act(world, E.TALK)
    heard = nudges(world)
    pass_time(world, quarters=4 * 7 - 1)
    assert nudges(world) == heard
    pass_time(world, quarters=4 * 8)
    assert nudges(world) > heard
    assert world.requests()[0].state == "talking"


def pass_time(world: World, *, quarters: int) -> None:
    """Quarters of a day, with a look at the end of each: a case at rest has something to look at every few minutes."""
    for _ in range(quarters):
        world.clock.at += timedelta(hours=6)
        world.tick()


def nudges(world: World) -> int:
    return sum("1 yes" in text for text in world.phone(ONE))


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
