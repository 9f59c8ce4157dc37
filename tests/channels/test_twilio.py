"""The official Twilio client against sandbox and recorder: what leaves, and what each answer means."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from channels.channel import LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.twilio import TwilioChannel
from sandbox.faults import FaultKind
from sandbox.state import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.sandbox.recorder import recording
from tests.sandbox.stage import AT, Stage, sms_channel, text

PATH = f"/base/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
CREATED = {"sid": "SM" + "1" * 32, "account_sid": ACCOUNT_SID, "status": "queued", "error_code": None}


def test_a_text_leaves_as_one_form_with_every_field_the_contract_names() -> None:
    message = Outgoing(
        message_id="a/b c",
        to="+15551230001",
        template="Hi {name}, {odd}",
        fields={"name": "João {odd}"},
        validity=timedelta(hours=2),
    )
    with recording() as provider:
        provider.answer(201, json.dumps(CREATED).encode())
        channel = sms_channel(f"{provider.url}/base/", "https://buddies.example.org/")
        outcome = channel.send([message])
    (asked,) = provider.asked
    assert outcome == [Outcome(kind=OutcomeKind.ACCEPTED, provider_id=CREATED["sid"])]
    assert (asked.method, asked.path) == ("POST", PATH)
    assert parse_qs(asked.body.decode(), strict_parsing=True) == {
        "To": ["+15551230001"],
        "From": [NUMBER],
        "Body": ["Hi João {odd}, {odd}"],
        "StatusCallback": ["https://buddies.example.org/webhooks/twilio/status?m=a%2Fb%20c"],
        "ValidityPeriod": ["7200"],
    }
    assert asked.headers["Authorization"].startswith("Basic ")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_messaging_service_stands_in_for_the_number() -> None:
    service = "MG" + "2" * 32
    with recording() as provider:
        provider.answer(201, json.dumps(CREATED).encode())
        channel = sms_channel(f"{provider.url}/base", "https://x.org", messaging_service_sid=service)
        channel.send([text()])
    form = parse_qs(provider.asked[0].body.decode())
    assert form["MessagingServiceSid"] == [service]
    assert "From" not in form
    assert "ValidityPeriod" not in form
    assert channel.sender == f"twilio:{service}"


@pytest.mark.parametrize(
    ("validity", "seconds"), [(timedelta(days=2), "36000"), (timedelta(seconds=-5), "1")]
)
def test_validity_stays_inside_what_the_provider_takes(validity: timedelta, seconds: str) -> None:
    with recording() as provider:
        provider.answer(201, json.dumps(CREATED).encode())
        channel = sms_channel(f"{provider.url}/base", "https://x.org")
        channel.send([Outgoing(message_id="m", to="+15551230001", template="x", validity=validity)])
    assert parse_qs(provider.asked[0].body.decode())["ValidityPeriod"] == [seconds]


def test_a_channel_without_a_sender_is_refused() -> None:
    with pytest.raises(ValueError, match="sending number"):
        TwilioChannel(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, public_url="https://x.org")


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        ("+15005550001", OutcomeKind.UNUSABLE, "21211"),
        ("+15005550009", OutcomeKind.UNUSABLE, "21614"),
        ("+15005550004", OutcomeKind.SUPPRESSED, "21610"),
        ("+15005550003", OutcomeKind.REFUSED, "21408"),
        ("12", OutcomeKind.UNUSABLE, "21211"),
    ],
)
def test_a_refused_number_says_why(stage: Stage, to: str, kind: OutcomeKind, code: str) -> None:
    assert stage.sms.send([text(to)]) == [Outcome(kind=kind, code=code)]
    assert stage.state.memory.texts() == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21635, OutcomeKind.UNUSABLE),
        (400, 30034, OutcomeKind.REFUSED),
        (400, 99999, OutcomeKind.REFUSED),
        (403, 20403, OutcomeKind.REFUSED),
        (400, 21606, OutcomeKind.ACCOUNT),
        (401, 20003, OutcomeKind.ACCOUNT),
        (404, 20404, OutcomeKind.ACCOUNT),
        (429, 20429, OutcomeKind.NOT_PROCESSED),
        (500, 20500, OutcomeKind.AMBIGUOUS),
        (503, 20503, OutcomeKind.AMBIGUOUS),
    ],
)
def test_each_error_answer_has_one_meaning(status: int, code: int, kind: OutcomeKind) -> None:
    with recording() as provider:
        provider.answer(status, json.dumps({"code": code, "message": "no", "status": status}).encode())
        (outcome,) = sms_channel(provider.url, "https://x.org").send([text()])
    assert (outcome.kind, outcome.code) == (kind, str(code))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"<html>Bad Gateway</html>", OutcomeKind.AMBIGUOUS),
        (201, b"<html>welcome to the hotel</html>", OutcomeKind.AMBIGUOUS),
        (201, b"{}", OutcomeKind.AMBIGUOUS),
        (201, b"", OutcomeKind.AMBIGUOUS),
        (302, b"", OutcomeKind.ACCOUNT),
        (429, b"slow down", OutcomeKind.NOT_PROCESSED),
    ],
)
def test_an_answer_that_is_not_the_providers_proves_nothing(
    status: int, body: bytes, kind: OutcomeKind
) -> None:
    with recording() as provider:
        provider.answer(status, body)
        (outcome,) = sms_channel(provider.url, "https://x.org").send([text()])
    assert outcome.kind is kind


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("failed", 30005, OutcomeKind.UNUSABLE),
        ("undelivered", 30006, OutcomeKind.UNUSABLE),
        ("failed", 21610, OutcomeKind.SUPPRESSED),
        ("failed", None, OutcomeKind.REFUSED),
        ("accepted", None, OutcomeKind.ACCEPTED),
    ],
)
def test_a_create_answer_may_already_carry_a_failure(
    status: str, code: int | None, kind: OutcomeKind
) -> None:
    with recording() as provider:
        provider.answer(201, json.dumps({**CREATED, "status": status, "error_code": code}).encode())
        (outcome,) = sms_channel(provider.url, "https://x.org").send([text()])
    assert (outcome.kind, outcome.provider_id) == (kind, CREATED["sid"])
    assert outcome.code == (None if code is None else str(code))


def test_too_many_requests_names_the_wait_it_was_asked_for(stage: Stage) -> None:
    stage.state.faults.set(FaultKind.RATE_LIMIT, next_requests=1)
    refused, taken = stage.sms.send([text(), text()])
    assert refused == Outcome(kind=OutcomeKind.NOT_PROCESSED, code="20429", retry_after=timedelta(seconds=1))
    assert taken.kind is OutcomeKind.ACCEPTED
    assert taken.retry_after is None


@pytest.mark.parametrize(
    ("fault", "held"),
    [
        (FaultKind.ERROR, 0),
        (FaultKind.ERROR_AFTER_ACCEPT, 1),
        (FaultKind.HANG, 0),
        (FaultKind.HANG_AFTER_ACCEPT, 1),
        (FaultKind.HANG_UP, 1),
    ],
)
def test_what_may_have_been_accepted_is_ambiguous_and_can_be_looked_up(
    stage: Stage, fault: FaultKind, held: int
) -> None:
    stage.state.faults.set(fault, next_requests=1)
    (outcome,) = stage.sms.send([text(body=f"unique {fault}")])
    assert outcome.kind is OutcomeKind.AMBIGUOUS
    assert outcome.provider_id is None
    assert [copy.body for copy in stage.sms.copies("+15551230001")] == [f"unique {fault}"] * held


def test_a_wrong_token_is_the_accounts_fault(stage: Stage) -> None:
    channel = sms_channel(stage.server.twilio_base, stage.program.url, auth_token="wrong")
    assert channel.send([text()]) == [Outcome(kind=OutcomeKind.ACCOUNT, code="20003")]
    with pytest.raises(LookupFailed):
        list(channel.copies("+15551230001"))


def test_copies_come_newest_first_over_several_pages_and_of_that_number_only(stage: Stage) -> None:
    stage.sms.send([text(body=f"number {number}") for number in range(120)])
    stage.sms.send([text("+15551239999", "somebody else")])
    stage.state.write_text("+15551230001", "an answer is no copy")
    held = list(stage.sms.copies("+15551230001"))
    assert [copy.body for copy in held] == [f"number {number}" for number in reversed(range(120))]
    assert len({copy.provider_id for copy in held}) == 120


def test_a_copy_tells_how_its_delivery_ended(stage: Stage) -> None:
    stage.sms.send([text("+15005550050")])
    assert stage.state.settle()
    (copy,) = stage.sms.copies("+15005550050")
    assert (copy.status, copy.code) == ("undelivered", "30005")


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"messages": 7}', b"[]"])
def test_a_lookup_that_is_not_answered_properly_fails_and_finds_nothing(body: bytes) -> None:
    with recording() as provider:
        provider.answer(200, body)
        with pytest.raises(LookupFailed):
            list(sms_channel(provider.url, "https://x.org").copies("+15551230001"))


def test_a_lookup_nobody_answers_fails() -> None:
    with pytest.raises(LookupFailed):
        list(sms_channel("http://127.0.0.1:9", "https://x.org").copies("+15551230001"))


def test_received_lists_what_phones_wrote_to_our_number_since_then(stage: Stage) -> None:
    stage.sms.send([text()])
    stage.state.write_text("+15551230001", " 1\n")
    stage.state.write_text("+15551230002", "STOP", to="+15005550007")
    (received,) = stage.sms.received(AT)
    assert (received.from_, received.to, received.body) == ("+15551230001", NUMBER, " 1\n")
    assert received.at == AT
    assert list(stage.sms.received(AT + timedelta(seconds=1))) == []


def test_received_asks_for_the_day_since_the_provider_knows_no_finer_grain() -> None:
    with recording() as provider:
        provider.answer(200, b'{"messages": [], "next_page_uri": null}')
        channel = sms_channel(provider.url, "https://x.org")
        list(channel.received(datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC)))
    query = parse_qs(provider.asked[0].path.partition("?")[2])
    assert query == {"To": [NUMBER], "DateSent>": ["2026-11-24"], "PageSize": ["50"]}


def test_a_copy_is_deleted_at_the_provider_and_gone_is_gone(stage: Stage) -> None:
    (sent,) = stage.sms.send([text(body="to be forgotten")])
    assert sent.provider_id is not None
    assert stage.sms.erase(sent.provider_id)
    assert list(stage.sms.copies("+15551230001")) == []
    assert stage.sms.erase(sent.provider_id)  # there was none any more


def test_a_copy_that_the_provider_does_not_delete_is_not_said_to_be_gone(stage: Stage) -> None:
    (sent,) = stage.sms.send([text(body="to be forgotten")])
    assert sent.provider_id is not None
    stage.state.faults.set(FaultKind.ERROR, chance=1.0)
    assert not stage.sms.erase(sent.provider_id)
    stage.state.faults.clear()
    assert not sms_channel("http://127.0.0.1:9", "https://x.org").erase(sent.provider_id)
    assert [copy.body for copy in stage.sms.copies("+15551230001")] == ["to be forgotten"]
