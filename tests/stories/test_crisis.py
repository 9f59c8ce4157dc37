"""A text that sounds like a crisis: an honest answer at once, and a human paged until one acknowledges."""

from dataclasses import replace
from datetime import timedelta

from engine.answer_call import note_call_back
from engine.handle_incident import acknowledge, close_incident
from engine.receive import receive_sms
from engine.staff import staff_by_ref
from escalation.incidents import IncidentOutcome
from sandbox.faults import FaultKind
from store.models import Staff
from tests.stories.world import RESPONDER_PHONE, World

ONE, TWO, STRANGER = "+12025550101", "+12025550102", "+12025550177"


def responder(world: World) -> Staff:
    with world.deployment.database.reads() as session:
        found = staff_by_ref(session, "rene")
    assert found is not None
    return found


def test_a_crisis_text_is_answered_at_once_and_pages_the_person_on_call(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "I want to die")
    answer = world.phone(ONE)[-1]
    assert answer.startswith("Automatic reply")
    assert "988" in answer
    assert "alerting our on-call clinician" in answer
    (page,) = world.phone(RESPONDER_PHONE)
    assert "die" not in page


def test_nobody_on_call_means_that_no_alert_is_promised(unattended_world: World) -> None:
    world = unattended_world
    world.enrol({}, {})
    world.text(ONE, "I want to die")
    answer = world.phone(ONE)[-1]
    assert "alerting" not in answer
    assert "do not wait for us" in answer


def test_pages_repeat_until_a_human_acknowledges_and_then_the_person_hears_who_and_when(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "I want to die")
    world.advance(minutes=16)
    assert len(world.phone(RESPONDER_PHONE)) >= 3
    assert "do not wait for us" in world.phone(ONE)[-1]
    (incident,) = world.incidents()
    staff, now = responder(world), world.clock.now()
    acknowledge(
        world.deployment, incident.id, staff, call_by=now + timedelta(minutes=10), calling_now=False, now=now
    )
    world.tick()
    assert "Rene Sponder" in world.phone(ONE)[-1]
    pages = len(world.phone(RESPONDER_PHONE))
    world.advance(minutes=24)
    assert len(world.phone(RESPONDER_PHONE)) == pages
    close_incident(world.deployment, incident.id, staff, IncidentOutcome.REACHED, world.clock.now())
    (closed,) = world.incidents()
    assert closed.text_sealed is None


def test_a_strangers_crisis_is_answered_and_paged_and_other_strangers_hear_nothing(world: World) -> None:
    world.enrol({}, {})
    world.text(STRANGER, "hello?")
    assert world.phone(STRANGER) == []
    world.text(STRANGER, "I want to die")
    assert "988" in world.phone(STRANGER)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1


def test_nudges_rest_while_an_incident_is_open_and_digits_log_nothing(world: World) -> None:
    world.enrol({}, {})
    world.publish()
    world.advance(days=2, hours=2)
    world.text(ONE, "I want to die")
    world.text(ONE, "1")
    assert world.check_ins() == []
    (incident,) = world.incidents()
    staff, now = responder(world), world.clock.now()
    acknowledge(
        world.deployment, incident.id, staff, call_by=now + timedelta(days=9), calling_now=False, now=now
    )
    world.advance(days=7, hours=4)
    resting = {m.reason for m in world.messages(kind="weekly") if m.slot == 1}
    assert "resting" in resting


def test_a_crisis_from_a_number_that_stopped_is_answered_all_the_same(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "stop")
    world.text(ONE, "I want to die")
    assert world.phone(ONE)[-1].startswith("Automatic reply")
    assert len(world.phone(RESPONDER_PHONE)) == 1


def test_a_halt_stops_neither_the_answer_nor_the_page(world: World) -> None:
    from store import program_state

    world.enrol({}, {})
    with world.deployment.database.writes.begin() as session:
        program_state.halt(session, world.clock.now(), "drill")
    world.text(ONE, "I want to die")
    assert world.phone(ONE)[-1].startswith("Automatic reply")
    assert len(world.phone(RESPONDER_PHONE)) == 1


def test_who_writes_again_after_the_promised_call_is_paged_for_anew_until_somebody_acknowledges(
    world: World,
) -> None:
    world.enrol({}, {})
    world.text(ONE, "I want to die")
    (incident,) = world.incidents()
    staff, now = responder(world), world.clock.now()
    acknowledge(world.deployment, incident.id, staff, call_by=now, calling_now=True, now=now)
    world.advance(minutes=16)
    pages = len(world.phone(RESPONDER_PHONE))
    world.text(ONE, "I want to die")
    assert "alerting our on-call clinician" in world.phone(ONE)[-1]
    world.advance(minutes=21)
    assert len(world.phone(RESPONDER_PHONE)) >= pages + 4
    assert "do not wait for us" in world.phone(ONE)[-1]


