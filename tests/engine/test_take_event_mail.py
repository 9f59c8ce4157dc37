"""An adverse event by mail opens a case for everybody it names, once, and leaves nothing of itself."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest

from channels.inbound_mail import InboundMail, parse_mail
from engine.take_event_mail import take_event_mail
from escalation.event_mail import EventDoor
from store.models import AuditEntry, Inbound, Message, SupportRequest
from tests.dump import dump
from tests.engine.people import Town

ADDRESS = "buddies+events.abcdefgh12345678@hospital.example.org"
LINES = "Kind: death\nSentence: Was there.\nId: m1\nPerson: Jo Ng; phone +1 202 555 0177\nNote: secretive\n"


@pytest.fixture
def reporting(town: Town) -> Town:
    door = EventDoor(address=ADDRESS, senders=("safety@hospital.example.org",))
    return replace(town, deployment=replace(town.deployment, event_door=door))


def a_mail(text: str, *, from_: str = "safety@hospital.example.org", to: str = ADDRESS) -> InboundMail:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = from_, to, "Report 4711 of today"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return parse_mail(bytes(mail))


def test_everybody_named_is_offered_outreach_once(reporting: Town, now: datetime) -> None:
    for _ in range(2):
        assert take_event_mail(reporting.deployment, a_mail(LINES), "<1@x>", now)
    found = reporting.rows(SupportRequest)
    assert sorted((one.state, one.source, one.kind) for one in found) == [("open", "event", "death")] * 2
    assert {one.member_id is None for one in found} == {True, False}
    assert (
        len(reporting.rows(Message, kind="outreach_offer")) == 1
    )  # who is no member hears from a human only
    assert len(reporting.rows(AuditEntry, action="event_mail_taken")) == 1


def test_nothing_of_the_mail_is_kept(reporting: Town, now: datetime) -> None:
    take_event_mail(reporting.deployment, a_mail(LINES), "<1@x>", now)
    kept = dump(reporting.deployment.database)
    for words in (b"secretive", b"4711", b"safety@hospital", b"Was there", b"Jo Ng"):
        assert words not in kept
    (row,) = reporting.rows(Inbound)
    assert (row.state, row.from_sealed, row.body_sealed, row.from_index) == ("done", None, None, "")


def test_a_mail_that_cannot_be_read_is_told_to_the_coordinator_without_a_word_of_it(
    reporting: Town, now: datetime
) -> None:
    for _ in range(2):
        assert take_event_mail(reporting.deployment, a_mail("Kind: suicide of Jo Ng"), "<2@x>", now)
    assert reporting.rows(SupportRequest) == []
    (told,) = reporting.rows(Message, kind="event_mail_notice")
    assert told.details_sealed is not None
    words = reporting.deployment.vault.open_json(told.details_sealed, "message", "details", told.id)
    assert words == {"path": "/requests/new"}
    (entry,) = reporting.rows(AuditEntry, action="event_mail_unread")
    assert "Jo" not in entry.detail


@pytest.mark.parametrize(
    ("mail", "refused"),
    [
        (a_mail(LINES, from_="somebody@hospital.example.org"), 1),
        (a_mail(LINES, to="buddies+events.guess@hospital.example.org"), 0),
    ],
)
def test_a_mail_of_anybody_else_is_no_report(
    reporting: Town, now: datetime, mail: InboundMail, refused: int
) -> None:
    assert not take_event_mail(reporting.deployment, mail, "<3@x>", now)
    assert reporting.rows(SupportRequest) == []
    assert len(reporting.rows(AuditEntry, action="event_mail_refused")) == refused


def test_without_a_door_no_mail_is_a_report(town: Town, now: datetime) -> None:
    assert not take_event_mail(town.deployment, a_mail(LINES), "<4@x>", now)
