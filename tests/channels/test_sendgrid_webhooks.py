"""SendGrid's posts: only what the key's owner signed just now, and the good entries of it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from channels.delivery import DeliveryStatus
from channels.sendgrid_webhooks import MailEventKind, parse_events, verify_events

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
KEY = ec.generate_private_key(ec.SECP256R1())
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "vectors.json"


def public(key: Any, encoding: serialization.Encoding = serialization.Encoding.DER) -> bytes:
    return bytes(key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo))


PUBLIC = base64.b64encode(public(KEY)).decode()


def sign(stamp: str, body: bytes) -> str:
    return base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


def check(body: bytes, signature: str | None, stamp: str | None = STAMP, key: str | None = PUBLIC) -> bool:
    return verify_events(raw_body=body, signature=signature, timestamp=stamp, public_key=key, now=NOW)


def test_the_published_vector_verifies_at_its_own_time_and_not_today() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared vectors are not here")
    vector = json.loads(VECTORS.read_text())["sendgrid_event_webhook"]
    body = vector["payload"].encode()
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    known = {
        "signature": vector["signature"],
        "timestamp": vector["timestamp"],
        "public_key": vector["public_key"],
    }
    assert verify_events(raw_body=body, now=at, **known)
    assert not verify_events(raw_body=body, now=NOW, **known)
    assert not verify_events(raw_body=body.rstrip(), now=at, **known)
    (event,) = parse_events(body)
    assert (event.kind, event.provider_id) == (MailEventKind.DROPPED, "LRzXl_NHStOGhQ4kofSm_A")


@given(st.binary(max_size=100), st.integers(0, 7), st.integers(0, 1_000))
def test_one_changed_bit_spoils_the_signature(body: bytes, bit: int, place: int) -> None:
    signature = sign(STAMP, body)
    assert check(body, signature)
    changed = bytearray(body or b"x")
    changed[place % len(changed)] ^= 1 << bit
    assert not check(bytes(changed), signature)


def test_the_key_may_come_as_pem_or_with_spaces() -> None:
    body = b"[]\r\n"
    pem = public(KEY, serialization.Encoding.PEM).decode()
    assert check(body, sign(STAMP, body), key=pem)
    assert check(body, sign(STAMP, body), key=f" {PUBLIC[:30]}\n{PUBLIC[30:]} ")


@pytest.mark.parametrize("seconds", [-601, 601, 86_400, -86_400 * 365])
def test_a_stale_or_future_stamp_is_a_no(seconds: int) -> None:
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    assert not check(b"[]", sign(stamp, b"[]"), stamp)
    near = str(int((NOW + timedelta(seconds=600 if seconds > 0 else -600)).timestamp()))
    assert check(b"[]", sign(near, b"[]"), near)


RSA = base64.b64encode(public(rsa.generate_private_key(65_537, 2_048))).decode()


@pytest.mark.parametrize(
    ("signature", "stamp", "key"),
    [
        (None, STAMP, PUBLIC),
        ("", STAMP, PUBLIC),
        ("not base64!", STAMP, PUBLIC),
        ("AAAA", STAMP, PUBLIC),
        ("é", STAMP, PUBLIC),
        (sign(STAMP, b"[]"), None, PUBLIC),
        (sign(STAMP, b"[]"), "yesterday", PUBLIC),
        (sign(STAMP, b"[]"), "9" * 400, PUBLIC),
        (sign(STAMP, b"[]"), "²", PUBLIC),
        (sign(STAMP, b"[]"), "-1", PUBLIC),
        (sign(STAMP, b"[]"), STAMP, None),
        (sign(STAMP, b"[]"), STAMP, ""),
        (sign(STAMP, b"[]"), STAMP, "AAAA"),
        (sign(STAMP, b"[]"), STAMP, "-----BEGIN PUBLIC KEY-----"),
        (sign(STAMP, b"[]"), STAMP, RSA),
    ],
)
def test_whatever_is_odd_is_a_no_and_never_an_exception(
    signature: str | None, stamp: str | None, key: str | None
) -> None:
    assert check(b"[]", signature, stamp, key) is False


def event(**more: object) -> dict[str, object]:
    return {
        "event": "delivered",
        "email": "p@example.org",
        "timestamp": 1_600_000_000,
        "sg_event_id": "e1",
        "sg_message_id": "abc.recvd-1",
        "m": "message-1",
        **more,
    }


def test_good_entries_are_taken_each_once_and_the_rest_left_out() -> None:
    array = [
        event(),
        event(),
        event(sg_event_id="e2", event="open"),
        event(sg_event_id="e3", event="invented"),
        event(sg_event_id="e4", timestamp="tomorrow"),
        event(sg_event_id="e5", timestamp=10**30),
        {"event": "delivered"},
        "text",
        None,
        event(sg_event_id="e6", event="bounce", status="5.1.1", type="bounce", reason="550 Dana Miller left"),
    ]
    delivered, bounced = parse_events(json.dumps(array).encode())
    assert (delivered.event_id, delivered.message_id, delivered.provider_id) == ("e1", "message-1", "abc")
    assert delivered.at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert (bounced.kind, bounced.code, bounced.suppresses) == (MailEventKind.BOUNCE, "5.1.1", True)
    assert "Dana" not in repr(bounced)


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 50_000, b"\xff", b"7", b"null", b"[[]]"])
def test_a_body_without_events_gives_none(raw: bytes) -> None:
    assert parse_events(raw) == []


def test_a_blocked_mail_failed_and_yet_does_not_condemn_the_mailbox() -> None:
    (blocked,) = parse_events(json.dumps([event(event="bounce", type="blocked", status="4.7.1")]).encode())
    assert blocked.kind.status is DeliveryStatus.UNDELIVERED
    assert blocked.suppresses is False


def test_bounce_drop_spam_report_and_unsubscribe_suppress() -> None:
    assert {kind for kind in MailEventKind if kind.suppresses} == {
        "bounce",
        "dropped",
        "spamreport",
        "unsubscribe",
        "group_unsubscribe",
    }
    assert {kind for kind in MailEventKind if kind.status and kind.status.has_failed} == {"bounce", "dropped"}
