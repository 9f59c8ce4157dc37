"""Calls over the wire: the official client places them, a stand-in Twilio asks us what to say and presses keys."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.twilio_calls import TwilioCallChannel
from engine.answer_call import CALLING_NOW, LATER
from engine.flag_crisis import flag_crisis
from engine.page_responders import page_responders
from engine.send_urgent import send_urgent
from sandbox.calls import Call
from sandbox.server import SandboxServer
from sandbox.state import NUMBER, SandboxState
from store.models import Incident, Member, Message
from tests.web.hospital import Hospital
from tests.web.pages.conftest import TOKENS

RAY, MEMBER, STRANGER = "+12025550142", "+12025550101", "+12025550177"
TEXT = "I cannot go on like this"


@pytest.fixture
def hospital(hospital: Hospital, url: str) -> Iterator[Hospital]:
    """The hospital, with calls as a third way to page."""
    state = SandboxState(clock=hospital.clock.now, public_url=url, auth_token=TOKENS[0])
    with SandboxServer(state) as server:
        calls = TwilioCallChannel(
            account_sid=state.account_sid, auth_token=TOKENS[0], from_number=NUMBER, public_url=url,
            api_base=server.twilio_base, timeout=timedelta(seconds=5),
        )  # fmt: skip
        channels = {**hospital.deployment.channels, "call": calls}
        hospital.deployment = replace(hospital.deployment, channels=channels)
        hospital.twilio = state
        yield hospital


@pytest.fixture
def twilio(hospital: Hospital) -> SandboxState:
    """The stand-in that the hospital calls through."""
    assert hospital.twilio is not None
    return hospital.twilio


def flagged(hospital: Hospital) -> UUID:
    with hospital.deployment.database.writes.begin() as session:
        member = session.scalars(select(Member).where(Member.ref == "m1")).one()
        return flag_crisis(
            session, hospital.deployment, about="self", member=member, medium="sms", address=MEMBER,
            address_index=member.contacts[-1].address_index, text=TEXT, now=hospital.clock.now(),
        ).id  # fmt: skip


def paged(hospital: Hospital, twilio: SandboxState, *keys: str) -> list[Call]:
    """What Ray's phone went through once it was paged and those keys were pressed."""
    twilio.exchange.will_press(RAY, *keys)
    send_urgent(hospital.deployment, hospital.clock)
    assert twilio.settle()
    return twilio.memory.calls(to=RAY)


def incidents(hospital: Hospital) -> list[Incident]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(Incident)))


@pytest.mark.usefixtures("served")
def test_a_page_by_call_names_nobody_and_pressing_1_takes_it(
    hospital: Hospital, twilio: SandboxState
) -> None:
    flagged(hospital)
    (call,) = paged(hospital, twilio, "1")
    assert call.pressed == ["1"]
    assert "Somebody needs you now" in call.heard[0]
    assert "It is yours" in call.heard[-1]
    assert "Marisol" not in " ".join(call.heard)
    assert TEXT not in " ".join(call.heard)
    (incident,) = incidents(hospital)
    assert incident.state == "acknowledged"
    assert incident.acknowledged_by == hospital.staff("ray").id
    assert incident.call_by == hospital.clock.now() + CALLING_NOW


@pytest.mark.usefixtures("served")
def test_pressing_2_promises_a_call_within_half_an_hour(hospital: Hospital, twilio: SandboxState) -> None:
    flagged(hospital)
    paged(hospital, twilio, "2")
    (incident,) = incidents(hospital)
    assert incident.call_by == hospital.clock.now() + LATER
    assert len(hospital.messages("crisis_acknowledged")) == 1


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("key", ["3", "9", "#"])
def test_any_other_key_takes_nothing(hospital: Hospital, twilio: SandboxState, key: str) -> None:
    flagged(hospital)
    (call,) = paged(hospital, twilio, key)
    assert incidents(hospital)[0].state == "open"
    assert ("nobody else to page" in call.heard[-1]) is (key == "3")


@pytest.mark.usefixtures("served")
def test_a_silent_responder_is_called_and_may_say_that_nobody_answers(
    hospital: Hospital, twilio: SandboxState
) -> None:
    flagged(hospital)
    paged(hospital, twilio, "1")
    hospital.clock.sleep(timedelta(minutes=21))
    page_responders(hospital.deployment, hospital.clock.now())
    calls = paged(hospital, twilio, "1")
    assert "Have you reached them" in calls[-1].heard[0]
    (incident,) = incidents(hospital)
    assert (incident.tries, incident.reminded_at) == (1, None)


@pytest.mark.usefixtures("served")
def test_a_page_that_is_over_says_so(hospital: Hospital, twilio: SandboxState, url: str) -> None:
    call = twilio.exchange.place(to=RAY, from_=NUMBER, url=f"{url}/webhooks/twilio/voice?p={'0' * 32}")
    twilio.exchange.ring(call)
    assert twilio.settle()
    assert "over" in call.heard[0]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("phone", [MEMBER, STRANGER])
def test_who_calls_the_number_hears_the_lines_and_may_leave_a_call_back(
    hospital: Hospital, twilio: SandboxState, phone: str
) -> None:
    call = twilio.call_program(phone)
    assert twilio.settle()
    assert "9  1  1" in call.heard[0] or "9 1 1" in call.heard[0]
    assert "9 8 8" in call.heard[0]
    assert incidents(hospital) == []
    assert twilio.exchange.press(call.sid, "1")
    assert twilio.settle()
    (incident,) = incidents(hospital)
    assert (incident.about, incident.wants_call, incident.medium) == ("call_back", True, "sms")
    assert (incident.member_id is not None) is (phone == MEMBER)
    assert "alerting our on-call chaplain" in call.heard[-1]
    assert {one.medium for one in hospital.messages("page")} == {"sms", "email", "call"}


@pytest.mark.usefixtures("served")
def test_a_second_call_back_joins_the_first(hospital: Hospital, twilio: SandboxState) -> None:
    twilio.exchange.will_press(STRANGER, "1", "1")
    twilio.call_program(STRANGER)
    assert twilio.settle()
    twilio.call_program(STRANGER)
    assert twilio.settle()
    assert len(incidents(hospital)) == 1


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("number", ["anonymous", "+266696687", "988"])
def test_a_hidden_number_cannot_be_called_back_and_is_told_so(
    hospital: Hospital, twilio: SandboxState, number: str
) -> None:
    twilio.exchange.will_press(number, "1")
    call = twilio.call_program(number)
    assert twilio.settle()
    assert "cannot see your number" in call.heard[-1]
    assert incidents(hospital) == []


@pytest.mark.usefixtures("served")
def test_where_nobody_is_on_call_no_caller_is_promised_anything(
    hospital: Hospital, twilio: SandboxState
) -> None:
    flagged(hospital)
    with hospital.deployment.database.writes.begin() as session:  # Ray is of the unit of the one who calls
        ray = session.merge(hospital.staff("ray"))
        ray.unit_sealed = hospital.deployment.vault.seal("ICU", "staff", "unit", ray.id)
    twilio.exchange.will_press("+12025550102", "1")
    call = twilio.call_program("+12025550102")
    assert twilio.settle()
    assert "nobody on our team is on call" in call.heard[-1]
    assert "alerting" not in call.heard[-1]


def test_the_outbox_keeps_no_name_beside_a_page(hospital: Hospital) -> None:
    flagged(hospital)
    with hospital.deployment.database.reads() as session:
        pages = session.scalars(select(Message).where(Message.kind == "page")).all()
    assert pages
    assert all(page.member_id is None for page in pages)
