"""No port of ours can be reached: texts are listed, mail leaves by a relay and comes back into a mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage

import pytest

from channels.imap import ImapMailbox
from channels.smtp import SmtpChannel
from sandbox.server import SandboxServer
from store.database import Database
from store.sealing import Vault
from tests.channels.test_smtp import Relay, played
from tests.imap_server import USER, Mailbox, imap_server
from tests.stories.world import COORDINATOR_MAIL, RESPONDER_PHONE, World, build_world

DANA, SAM, PHONE = "dana@example.org", "sam@example.org", "+12025550103"


@dataclass
class Cellar:
    """A world whose mail leaves by a real relay and arrives in a real mailbox; nothing listens for webhooks."""

    world: World
    relay: Relay
    mailbox: Mailbox

    def mails(self, to: str) -> list[EmailMessage]:
        """What the relay was given for that address, oldest first."""
        return [mail for mail in self.relay.mails if mail["To"] == to]

    def reply(self, nudge: EmailMessage, text: str, *, from_: str | None = None, **headers: str) -> None:
        """Somebody answers a mail as their mail program does; our engine goes round a moment later."""
        mail = EmailMessage()
        mail["From"], mail["To"] = from_ or nudge["To"], nudge["Reply-To"]
        mail["Subject"], mail["In-Reply-To"] = f"Re: {nudge['Subject']}", nudge["Message-ID"]
        mail["Message-ID"] = f"<{self.world.clock.at.timestamp()}@example.org>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        quoted = nudge.get_body(("plain",))
        assert quoted is not None
        told = "".join(f"> {line}\n" for line in quoted.get_content().splitlines())
        mail.set_content(f"{text}\n\nOn Tue, Nov 24, 2026 at 9:00 AM <{USER}> wrote:\n{told}")
        self.mailbox.put(mail)
        self.world.advance(seconds=5)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with imap_server() as server:
        yield server


@pytest.fixture
def cellar(
    sqlite_database: Database, vault: Vault, sandbox_server: SandboxServer, now: datetime, mailbox: Mailbox
) -> Iterator[Cellar]:
    """Two members with mail alone, and one with a phone."""
    world = build_world(sqlite_database, vault, sandbox_server, now)
    with played(Relay()) as (relay, url):
        channels = dict(world.deployment.channels)
        channels["email"] = SmtpChannel(url=url, from_address=USER, clock=world.clock.now, per_second=1000)
        world.deployment = replace(
            world.deployment,
            channels=channels,
            mailbox=ImapMailbox.named(mailbox.url),
            reply_prefix="buddies+r.",
            reply_domain=USER.partition("@")[2],
            own_addresses=(USER,),
        )
        world.enrol(
            {"phone": "", "sms_consent": "", "email": DANA, "email_consent": "yes"},
            {"phone": "", "sms_consent": "", "email": SAM, "email_consent": "yes"},
            {"phone": PHONE},
        )
        world.publish()
        world.advance(days=8)
        yield Cellar(world=world, relay=relay, mailbox=mailbox)


def nudge(cellar: Cellar, to: str) -> EmailMessage:
    return next(mail for mail in cellar.mails(to) if "this week" in mail["Subject"])


def test_an_answer_by_mail_counts_for_the_group(cellar: Cellar) -> None:
    asked = nudge(cellar, DANA)
    assert asked["Reply-To"].startswith("buddies+r.")
    cellar.reply(asked, "1, we had coffee")
    (logged,) = cellar.world.check_ins()
    assert (logged.connected, logged.medium) == (True, "email")
    assert cellar.mailbox.count() == 0


def test_a_text_is_found_by_listing(cellar: Cellar) -> None:
    cellar.world.text(PHONE, "1")
    assert [logged.medium for logged in cellar.world.check_ins()] == ["sms"]


def test_support_asked_for_twice_by_mail_reaches_the_coordinator(cellar: Cellar) -> None:
    cellar.reply(nudge(cellar, DANA), "3")
    offer = cellar.mails(DANA)[-1]
    assert cellar.world.requests()[-1].state == "pending"
    assert cellar.mails(COORDINATOR_MAIL) == []
    cellar.reply(offer, "3")
    assert cellar.world.requests()[-1].state == "open"
    assert len(cellar.mails(COORDINATOR_MAIL)) == 1


def test_a_crisis_by_mail_is_answered_by_mail_and_pages(cellar: Cellar) -> None:
    cellar.reply(nudge(cellar, DANA), "I want to die")
    told = cellar.mails(DANA)[-1]
    body = told.get_body(("plain",))
    assert body is not None
    assert "988" in body.get_content()
    assert "die" not in told["Subject"]
    assert any("somebody needs you now" in text for text in cellar.world.phone(RESPONDER_PHONE))


def test_a_mail_that_was_perhaps_taken_is_repeated_under_the_same_message_id(cellar: Cellar) -> None:
    heard = len(cellar.relay.mails)
    cellar.relay.unheard = 1
    cellar.world.advance(days=7)
    repeated, again, *others = sorted(
        cellar.relay.mails[heard:],
        key=lambda mail: mail["Message-ID"] != cellar.relay.mails[heard]["Message-ID"],
    )
    assert (repeated["To"], repeated["Message-ID"]) == (again["To"], again["Message-ID"])
    assert [mail["To"] for mail in others] == [{DANA: SAM, SAM: DANA}[repeated["To"]]]
    assert {row.state for row in cellar.world.messages(medium="email")} == {"sent"}


def test_a_stop_by_mail_ends_the_mails(cellar: Cellar) -> None:
    cellar.reply(nudge(cellar, DANA), "please stop")
    heard = len(cellar.mails(DANA))
    cellar.world.advance(days=8)
    assert len(cellar.mails(DANA)) == heard


def test_an_out_of_office_is_no_answer(cellar: Cellar) -> None:
    heard = len(cellar.relay.mails)
    cellar.reply(nudge(cellar, DANA), "1 day left on the beach", Auto_Submitted="auto-replied")
    assert cellar.world.check_ins() == []
    assert len(cellar.relay.mails) == heard


def test_two_machines_that_answer_each_other_come_to_rest(cellar: Cellar) -> None:
    for number in range(20):
        cellar.reply(cellar.mails(DANA)[-1], f"what is this {number}")
    assert len(cellar.mails(DANA)) < 16


def test_another_members_token_logs_nothing(cellar: Cellar) -> None:
    cellar.reply(nudge(cellar, DANA), "1", from_=SAM)
    assert cellar.world.check_ins() == []
