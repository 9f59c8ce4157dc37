"""The stand-in SendGrid on the wire: what it takes, what it makes of it, what it posts."""

import http.client
import json
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

import pytest

from channels.inbound_mail import parse_inbound
from channels.mail_form import form_fields
from channels.sendgrid_webhooks import parse_events, verify_events
from sandbox.faults import FaultKind
from sandbox.state import API_KEY, SandboxState
from tests.channels.test_sendgrid import mail
from tests.sandbox.recorder import Asked
from tests.sandbox.stage import AT, Stage

GOOD: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "p@example.org"}]}],
    "from": {"email": "b@example.org"},
    "subject": "Hi",
    "content": [{"type": "text/plain", "value": "Hi"}],
}
PERSON = {"to": [{"email": "p@example.org"}]}


def call(stage: Stage, method: str, path: str, body: object = None, key: str = API_KEY) -> tuple[int, Any]:
    """One plain request: status and JSON, or None."""
    connection = http.client.HTTPConnection(urlsplit(stage.server.url).netloc, timeout=5)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, f"/sandbox/sendgrid{path}", raw, {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    status, content = answer.status, answer.read()
    connection.close()
    return status, json.loads(content) if content else None


def is_signed(stage: Stage, asked: Asked) -> bool:
    return verify_events(
        raw_body=asked.body,
        signature=asked.headers["X-Twilio-Email-Event-Webhook-Signature"],
        timestamp=asked.headers["X-Twilio-Email-Event-Webhook-Timestamp"],
        public_key=stage.state.event_public_key,
        now=AT,
    )


def test_a_good_request_is_accepted_without_a_word(stage: Stage) -> None:
    assert call(stage, "POST", "/v3/mail/send", GOOD) == (202, None)
    (held,) = stage.state.memory.mails()
    assert (held.to, held.reply_to, held.text) == ("p@example.org", "b@example.org", "Hi")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [PERSON, PERSON]}, "personalizations"),
        ({"personalizations": [{"to": [{"email": f"{n}@x.org"}]} for n in range(1_001)]}, "personalizations"),
        ({"personalizations": [PERSON, {"to": []}]}, "personalizations.1.to"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        ({"personalizations": [{**PERSON, "headers": {"Reply-To": "x"}}]}, "personalizations.0.headers"),
        ({"personalizations": [{**PERSON, "headers": {"X-A": "a\nb"}}]}, "personalizations.0.headers"),
        (
            {"personalizations": [{**PERSON, "substitutions": {"-a-": "x" * 10_000}}]},
            "personalizations.0.substitutions",
        ),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"reply_to": {"email": "nobody"}}, "reply_to.email"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0"),
        ({"subject": ""}, "subject"),
    ],
)
def test_a_bad_request_names_its_field_and_sends_nothing(
    stage: Stage, change: dict[str, Any], field: str
) -> None:
    status, told = call(stage, "POST", "/v3/mail/send", {**GOOD, **change})
    assert status == 400
    assert [error["field"] for error in told["errors"]] == [field]
    assert stage.state.memory.mails() == []


def test_a_wrong_key_or_no_json_is_refused(stage: Stage) -> None:
    assert call(stage, "POST", "/v3/mail/send", GOOD, key="wrong")[0] == 401
    assert call(stage, "POST", "/v3/mail/send", b"{")[0] == 400
    assert call(stage, "POST", "/v3/mail/send", [1])[0] == 400


def test_a_batch_id_is_given_out_and_known_again(stage: Stage) -> None:
    status, told = call(stage, "POST", "/v3/mail/batch")
    assert status == 201
    assert call(stage, "GET", f"/v3/mail/batch/{told['batch_id']}") == (200, told)
    assert call(stage, "GET", "/v3/mail/batch/unknown")[0] == 400


