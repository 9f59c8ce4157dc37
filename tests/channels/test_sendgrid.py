"""The official SendGrid client against sandbox and recorder: one personalization a person, each answer read."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from channels.channel import LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.mail_headers import HeaderRefused
from channels.mail_html import REPLY_MARKER, dress
from channels.sendgrid import SendGridChannel
from channels.sendgrid_request import Sender, request_body, shared
from sandbox.faults import FaultKind
from sandbox.state import API_KEY
from tests.sandbox.recorder import Recorder, recording
from tests.sandbox.stage import Stage

TEMPLATE = (
    REPLY_MARKER + "\n\nHi {name},\n\n{prompt}\n\nMy page: {link}\n"
    "Details at https://x.org/d/{token}?x=1&y=2 today.\nIn crisis: 988."
)


def mail(number: int, name: str = "Dana", **more: Any) -> Outgoing:
    """One of a batch: its own link, token and reply address."""
    settings: dict[str, Any] = {
        "message_id": f"m-{number}",
        "to": f"p{number}@example.org",
        "template": TEMPLATE,
        "fields": {
            "name": name,
            "prompt": "One?\nTwo?",
            "link": f"https://x.org/s/{number}?a=1&b=2",
            "token": f"t{number}",
        },
        "subject": "Your week to check in",
        "kind": "weekly",
        "reply_to": f"r.Token{number}@reply.example.org",
        "unsubscribe_url": f"https://x.org/unsubscribe/{number}",
        **more,
    }
    return Outgoing(**settings)


def channel(provider: Recorder, **more: Any) -> SendGridChannel:
    return SendGridChannel(
        api_key=API_KEY,
        from_address="buddies@example.org",
        from_name="Mercy Buddies",
        api_base=f"{provider.url}/base/",
        timeout=timedelta(seconds=0.5),
        **more,
    )


def test_a_batch_leaves_as_one_request_with_one_personalization_a_person() -> None:
    with recording() as provider:
        provider.answer(202, X_Message_Id="abc")
        outcomes = channel(provider).send([mail(1), mail(2)])
    (asked,) = provider.asked
    assert outcomes == [Outcome(kind=OutcomeKind.ACCEPTED, provider_id="abc")] * 2
    assert (asked.method, asked.path) == ("POST", "/base/v3/mail/send")
    assert asked.headers["Authorization"] == f"Bearer {API_KEY}"
    body = json.loads(asked.body)
    assert set(body) == {
        "from",
        "reply_to",
        "subject",
        "content",
        "personalizations",
        "tracking_settings",
    }
    assert body["from"] == {"email": "buddies@example.org", "name": "Mercy Buddies"}
    assert body["subject"] == "Your week to check in"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    for number, person in enumerate(body["personalizations"], 1):
        assert set(person) == {"to", "custom_args", "headers", "substitutions"}
        assert person["to"] == [{"email": f"p{number}@example.org"}]
        assert person["custom_args"] == {"m": f"m-{number}"}
        assert person["headers"] == {
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<https://x.org/unsubscribe/{number}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


def test_what_all_share_names_nobody() -> None:
    body = request_body([mail(1, "Dana"), mail(2, "Zoë")], Sender(address="b@example.org"))
    common = json.dumps({**body, "personalizations": []})
    assert not any(word in common for word in ("Dana", "Zoë", "Token", "p1@", "/s/1", "unsubscribe"))


def test_everybody_reads_their_own_words_in_both_parts(stage: Stage) -> None:
    odd = "O'Neil <b>& {link}"
    batch = [mail(1, odd), mail(2, "Zoë")]
    outcomes = stage.mail.send(batch)
    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.ACCEPTED] * 2
    for sent in batch:
        (held,) = [held for held in stage.state.memory.mails() if held.to == sent.to]
        assert held.text == sent.body
        assert held.reply_to == sent.reply_to
        assert held.custom_args == {"m": sent.message_id}
        href = f"https://x.org/s/{sent.message_id[-1]}?a=1&amp;b=2"
        assert re.search(
            f'<a class="on-button" href="{re.escape(href)}" style="[^"]*">My page</a>', held.html
        )
        assert f'href="https://x.org/d/t{sent.message_id[-1]}?x=1&amp;y=2"' in held.html
        assert "One?<br>\nTwo?" in held.html
    assert "Hi O&#x27;Neil &lt;b&gt;&amp; {link}," in next(
        held.html for held in stage.state.memory.mails() if held.to == "p1@example.org"
    )


def test_a_mail_alone_reads_the_same_as_one_of_a_batch(stage: Stage) -> None:
    stage.mail.send([mail(1, "Ann"), mail(2, "Ann")])
    together = next(held for held in stage.state.memory.mails() if held.to == "p1@example.org")
    stage.state.memory.forget()
    stage.mail.send([mail(1, "Ann")])
    (alone,) = stage.state.memory.mails()
    assert (alone.text, alone.reply_to, alone.headers) == (together.text, together.reply_to, together.headers)
    assert alone.html.replace("<br>\n", "<br>") == together.html.replace("<br>\n", "<br>")
    assert alone.html == dress(mail(1, "Ann").body, subject="Your week to check in")


def test_different_subjects_templates_kinds_and_reply_domains_part_ways() -> None:
    batch = [
        mail(1),
        mail(2, subject="Another"),
        mail(3, template="{name}"),
        mail(4, kind="monthly"),
        mail(5, reply_to="x@elsewhere.org"),
        mail(6, reply_to=None),
        mail(7),
    ]
    groups = [[message.message_id for message in group] for group in shared(batch, 1_000)]
    assert sorted(groups) == [["m-1", "m-7"], ["m-2"], ["m-3"], ["m-4"], ["m-5"], ["m-6"]]


def test_one_address_is_never_twice_in_a_request(stage: Stage) -> None:
    batch = [mail(1), mail(2, to="P1@example.org"), mail(3)]
    assert [len(group) for group in shared(batch, 1_000)] == [1, 2]
    assert {outcome.kind for outcome in stage.mail.send(batch)} == {OutcomeKind.ACCEPTED}


def test_a_thousand_people_are_one_request_and_one_more_makes_two() -> None:
    with recording() as provider:
        provider.answer(202)
        outcomes = channel(provider).send([mail(number) for number in range(1_001)])
    assert [len(json.loads(asked.body)["personalizations"]) for asked in provider.asked] == [1_000, 1]
    assert len(outcomes) == 1_001


def test_values_too_long_for_substitutions_are_written_out(stage: Stage) -> None:
    long = mail(1, "x" * 6_000)
    assert [len(group) for group in shared([long, mail(2), mail(3)], 1_000)] == [1, 2]
    stage.mail.send([long, mail(2), mail(3)])
    assert next(held.text for held in stage.state.memory.mails() if held.to == long.to) == long.body


def test_a_batch_size_of_one_needs_no_substitutions() -> None:
    with recording() as provider:
        provider.answer(202)
        channel(provider, batch_size=1).send([mail(1), mail(2)])
    bodies = [json.loads(asked.body) for asked in provider.asked]
    assert [body["reply_to"]["email"] for body in bodies] == [
        "r.Token1@reply.example.org",
        "r.Token2@reply.example.org",
    ]
    assert not any("substitutions" in body["personalizations"][0] for body in bodies)


@pytest.mark.parametrize(
    "broken",
    [
        {"to": "a@example.org\r\nBcc: b@example.org"},
        {"subject": "Hi\nBcc: b@example.org"},
        {"reply_to": "r@example.org\r"},
        {"unsubscribe_url": "https://x.org/\n"},
    ],
)
def test_a_line_break_in_a_header_stops_that_mail_only(stage: Stage, broken: dict[str, str]) -> None:
    refused, sent = stage.mail.send([mail(1, **broken), mail(2)])
    assert refused == Outcome(kind=OutcomeKind.REFUSED, code="header")
    assert sent.kind is OutcomeKind.ACCEPTED
    assert [held.to for held in stage.state.memory.mails()] == ["p2@example.org"]


def test_a_sender_with_a_line_break_is_refused_at_once() -> None:
    with pytest.raises(HeaderRefused):
        SendGridChannel(api_key="k", from_address="a@example.org", from_name="A\r\nBcc: x@example.org")


def test_a_bad_address_is_taken_out_and_the_others_go(stage: Stage) -> None:
    batch = [mail(1), mail(2, to="nobody"), mail(3), mail(4, to="a b@x"), mail(5)]
    kinds = [outcome.kind for outcome in stage.mail.send(batch)]
    assert kinds == [
        OutcomeKind.ACCEPTED,
        OutcomeKind.UNUSABLE,
        OutcomeKind.ACCEPTED,
        OutcomeKind.UNUSABLE,
        OutcomeKind.ACCEPTED,
    ]
    assert sorted(held.to for held in stage.state.memory.mails()) == [
        "p1@example.org",
        "p3@example.org",
        "p5@example.org",
    ]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, OutcomeKind.AMBIGUOUS),
        (400, OutcomeKind.REFUSED),
        (401, OutcomeKind.ACCOUNT),
        (403, OutcomeKind.ACCOUNT),
        (404, OutcomeKind.ACCOUNT),
        (413, OutcomeKind.REFUSED),
        (429, OutcomeKind.NOT_PROCESSED),
        (500, OutcomeKind.AMBIGUOUS),
        (503, OutcomeKind.AMBIGUOUS),
    ],
)
def test_each_answer_has_one_meaning_for_the_whole_request(status: int, kind: OutcomeKind) -> None:
    with recording() as provider:
        provider.answer(status, b'{"errors": [{"message": "no", "field": null}]}')
        outcomes = channel(provider).send([mail(1), mail(2)])
    assert [outcome.kind for outcome in outcomes] == [kind, kind]
    assert {outcome.code for outcome in outcomes} == {str(status)}
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "9"}, timedelta(seconds=9)),
        ({"X_RateLimit_Reset": "1795532460", "Date": "Tue, 24 Nov 2026 15:00:00 GMT"}, timedelta(minutes=1)),
        ({"X_RateLimit_Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_too_many_requests_names_the_wait(headers: dict[str, str], wait: timedelta | None) -> None:
    with recording() as provider:
        provider.answer(429, **headers)
        (outcome,) = channel(provider).send([mail(1)])
    assert outcome.kind is OutcomeKind.NOT_PROCESSED
    assert outcome.retry_after == wait


def test_a_refused_connection_sent_nothing() -> None:
    mails = SendGridChannel(api_key="k", from_address="a@example.org", api_base="http://127.0.0.1:9")
    assert mails.send([mail(1)]) == [Outcome(kind=OutcomeKind.NOT_PROCESSED, code="connect")]


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
def test_what_may_have_been_accepted_is_ambiguous(stage: Stage, fault: FaultKind, held: int) -> None:
    stage.state.faults.set(fault, next_requests=1)
    (outcome,) = stage.mail.send([mail(1)])
    assert outcome.kind is OutcomeKind.AMBIGUOUS
    assert len(stage.state.memory.mails()) == held


def test_mail_cannot_be_looked_up(stage: Stage) -> None:
    assert stage.mail.can_look_up is False
    with pytest.raises(LookupFailed):
        stage.mail.copies("p1@example.org")


def test_what_the_provider_keeps_of_an_address_is_erased_and_the_others_stay(stage: Stage) -> None:
    stage.mail.send([mail(1), mail(2), mail(3)])
    assert stage.mail.erase(["p1@example.org", "p3@example.org"]) == {"p1@example.org", "p3@example.org"}
    assert [one.to for one in stage.state.memory.mails()] == ["p2@example.org"]
    assert len(stage.state.memory.thread("p1@example.org")) == 1  # the person's own mailbox keeps it
    assert stage.mail.erase([]) == frozenset()


def test_one_address_that_is_none_holds_up_no_other(stage: Stage) -> None:
    stage.mail.send([mail(1)])
    assert stage.mail.erase(["nobody at all", "p1@example.org"]) == {"nobody at all", "p1@example.org"}
    assert stage.state.memory.mails() == []


@pytest.mark.parametrize("fault", [FaultKind.ERROR, FaultKind.RATE_LIMIT])
def test_an_erasure_that_was_not_taken_is_not_said_to_be(stage: Stage, fault: FaultKind) -> None:
    stage.mail.send([mail(1)])
    stage.state.faults.set(fault, chance=1.0)
    assert stage.mail.erase(["p1@example.org"]) == frozenset()
    stage.state.faults.clear()
    assert len(stage.state.memory.mails()) == 1


def test_an_account_that_may_not_erase_has_erased_nothing() -> None:
    with recording() as provider:
        provider.answer(403, b'{"errors": [{"message": "Not authorized", "field": ""}]}')
        assert channel(provider).erase(["p1@example.org"]) == frozenset()
        (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/base/v3/recipients/erasejob")
    assert json.loads(asked.body) == {"email_addresses": ["p1@example.org"]}
