"""What the settings switch on: which channel carries what, where answers arrive, and a program on its own relay."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from engine.answer_inbound import answer_inbound
from engine.collect_mail import collect_mail
from engine.deployment import Deployment
from engine.tick import help_now, tick
from scripts.carriers import channels_of, mailbox_of, reply_place
from scripts.program import load_program
from scripts.wiring import deployment_from
from store.database import Database
from tests.channels.test_smtp import Relay, played
from tests.imap_server import USER, Mailbox, imap_server
from tests.scripts.installation import KEYS
from tests.stories.world import WorldClock

TWILIO = {
    "SMS__PROVIDER": "twilio",
    "TWILIO__ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO__AUTH_TOKEN": "token",
    "TWILIO__FROM_NUMBER": "+15005550006",
}
SENDGRID = {
    "EMAIL__PROVIDER": "sendgrid",
    "SENDGRID__API_KEY": "SG.x",
    "SENDGRID__FROM_ADDRESS": "buddies@example.org",
}
SMTP = {"SMTP__URL": "smtp://127.0.0.1:9", "SMTP__FROM_ADDRESS": USER}
OWN_MAIL = {"EMAIL__PROVIDER": "smtp", **SMTP}
IMAP = {"IMAP__URL": "imap://buddies%40hospital.example.org:x@127.0.0.1:9"}
PAGES = {
    "PAGING__WEBHOOK_URL": "https://pager.example.org/page",
    "PAGING__WEBHOOK_SECRET": "a secret of ours",
}
PROGRAM = """
staff:
  - {id: cora, name: Cora Ordin, email: cora@example.org, roles: [coordinator]}
  - {id: rene, name: Rene Sponder, email: rene@example.org, roles: [responder]}
on_call:
  hours: [{days: [mon, tue, wed, thu, fri, sat, sun], starts: "00:00", ends: "00:00", chain: [rene]}]
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder and an environment of settings."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def settings(self, *given: dict[str, str]) -> Settings:
        """What they come to."""
        for block in (*given, {name.removeprefix("PREPAIRED_"): value for name, value in KEYS.items()}):
            for name, value in block.items():
                self.monkeypatch.setenv(f"PREPAIRED_{name}", value)
        return load_settings()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in [name for name in os.environ if name.upper().startswith("PREPAIRED_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Place(folder=tmp_path, monkeypatch=monkeypatch)


@pytest.fixture
def now_clock(now: datetime) -> WorldClock:
    return WorldClock(now)


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        ((OWN_MAIL,), {"email": "smtp"}),
        ((SENDGRID,), {"email": "sendgrid"}),
        ((SENDGRID, SMTP), {"email": "sendgrid", "relay": "smtp"}),
        ((TWILIO,), {"sms": "twilio", "call": "twilio-calls"}),
        ((TWILIO, {"PAGING__CALLS": "false"}), {"sms": "twilio"}),
        ((TWILIO, OWN_MAIL), {"sms": "twilio", "call": "twilio-calls", "email": "smtp"}),
        ((OWN_MAIL, PAGES), {"email": "smtp", "webhook": "webhook"}),
    ],
)
def test_each_medium_has_the_carrier_that_the_settings_name(
    place: Place, given: tuple[dict[str, str], ...], carried: dict[str, str], now_clock: WorldClock
) -> None:
    found = channels_of(place.settings(*given), load_program(), now_clock)
    assert {medium: channel.sender.partition(":")[0] for medium, channel in found.items()} == carried


def test_a_messaging_service_calls_only_from_a_number_of_its_own(place: Place, now_clock: WorldClock) -> None:
    service = TWILIO | {"TWILIO__FROM_NUMBER": "", "TWILIO__MESSAGING_SERVICE_SID": "MG" + "1" * 32}
    assert set(channels_of(place.settings(service), load_program(), now_clock)) == {"sms"}
    called = channels_of(place.settings({"PAGING__CALL_FROM": "+15005550007"}), load_program(), now_clock)
    assert called["call"].sender == "twilio-calls:+15005550007"


@pytest.mark.parametrize(
    ("given", "at", "has_mailbox"),
    [
        ((OWN_MAIL,), ("r.", None), False),
        ((OWN_MAIL, IMAP), ("buddies+r.", "hospital.example.org"), True),
        ((OWN_MAIL, IMAP, {"IMAP__SEPARATOR": "-"}), ("buddies-r.", "hospital.example.org"), True),
        ((SENDGRID, {"SENDGRID__INBOUND_DOMAIN": "in.example.org"}), ("r.", "in.example.org"), False),
        ((SENDGRID, {"SENDGRID__INBOUND_DOMAIN": "in.example.org"}, IMAP), ("r.", "in.example.org"), True),
        ((SENDGRID, IMAP), ("buddies+r.", "hospital.example.org"), True),
    ],
)
def test_answers_by_mail_arrive_where_the_settings_say(
    place: Place, given: tuple[dict[str, str], ...], at: tuple[str, str | None], has_mailbox: bool
) -> None:
    settings = place.settings(*given)
    assert reply_place(settings) == at
    assert (mailbox_of(settings) is not None) == has_mailbox


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with imap_server() as server:
        yield server


def cry(mailbox: Mailbox) -> None:
    """Somebody whom nobody knows writes to the mailbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "someone@example.net", USER, "<one@example.net>"
    mail.set_content("I want to die")
    mailbox.put(mail)


@pytest.fixture
def on_own_relay(
    place: Place, sqlite_database: Database, mailbox: Mailbox, now_clock: WorldClock
) -> Iterator[tuple[Deployment, Relay]]:
    """A program as the settings make it: mail by a relay and a mailbox, no provider at all."""
    (place.folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    with played(Relay()) as (relay, url):
        own = {"SMTP__URL": url, "IMAP__URL": mailbox.url, "PROGRAM": "program.yaml"}
        yield deployment_from(place.settings(OWN_MAIL, own), sqlite_database, clock=now_clock), relay


def test_without_any_provider_a_crisis_in_the_mailbox_is_answered_and_paged_by_the_relay(
    on_own_relay: tuple[Deployment, Relay], mailbox: Mailbox, now_clock: WorldClock
) -> None:
    deployment, relay = on_own_relay
    cry(mailbox)
    assert collect_mail(deployment, now_clock) == 1
    assert mailbox.count() == 0
    tick(deployment, now_clock)
    sent = {each["To"]: each for each in relay.mails}
    assert set(sent) == {"someone@example.net", "rene@example.org"}
    answer = sent["someone@example.net"].get_body(("plain",))
    page = sent["rene@example.org"].get_body(("plain",))
    assert answer is not None
    assert page is not None
    assert "988" in answer.get_content()
    assert "/console/sign-in/" in page.get_content()
    assert "die" not in page.get_content()


def test_pages_go_by_the_hospitals_relay_while_the_provider_of_mail_is_down(
    place: Place, sqlite_database: Database, mailbox: Mailbox, now_clock: WorldClock
) -> None:
    (place.folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    with played(Relay()) as (relay, url):
        own = {"SMTP__URL": url, "IMAP__URL": mailbox.url, "PROGRAM": "program.yaml"}
        down = {"SENDGRID__API_BASE": "http://127.0.0.1:9"}
        deployment = deployment_from(place.settings(SENDGRID, own, down), sqlite_database, clock=now_clock)
        cry(mailbox)
        assert collect_mail(deployment, now_clock) == 1
        assert answer_inbound(deployment, now_clock.now()) == 1
        help_now(deployment, now_clock)
        assert [mail["To"] for mail in relay.mails] == ["rene@example.org"]
