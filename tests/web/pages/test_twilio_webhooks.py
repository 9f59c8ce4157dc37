"""Twilio's webhooks over the wire: what is signed is taken once, what is not leaves no trace."""

import httpx
import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from store.models import Inbound, Message, ProviderEvent
from tests.web.hospital import Hospital
from tests.web.pages.conftest import TOKENS

TEXT = {"MessageSid": "SM1", "From": "+12025550101", "To": "+15005550006", "Body": " 1 ", "NumMedia": ""}


def post(client: httpx.Client, path: str, form: dict[str, str], token: str = TOKENS[0]) -> httpx.Response:
    """A post as Twilio signs it."""
    signature = RequestValidator(token).compute_signature(f"{client.base_url}".rstrip("/") + path, form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def inbound_count(hospital: Hospital) -> int | None:
    with hospital.deployment.database.reads() as session:
        return session.scalar(select(func.count()).select_from(Inbound))


def test_a_signed_text_is_stored_and_the_engine_is_woken(client: httpx.Client, hospital: Hospital) -> None:
    answer = post(client, "/webhooks/twilio/sms", TEXT)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    assert inbound_count(hospital) == 1
    assert "inbound" in hospital.woken


def test_the_previous_token_still_signs_while_rotating(client: httpx.Client, hospital: Hospital) -> None:
    assert post(client, "/webhooks/twilio/sms", TEXT, TOKENS[1]).status_code == 200
    assert inbound_count(hospital) == 1


def test_the_same_text_again_is_answered_and_has_no_effect(client: httpx.Client, hospital: Hospital) -> None:
    assert [post(client, "/webhooks/twilio/sms", TEXT).status_code for _ in range(2)] == [200, 200]
    assert inbound_count(hospital) == 1


def test_the_same_id_with_other_words_is_ignored(client: httpx.Client, hospital: Hospital) -> None:
    post(client, "/webhooks/twilio/sms", TEXT)
    assert post(client, "/webhooks/twilio/sms", TEXT | {"Body": "2"}).status_code == 200
    assert inbound_count(hospital) == 1


@pytest.mark.parametrize("signature", [None, "", "x", "ÿ".encode("latin-1"), "=" * 28, "a" * 5000])
def test_without_a_good_signature_nothing_is_stored(
    client: httpx.Client, hospital: Hospital, signature: str | bytes | None
) -> None:
    headers = {} if signature is None else {b"X-Twilio-Signature": signature}
    answer = client.post("/webhooks/twilio/sms", data=TEXT, headers=headers)
    assert answer.status_code == 403
    assert "2025550101" not in answer.text
    assert inbound_count(hospital) == 0
    assert 'prepaired_webhook_refused_total{provider="twilio"} 1' in client.get("/metrics").text


def test_a_signature_over_another_host_is_refused(client: httpx.Client, hospital: Hospital) -> None:
    signature = RequestValidator(TOKENS[0]).compute_signature(
        "https://evil.example/webhooks/twilio/sms", TEXT
    )
    headers = {"X-Twilio-Signature": signature, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert client.post("/webhooks/twilio/sms", data=TEXT, headers=headers).status_code == 403
    assert inbound_count(hospital) == 0


def test_a_body_over_a_megabyte_is_refused_before_anything_is_computed(client: httpx.Client) -> None:
    assert client.post("/webhooks/twilio/sms", content=b"a=" + b"x" * 1_000_001).status_code == 413


def test_a_body_without_a_length_is_not_read_to_its_end(client: httpx.Client) -> None:
    parts = (b"x" * 100_000 for _ in range(30))
    assert client.post("/webhooks/twilio/sms", content=parts).status_code == 413


def test_over_a_thousand_parameters_are_refused(client: httpx.Client) -> None:
    assert client.post("/webhooks/twilio/sms", content=b"a=1&" * 1_001).status_code == 400


@pytest.mark.parametrize("path", ["sms", "status", "voice"])
def test_a_get_is_not_how_this_is_done(client: httpx.Client, path: str) -> None:
    assert client.get(f"/webhooks/twilio/{path}").status_code == 405


def test_a_status_with_our_id_in_the_query_settles_that_message(
    client: httpx.Client, hospital: Hospital
) -> None:
    message = hospital.messages("introduction")[0]
    form = {"MessageSid": "SM9", "MessageStatus": "delivered", "To": "+12025550101"}
    path = f"/webhooks/twilio/status?m={message.id.hex}"
    with hospital.deployment.database.writes.begin() as session:
        session.get_one(Message, message.id).state = "sending"
    assert [post(client, path, form).status_code for _ in range(2)] == [200, 200]
    with hospital.deployment.database.reads() as session:
        assert session.get_one(Message, message.id).state == "delivered"
        assert session.scalar(select(func.count()).select_from(ProviderEvent)) == 1


def test_a_status_about_a_message_we_never_sent_is_taken_quietly(client: httpx.Client) -> None:
    form = {"MessageSid": "SMx", "MessageStatus": "sent"}
    assert post(client, "/webhooks/twilio/status?m=%3Bdrop", form).status_code == 200


def test_who_calls_the_number_hears_the_crisis_lines(client: httpx.Client) -> None:
    answer = post(client, "/webhooks/twilio/voice", {"CallSid": "CA1", "From": "+12025550101"})
    assert answer.status_code == 200
    said = " ".join(answer.text.split())
    assert "9 1 1" in said
    assert "9 8 8" in said
    assert "Nobody can hear you" in said
