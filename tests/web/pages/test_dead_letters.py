"""What died is a row that a coordinator sees with its cause, and may send once more while it is due."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from engine.drain_sender import drain_sender
from store.models import AuditEntry, ContactPoint, Message
from tests.web.hospital import Hospital
from tests.web.pages.forms import form_token

SignedIn = Callable[[str], httpx.Client]


def let_die(hospital: Hospital, **columns: object) -> Message:
    """One introduction as the provider's refusal leaves it."""
    message = hospital.messages("introduction")[0]
    dead = {"state": "dead", "reason": "30007", "attempts": 1, "settled_at": hospital.clock.now()}
    with hospital.deployment.database.writes.begin() as session:
        session.execute(update(Message).where(Message.id == message.id).values(**(dead | columns)))
    return message


def stored(hospital: Hospital, message: Message) -> Message:
    with hospital.deployment.database.reads() as session:
        return session.get_one(Message, message.id)


def requeue(client: httpx.Client, message: Message, **fields: str) -> httpx.Response:
    token = form_token(client.get("/console/messages").text)
    data: Mapping[str, str] = {"token": token, "act": "requeue"} | fields
    return client.post(f"/console/messages/{message.id}", data=data)


@pytest.fixture
def by_day(hospital: Hospital) -> Hospital:
    """In the morning, when introductions may go."""
    hospital.clock.at = hospital.clock.at.replace(hour=15)
    return hospital


def test_a_dead_message_is_shown_with_its_cause_and_a_button(signed_in: SignedIn, hospital: Hospital) -> None:
    let_die(hospital)
    shown = signed_in("ana").get("/console/messages?state=dead").text
    assert "the carrier filtered it; our number may need registering (30007)" in shown
    assert "Send it again" in shown


def test_a_requeued_message_goes_once_more_with_fresh_links_and_on_the_trail(
    signed_in: SignedIn, by_day: Hospital
) -> None:
    message = let_die(by_day)
    assert requeue(signed_in("ana"), message).headers["location"] == "/console/messages?state=dead"
    assert "twilio:test" in by_day.woken
    drain_sender(by_day.deployment, "twilio:test", by_day.clock)
    assert stored(by_day, message).state == "sent"
    sent = [one for one in by_day.deployment.channels["sms"].sent if one.message_id == message.id.hex]
    assert len(sent) == 1
    with by_day.deployment.database.reads() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "message_requeued")).all()
    assert [(one.actor, one.subject) for one in acts] == [("staff:ana", str(message.id))]


def test_a_second_press_changes_nothing(signed_in: SignedIn, hospital: Hospital) -> None:
    message = let_die(hospital)
    requeue(signed_in("ana"), message)
    again = requeue(signed_in("ana"), message)
    assert again.status_code == 409
    assert "not waiting for you any more" in again.text


def test_what_is_no_longer_due_is_not_sent_again(signed_in: SignedIn, hospital: Hospital) -> None:
    message = let_die(hospital, send_before=hospital.clock.now() + timedelta(minutes=1))
    hospital.clock.sleep(timedelta(minutes=1))
    assert "Send it again" not in signed_in("ana").get("/console/messages?state=dead").text
    assert requeue(signed_in("ana"), message).status_code == 409
    assert stored(hospital, message).state == "dead"


def test_a_requeue_asks_every_question_anew(signed_in: SignedIn, by_day: Hospital) -> None:
    message = let_die(by_day)
    requeue(signed_in("ana"), message)
    with by_day.deployment.database.writes.begin() as session:
        session.execute(
            update(ContactPoint).where(ContactPoint.member_id == message.member_id).values(consented=False)
        )
    drain_sender(by_day.deployment, "twilio:test", by_day.clock)
    assert (stored(by_day, message).state, stored(by_day, message).reason) == ("dropped", "no_consent")


def test_a_requeue_takes_the_other_way_where_the_number_is_unusable(
    signed_in: SignedIn, hospital: Hospital
) -> None:
    message = let_die(hospital, reason="21211")
    with hospital.deployment.database.writes.begin() as session:
        session.execute(
            update(ContactPoint)
            .where(ContactPoint.member_id == message.member_id, ContactPoint.medium == "sms")
            .values(unusable_since=hospital.clock.now())
        )
    requeue(signed_in("ana"), message)
    assert (stored(hospital, message).medium, stored(hospital, message).sender) == ("email", "mail:test")


@pytest.mark.parametrize("ref", ["dee", "ray", "sam", "cy"])
def test_only_a_coordinator_may_send_again(signed_in: SignedIn, hospital: Hospital, ref: str) -> None:
    message = let_die(hospital)
    client = signed_in(ref)
    token = form_token(client.get("/console").text)
    answer = client.post(f"/console/messages/{message.id}", data={"token": token, "act": "requeue"})
    assert answer.status_code == 403
    assert stored(hospital, message).state == "dead"


def test_a_form_of_another_session_changes_nothing(signed_in: SignedIn, hospital: Hospital) -> None:
    message = let_die(hospital)
    assert requeue(signed_in("ana"), message, token="of another").status_code in (400, 403, 409)
    assert stored(hospital, message).state == "dead"