def test_who_writes_again_while_being_called_reaches_the_responder_once(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "I want to die")
    (incident,) = world.incidents()
    staff, now = responder(world), world.clock.now()
    acknowledge(world.deployment, incident.id, staff, call_by=now, calling_now=True, now=now)
    pages = len(world.phone(RESPONDER_PHONE))
    world.text(ONE, "I want to die")
    world.advance(minutes=14)
    assert len(world.phone(RESPONDER_PHONE)) == pages + 1
    assert "Rene Sponder" in world.phone(ONE)[-1]


def test_call_after_a_stop_still_reaches_the_responder(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "STOP, I want to die")
    pages = len(world.phone(RESPONDER_PHONE))
    world.text(ONE, "CALL")
    (incident,) = world.incidents()
    assert incident.wants_call
    assert len(world.phone(RESPONDER_PHONE)) == pages + 1


def test_who_asks_for_support_after_a_stop_is_told_where_it_is_and_nothing_else_starts_again(
    world: World,
) -> None:
    world.enrol({}, {})
    world.publish()
    world.tick()
    world.text(ONE, "stop")
    world.text(ONE, "3")
    assert "988" in world.phone(ONE)[-1]
    assert "/s/" in world.phone(ONE)[-1]
    heard = len(world.phone(ONE))
    world.advance(days=8)
    assert len(world.phone(ONE)) == heard


def test_a_crisis_text_from_a_number_that_is_somebody_elses_is_not_laid_at_the_members_door(
    world: World,
) -> None:
    world.enrol({}, {})
    world.text(ONE, "wrong number")
    world.text(ONE, "I want to die")
    assert "988" in world.phone(ONE)[-1]
    (incident,) = world.incidents()
    assert incident.member_id is None
    assert len(world.phone(RESPONDER_PHONE)) == 1


def test_who_feared_for_another_and_then_is_in_danger_themselves_is_answered_about_themselves(
    world: World,
) -> None:
    world.enrol({}, {})
    world.text(ONE, "my buddy told me she wants to die")
    world.text(ONE, "I want to kill myself")
    world.text(TWO, "I want to die")
    assert [incident.about for incident in world.incidents()] == ["self", "self"]
    assert world.phone(ONE)[-1] == world.phone(TWO)[-1] != world.phone(ONE)[0]


def test_a_call_from_a_number_that_is_somebody_elses_is_not_laid_at_the_members_door(world: World) -> None:
    world.enrol({}, {})
    world.text(ONE, "wrong number")
    note_call_back(world.deployment, ONE, world.clock.now())
    assert [incident.member_id for incident in world.incidents()] == [None]


def test_a_crisis_text_of_ten_minutes_of_outage_is_answered_and_paged_on_return(world: World) -> None:
    world.enrol({}, {})
    world.sandbox.write_text(
        ONE, "I want to die"
    )  # our webhook is down: the provider tries once, and gives up
    world.clock.at += timedelta(minutes=10)
    returned = world.clock.now()
    world.tick()
    assert "988" in world.phone(ONE)[-1]
    assert "alerting our on-call clinician" in world.phone(ONE)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1
    assert world.clock.now() - returned < timedelta(minutes=1)


def test_a_crisis_answer_in_doubt_waits_for_no_second_look(world: World) -> None:
    world.enrol({}, {})
    world.deployment = replace(world.deployment, lookup_wait=timedelta(hours=1))
    world.sandbox.faults.set(FaultKind.ERROR, next_requests=3, only="twilio")  # the listing, answer and page
    asked = world.clock.now()
    receive_sms(world.deployment, provider_id="SM1", from_=ONE, body="I want to die", now=asked)
    world.tick()
    assert "988" in world.phone(ONE)[-1]
    assert len(world.phone(RESPONDER_PHONE)) == 1
    assert world.clock.now() - asked < timedelta(minutes=1)


def test_a_cry_after_many_short_texts_is_answered_and_one_cry_over_and_over_only_pages(world: World) -> None:
    world.enrol({}, {})
    for number in range(14):
        world.text(ONE, f"ok {number} thing")
    assert not any("Automatic reply" in text for text in world.phone(ONE))
    world.text(ONE, "I want to die")
    assert "Automatic reply" in world.phone(ONE)[-1]
    assert len(world.incidents()) == 1
    assert any("needs you now" in text for text in world.phone(RESPONDER_PHONE))
    for _ in range(10):
        world.text(ONE, "I want to die")
    answers = [text for text in world.phone(ONE) if "Automatic reply" in text]
    assert 1 <= len(answers) <= 5