def test_events_come_signed_in_arrays_and_carry_our_message_ids(stage: Stage) -> None:
    outcomes = stage.mail.send([mail(1), mail(2)])
    assert stage.state.settle()
    asked = stage.program.on("/webhooks/sendgrid/events")
    assert all(is_signed(stage, one) for one in asked)
    events = [event for one in asked for event in parse_events(one.body)]
    assert sorted((event.message_id, event.kind) for event in events) == [
        ("m-1", "delivered"),
        ("m-1", "processed"),
        ("m-2", "delivered"),
        ("m-2", "processed"),
    ]
    assert {event.provider_id for event in events} == {outcomes[0].provider_id}
    assert len({event.event_id for event in events}) == 4
    assert all(one.body.endswith(b"\r\n") for one in asked)


@pytest.mark.parametrize(
    ("mailbox", "kinds"),
    [
        ("bounce", ["bounce", "processed"]),
        ("dropped+1", ["dropped"]),
        ("spam", ["delivered", "processed", "spamreport"]),
        ("deferred", ["deferred", "processed"]),
    ],
)
def test_some_mailboxes_bounce_drop_or_complain(stage: Stage, mailbox: str, kinds: list[str]) -> None:
    stage.mail.send([mail(1, to=f"{mailbox}@example.org")])
    assert stage.state.settle()
    asked = stage.program.on("/webhooks/sendgrid/events")
    assert sorted(event.kind for one in asked for event in parse_events(one.body)) == kinds


def test_events_may_come_twice_or_never(stage: Stage) -> None:
    stage.state.faults.set(FaultKind.REPEATED_CALLBACK, next_requests=1)
    stage.mail.send([mail(1)])
    assert stage.state.settle()
    ids = [
        event.event_id
        for one in stage.program.on("/webhooks/sendgrid/events")
        for event in parse_events(one.body)
    ]
    assert (len(ids), len(set(ids))) == (4, 2)
    stage.program.asked.clear()
    stage.state.faults.set(FaultKind.LOST_CALLBACK, next_requests=1)
    stage.mail.send([mail(1)])
    assert stage.state.settle()
    assert stage.program.asked == []


@pytest.mark.parametrize("raw", [False, True])
def test_an_answer_is_posted_to_the_reply_address_with_the_original_quoted(stage: Stage, raw: bool) -> None:
    stage.mail.send([mail(1), mail(2)])
    assert stage.state.settle()
    stage.state.write_mail("p1@example.org", "1 – très bien", raw=raw)
    assert stage.state.settle()
    (asked,) = stage.program.on("/webhooks/sendgrid/inbound")
    assert is_signed(stage, asked)
    got = parse_inbound(form_fields(asked.headers["Content-Type"], asked.body))
    assert got.local_parts("reply.example.org") == ("r.Token1",)
    assert (got.from_, got.subject) == ("p1@example.org", "Re: Your week to check in")
    assert got.text.startswith("1 – très bien\n\nOn Tue, 24 Nov 2026 at 15:00, Mercy Buddies <")
    assert "> Hi Dana," in got.text
    assert not got.is_automatic
    assert got.message_id is not None


def test_an_inbound_route_with_a_password_gets_it_in_the_header_and_not_in_the_address(stage: Stage) -> None:
    url = stage.program.url.replace("http://", "http://user:p%40ss@") + "/webhooks/sendgrid/inbound/secret"
    state = SandboxState(clock=lambda: AT, public_url=stage.program.url, inbound_url=url)
    state.write_mail("p@example.org", "1", to="r.x@reply.example.org")
    assert state.settle()
    state.close()
    (asked,) = stage.program.on("/webhooks/sendgrid/inbound/secret")
    assert b64decode(asked.headers["Authorization"].removeprefix("Basic ")) == b"user:p@ss"


def test_a_mailbox_that_got_nothing_has_nothing_to_answer(stage: Stage) -> None:
    with pytest.raises(ValueError, match="nothing to answer"):
        stage.state.write_mail("stranger@example.org", "1")


def test_what_the_key_may_do_is_told_to_who_has_it(stage: Stage) -> None:
    status, told = call(stage, "GET", "/v3/scopes")
    assert status == 200
    assert {"mail.send", "recipients.erasejob.create"} <= set(told["scopes"])
    assert call(stage, "GET", "/v3/scopes", key="wrong")[0] == 401
