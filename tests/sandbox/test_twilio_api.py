"""The stand-in Twilio on the wire: what it answers, lists, calls back and forwards."""

import http.client
import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from channels.twilio_webhooks import inbound_sms, parse_form, status_update, verify
from sandbox.faults import FaultKind
from sandbox.sms import segments
from sandbox.state import ACCOUNT_SID, AUTH_TOKEN, NUMBER, SandboxState
from tests.sandbox.recorder import Asked
from tests.sandbox.stage import AT, Stage, text

PHONE = "+15551230001"


def call(
    stage: Stage, method: str, path: str, form: dict[str, str] | None = None, token: str = AUTH_TOKEN
) -> tuple[int, Any]:
    """One plain request to the Messages API: status and JSON."""
    connection = http.client.HTTPConnection(urlsplit(stage.server.url).netloc, timeout=5)
    pair = b64encode(f"{ACCOUNT_SID}:{token}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    target = f"/sandbox/twilio/2010-04-01/Accounts/{ACCOUNT_SID}{path}"
    connection.request(method, target, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    status, body = answer.status, json.loads(answer.read())
    connection.close()
    return status, body


def is_signed(stage: Stage, asked: Asked) -> bool:
    """What the program would check: its own address, the raw path and query, and the form."""
    return verify(
        url=stage.program.url + asked.path,
        params=parse_form(asked.body),
        signature=asked.headers["X-Twilio-Signature"],
        tokens=[AUTH_TOKEN],
    )


def statuses(stage: Stage) -> list[str]:
    asked = stage.program.on("/webhooks/twilio/status")
    return [status_update(parse_form(one.body)).status for one in asked]


def test_a_created_text_is_told_in_the_fields_of_the_description(stage: Stage) -> None:
    status, told = call(stage, "POST", "/Messages.json", {"To": PHONE, "From": NUMBER, "Body": "Hi 👍"})
    assert status == 201
    assert set(told) == {
        "account_sid",
        "api_version",
        "body",
        "date_created",
        "date_sent",
        "date_updated",
        "direction",
        "error_code",
        "error_message",
        "from",
        "messaging_service_sid",
        "num_media",
        "num_segments",
        "price",
        "price_unit",
        "sid",
        "status",
        "subresource_uris",
        "to",
        "uri",
    }
    assert (told["status"], told["direction"], told["num_segments"]) == ("queued", "outbound-api", "1")
    assert told["date_created"] == "Tue, 24 Nov 2026 15:00:00 +0000"
    assert call(stage, "GET", f"/Messages/{told['sid']}.json")[1]["body"] == "Hi 👍"
    assert call(stage, "GET", "/Messages/SM00.json")[0] == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1_601}, 21617),
        ({"From": "+15550000000"}, 21606),
        ({"To": "555"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"ValidityPeriod": "36001"}, 20001),
        ({"ValidityPeriod": "soon"}, 20001),
        ({"StatusCallback": "https://elsewhere.example.org/x"}, 21609),
    ],
)
def test_a_bad_form_is_refused_with_the_providers_code(
    stage: Stage, change: dict[str, str], code: int
) -> None:
    form = {"To": PHONE, "From": NUMBER, "Body": "Hi", **change}
    status, told = call(stage, "POST", "/Messages.json", form)
    assert (status, told["code"], told["status"]) == (400, code, 400)
    assert set(told) == {"code", "message", "more_info", "status"}


def test_a_wrong_token_gets_20003(stage: Stage) -> None:
    assert call(stage, "GET", "/Messages.json", token="wrong")[0] == 401
    assert call(stage, "GET", "/Messages.json", token="wrong")[1]["code"] == 20003


def test_a_list_is_filtered_by_day_sender_and_recipient(stage: Stage) -> None:
    stage.sms.send([text(PHONE, "to one"), text("+15551230002", "to two")])
    stage.state.write_text(PHONE, "from one")

    def bodies(**query: str) -> list[str]:
        return [
            one["body"] for one in call(stage, "GET", "/Messages.json?" + urlencode(query))[1]["messages"]
        ]

    assert bodies() == ["from one", "to two", "to one"]
    assert bodies(To=PHONE) == ["to one"]
    assert bodies(From=PHONE) == ["from one"]
    assert bodies(To=NUMBER) == ["from one"]
    assert bodies(To="+15559999999") == []
    assert len(bodies(DateSent="2026-11-24")) == 3
    assert bodies(DateSent="2026-11-23") == []
    assert len(bodies(**{"DateSent>": "2026-11-24"})) == 3
    assert bodies(**{"DateSent<": "2026-11-23"}) == []
    assert call(stage, "GET", "/Messages.json?DateSent=yesterday")[0] == 400


def test_pages_hold_together_while_new_texts_arrive(stage: Stage) -> None:
    stage.sms.send([text(PHONE, f"{number}") for number in range(5)])
    first = call(stage, "GET", "/Messages.json?PageSize=2")[1]
    stage.sms.send([text(PHONE, "new")])
    second = call(stage, "GET", first["next_page_uri"].split(ACCOUNT_SID)[1])[1]
    third = call(stage, "GET", second["next_page_uri"].split(ACCOUNT_SID)[1])[1]
    assert [one["body"] for page in (first, second, third) for one in page["messages"]] == list("43210")
    assert third["next_page_uri"] is None


