"""Mail from the program's own mailbox becomes one inbound record each, whatever happens on the way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from channels.imap import ImapMailbox, Letter
from engine.answer_inbound import answer_inbound
from engine.collect_mail import collect_mail
from engine.deployment import Deployment
from engine.engine_health import engine_health
from escalation.event_mail import EventDoor
from store.models import Inbound, Message, SupportRequest
from tests.imap_server import Mailbox, imap_server
from tests.stories.world import WorldClock


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with imap_server() as mailbox:
        yield mailbox


@pytest.fixture
def listening(deployment: Deployment, server: Mailbox) -> Deployment:
    """The program with that mailbox."""
    return replace(
        deployment,
        mailbox=ImapMailbox.named(server.url),
        reply_prefix="buddies+r.",
        reply_domain="hospital.example.org",
        own_addresses=("buddies@hospital.example.org",),
    )


def mail(text: str, *, number: str = "1", **headers: str) -> EmailMessage:
    letter = EmailMessage()
    values = {
        "From": "dana@example.org",
        "To": "buddies+r.Tok3n@hospital.example.org",
        "Message-ID": f"<{number}@example.org>",
        "Subject": "Re: this week with your buddy",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in values.items():
        letter[name] = value
    letter.set_content(text)
    return letter


def kept(deployment: Deployment) -> list[Inbound]:
    with deployment.database.reads() as session:
        return list(session.scalars(select(Inbound).order_by(Inbound.received_at, Inbound.id)))


def test_a_mail_is_taken_once_however_often_it_lies_there(
    listening: Deployment, server: Mailbox, now: datetime
) -> None:
    server.put(mail("1"))
    server.put(mail("1"))
    assert collect_mail(listening, WorldClock(now)) == 1
    server.put(mail("1"))
    assert collect_mail(listening, WorldClock(now)) == 0
    (row,) = kept(listening)
    assert (row.provider, row.medium, row.automatic) == ("imap", "email", False)
    assert row.reply_token_hash is not None
    assert server.count() == 0


def test_a_crash_between_taking_and_removing_costs_nothing(
    listening: Deployment, server: Mailbox, now: datetime
) -> None:
    server.put(mail("I want to die"))
    mailbox = listening.mailbox
    assert mailbox is not None

    def crash(letter: Letter) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        mailbox.empty(crash)
    assert collect_mail(listening, WorldClock(now)) == 1
    assert server.count() == 0


def test_the_answer_is_cut_at_the_address_that_our_mails_come_from(
    listening: Deployment, server: Mailbox, now: datetime
) -> None:
    server.put(mail("2\n\nEl lun, Buddies <buddies@hospital.example.org> escribio algo:\n3 support\nSTOP\n"))
    collect_mail(listening, WorldClock(now))
    (row,) = kept(listening)
    assert row.body_sealed is not None
    assert listening.vault.open(row.body_sealed, "inbound", "body", row.id) == "2"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},  # our own mail, back again
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"Subject": "Automatic reply: this week with your buddy"},
        {"Subject": "Réponse automatique : cette semaine"},
    ],
)
def test_what_a_machine_wrote_is_no_answer_and_gets_none(
    listening: Deployment, server: Mailbox, now: datetime, headers: dict[str, str]
) -> None:
    server.put(mail("1 I am away. If you want to die of boredom, call 3.", **headers))
    assert collect_mail(listening, WorldClock(now)) == 1
    answer_inbound(listening, now)
    (row,) = kept(listening)
    assert (row.automatic, row.state) == (True, "ignored")
    with listening.database.reads() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_mailbox_that_cannot_be_reached_is_no_crash_and_shows_in_the_engines_health(
    listening: Deployment, server: Mailbox, now: datetime
) -> None:
    gone = replace(listening, mailbox=ImapMailbox.named("imap://a:b@127.0.0.1:9"))
    clock = WorldClock(now)
    assert collect_mail(gone, clock) == 0
    assert not told(listening, clock)
    clock.sleep(timedelta(minutes=5))
    assert collect_mail(gone, clock) == 0
    assert told(listening, clock) == ["the mailbox has not listed for 5 minutes what was written to us"]
    collect_mail(listening, clock)
    assert not told(listening, clock)


def told(deployment: Deployment, clock: WorldClock) -> list[str]:
    return [one.why for one in engine_health(deployment, clock).troubles if one.what == "deaf"]


def test_without_a_mailbox_there_is_nothing_to_collect(deployment: Deployment, now: datetime) -> None:
    assert collect_mail(deployment, WorldClock(now)) == 0


def test_a_report_of_an_event_in_the_mailbox_is_dealt_with_and_gone(
    listening: Deployment, server: Mailbox, now: datetime
) -> None:
    address = "buddies+events.abcdefgh12345678@hospital.example.org"
    door = EventDoor(address=address, senders=("safety@hospital.example.org",))
    reporting = replace(listening, event_door=door)
    server.put(mail("Kind: death\nUnit: ICU 3", To=address, From="safety@hospital.example.org"))
    assert collect_mail(reporting, WorldClock(now)) == 0
    assert server.count() == 0
    assert answer_inbound(reporting, now) == 0
    with reporting.database.reads() as session:
        assert [one.is_group for one in session.scalars(select(SupportRequest))] == [True]
