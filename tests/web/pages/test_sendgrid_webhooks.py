"""SendGrid's webhooks over the wire: signed events, and mail by signature or by a secret."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select

from engine.links import Purpose
from store.models import Inbound, Message, Suppression
from store.sealing import token_hash
from tests.web.hospital import Hospital
from tests.web.pages.conftest import SECRET
from web.settings import WebSettings

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


@pytest.fixture
def settings(settings: WebSettings) -> WebSettings:
    return replace(settings, sendgrid_public_key=PUBLIC_KEY)


def signed(body: bytes, hospital: Hospital, late: timedelta = timedelta()) -> dict[str, str]:
    stamp = str(int((hospital.clock.wall() - late).timestamp()))
    signature = base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    return {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }


def event(hospital: Hospital, kind: str, **more: object) -> bytes:
    stamp = int(hospital.clock.now().timestamp())
    told = {"event": kind, "sg_event_id": f"e-{kind}", "timestamp": stamp, "email": "m1@example.org"} | more
    return (json.dumps([told, {"event": "unheard_of"}]) + "\r\n").encode()


def mail(to: str, **more: str) -> dict[str, tuple[None, str]]:
    fields = {
        "to": to, "from": "Marisol <m1@example.org>", "subject": "Re", "text": "1\r\n",
        "headers": "Message-ID: <a@example.org>\n",
        "envelope": json.dumps({"to": [to], "from": "m1@example.org"}),
    }  # fmt: skip
    return {name: (None, value) for name, value in (fields | more).items()}


def suppressed(hospital: Hospital) -> list[str]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(Suppression.reason)))


def inbounds(hospital: Hospital) -> list[Inbound]:
    with hospital.deployment.database.reads() as session:
        return list(session.scalars(select(Inbound)))


def test_a_bounce_suppresses_the_address_once_and_unknown_events_are_left_out(
    client: httpx.Client, hospital: Hospital
) -> None:
    body = event(hospital, "bounce")
    for _ in range(2):
        answer = client.post("/webhooks/sendgrid/events", content=body, headers=signed(body, hospital))
        assert answer.status_code == 204
    assert suppressed(hospital) == ["bounce"]


def test_a_delivered_mail_is_settled_by_our_own_id(client: httpx.Client, hospital: Hospital) -> None:
    message = hospital.messages("introduction")[0]
    with hospital.deployment.database.writes.begin() as session:
        session.get_one(Message, message.id).state = "sending"
    body = event(hospital, "delivered", m=message.id.hex, sg_message_id="abc.filter")
    client.post("/webhooks/sendgrid/events", content=body, headers=signed(body, hospital))
    with hospital.deployment.database.reads() as session:
        assert session.get_one(Message, message.id).state == "delivered"


@pytest.mark.parametrize("late", [timedelta(minutes=11), timedelta(minutes=-11)])
def test_a_stale_or_future_stamp_is_refused(
    client: httpx.Client, hospital: Hospital, late: timedelta
) -> None:
    body = event(hospital, "bounce")
    answer = client.post("/webhooks/sendgrid/events", content=body, headers=signed(body, hospital, late))
    assert answer.status_code == 403
    assert suppressed(hospital) == []


@pytest.mark.parametrize("broken", ["!!!", "", "AAAA"])
def test_a_signature_that_is_none_is_a_refusal_and_no_fault(
    client: httpx.Client, hospital: Hospital, broken: str
) -> None:
    body = event(hospital, "bounce")
    headers = signed(body, hospital) | {"X-Twilio-Email-Event-Webhook-Signature": broken}
    assert client.post("/webhooks/sendgrid/events", content=body, headers=headers).status_code == 403


def test_a_changed_byte_is_refused(client: httpx.Client, hospital: Hospital) -> None:
    body = event(hospital, "bounce")
    changed = body.replace(b"\r\n", b"\n")
    answer = client.post("/webhooks/sendgrid/events", content=changed, headers=signed(body, hospital))
    assert answer.status_code == 403


@pytest.mark.parametrize("way", ["password", "path"])
def test_mail_comes_in_by_the_secret(client: httpx.Client, hospital: Hospital, way: str) -> None:
    token = hospital.link(Purpose.REPLY)
    to = f"r.{token}@reply.example.org"
    if way == "password":
        answer = client.post("/webhooks/sendgrid/inbound", files=mail(to), auth=("prepaired", SECRET))
    else:
        answer = client.post(f"/webhooks/sendgrid/inbound/{SECRET}", files=mail(to))
    assert answer.status_code == 204
    (row,) = inbounds(hospital)
    assert row.reply_token_hash == token_hash(token)
    assert "inbound" in hospital.woken


def test_mail_comes_in_by_its_signature(client: httpx.Client, hospital: Hospital) -> None:
    request = client.build_request("POST", "/webhooks/sendgrid/inbound", files=mail("r.x@reply.example.org"))
    request.headers.update(
        {name: value for name, value in signed(request.read(), hospital).items() if name != "Content-Type"}
    )
    assert client.send(request).status_code == 204
    assert len(inbounds(hospital)) == 1


def test_the_same_mail_again_has_no_effect(client: httpx.Client, hospital: Hospital) -> None:
    for _ in range(2):
        client.post("/webhooks/sendgrid/inbound", files=mail("x@reply.example.org"), auth=("a", SECRET))
    assert len(inbounds(hospital)) == 1


def test_an_out_of_office_is_marked_as_automatic(client: httpx.Client, hospital: Hospital) -> None:
    automatic = mail("x@reply.example.org", headers="Auto-Submitted: auto-replied\nMessage-ID: <b@x>\n")
    client.post("/webhooks/sendgrid/inbound", files=automatic, auth=("a", SECRET))
    assert [row.automatic for row in inbounds(hospital)] == [True]


@pytest.mark.parametrize("password", ["", "wrong", "ü"])
def test_without_the_secret_nothing_comes_in(client: httpx.Client, hospital: Hospital, password: str) -> None:
    answer = client.post("/webhooks/sendgrid/inbound", files=mail("x@y.org"), auth=("a", password))
    assert answer.status_code == 403
    assert client.post("/webhooks/sendgrid/inbound", files=mail("x@y.org")).status_code == 403
    assert inbounds(hospital) == []


class TestWithoutKeyOrSecret:
    """A route that nothing could open."""

    @pytest.fixture
    def settings(self, url: str) -> WebSettings:
        return WebSettings(secret_key=b"s" * 32, public_url=url)

    def test_both_routes_are_closed(self, client: httpx.Client, hospital: Hospital) -> None:
        assert client.post("/webhooks/sendgrid/inbound", auth=("a", "")).status_code == 403
        assert client.post("/webhooks/sendgrid/inbound/", auth=("a", "")).status_code in (307, 403, 404)
        body = event(hospital, "bounce")
        answer = client.post("/webhooks/sendgrid/events", content=body, headers=signed(body, hospital))
        assert answer.status_code == 403
        with hospital.deployment.database.reads() as session:
            assert session.scalar(select(func.count()).select_from(Suppression)) == 0