def test_delivery_is_told_by_signed_callbacks_to_the_address_given(stage: Stage) -> None:
    (outcome,) = stage.sms.send([text(message_id="ours")])
    assert stage.state.settle()
    asked = stage.program.on("/webhooks/twilio/status")
    assert sorted(statuses(stage)) == ["delivered", "sent"]
    assert all(is_signed(stage, one) for one in asked)
    assert all(one.path.endswith("?m=ours") for one in asked)
    assert {status_update(parse_form(one.body)).provider_id for one in asked} == {outcome.provider_id}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (FaultKind.REPEATED_CALLBACK, ["delivered", "delivered", "sent", "sent"]),
        (FaultKind.LATE_CALLBACK, ["delivered", "sent"]),
        (FaultKind.LOST_CALLBACK, []),
    ],
)
def test_callbacks_may_come_twice_late_or_never(stage: Stage, fault: FaultKind, told: list[str]) -> None:
    stage.state.faults.set(fault, next_requests=1)
    (outcome,) = stage.sms.send([text()])
    assert stage.state.settle()
    assert sorted(statuses(stage)) == told
    held = stage.state.memory.text(outcome.provider_id or "")
    assert held is not None
    assert held.status == "delivered"


def test_a_callback_may_come_before_the_create_call_returns(stage: Stage) -> None:
    stage.state.faults.set(FaultKind.EARLY_CALLBACK, next_requests=1)
    stage.sms.send([text()])
    assert statuses(stage) == ["sent", "delivered"]  # without waiting


def test_some_numbers_fail_later(stage: Stage) -> None:
    stage.sms.send([text("+15005550080")])
    assert stage.state.settle()
    codes = {
        (told.status, told.code)
        for one in stage.program.on("/webhooks/twilio/status")
        for told in [status_update(parse_form(one.body))]
    }
    assert codes == {("sent", None), ("undelivered", "30008")}


def test_what_a_phone_writes_reaches_the_program_signed_and_as_typed(stage: Stage) -> None:
    written = stage.state.write_text(PHONE, " Té 👍 & more\n")
    assert stage.state.settle()
    (asked,) = stage.program.on("/webhooks/twilio/sms")
    assert is_signed(stage, asked)
    got = inbound_sms(parse_form(asked.body))
    assert (got.provider_id, got.from_, got.to, got.body) == (written.sid, PHONE, NUMBER, " Té 👍 & more\n")


def test_a_failed_webhook_is_not_tried_again_and_the_text_stays_listed(stage: Stage) -> None:
    stage.program.answer(500)
    stage.state.write_text(PHONE, "1")
    assert stage.state.settle()
    assert len(stage.program.on("/webhooks/twilio/sms")) == 1
    assert [one.body for one in stage.sms.received(AT)] == ["1"]


@pytest.mark.parametrize(
    ("twiml", "answers"),
    [
        (b'<?xml version="1.0"?><Response/>', []),
        (b"<Response><Message>Hi &amp; bye</Message></Response>", ["Hi & bye"]),
        (b"<Response><Message to='x'><Body>a</Body></Message><Message>b</Message></Response>", ["a", "b"]),
    ],
)
def test_a_twiml_answer_arrives_on_the_phone(stage: Stage, twiml: bytes, answers: list[str]) -> None:
    stage.program.answer(200, twiml, Content_Type="text/xml")
    stage.state.write_text(PHONE, "HELP")
    assert stage.state.settle()
    got = [one for one in stage.state.memory.thread(PHONE) if not one.is_inbound]
    assert [one.body for one in got] == answers  # type: ignore[union-attr]


def test_a_number_that_wrote_stop_is_refused_where_the_account_minds() -> None:
    minding = SandboxState(clock=lambda: datetime.now(UTC), public_url="http://127.0.0.1:9", opt_outs=True)
    minding.write_text(PHONE, " stop ")
    assert minding.is_stopped(PHONE)
    minding.write_text(PHONE, "START")
    assert not minding.is_stopped(PHONE)
    minding.close()


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("👍" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_provider_bills_them(body: str, count: int) -> None:
    assert segments(body) == count


def test_the_account_and_its_number_are_told_to_who_has_the_token(stage: Stage) -> None:
    status, account = call(stage, "GET", ".json")
    assert (status, account["sid"], account["status"]) == (200, ACCOUNT_SID, "active")
    status, listed = call(
        stage, "GET", f"/IncomingPhoneNumbers.json?PhoneNumber={NUMBER.replace('+', '%2B')}"
    )
    (number,) = listed["incoming_phone_numbers"]
    assert (status, number["phone_number"], number["sms_method"]) == (200, NUMBER, "POST")
    assert number["sms_url"].endswith("/webhooks/twilio/sms")
    assert call(stage, "GET", ".json", token="wrong")[0] == 401
    assert (
        call(stage, "GET", "/IncomingPhoneNumbers.json?PhoneNumber=%2B19")[1]["incoming_phone_numbers"] == []
    )
