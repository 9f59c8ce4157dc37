"""A relay of one's own, played by aiosmtpd on loopback: what arrives, and what each answer proves."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.channel import LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.smtp import SmtpChannel
from tests.channels.test_sendgrid import mail

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Relay:
    """Keeps what it is given; `answers` says otherwise for a command."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, list[str]] = {}
        self.hangs_up_on_data = False
        self.unheard = 0  # so many mails are taken, and the line is cut before that is said

    def _next(self, command: str) -> str | None:
        queued = self.answers.get(command)
        return queued.pop(0) if queued else None

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._next("MAIL")
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self._next("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.hangs_up_on_data:
            server.transport.abort()
            return "250 never heard"
        answer = self._next("DATA")
        if answer is None:
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        if self.unheard:
            self.unheard -= 1
            server.transport.abort()
        return answer or "250 OK"


@contextmanager
def played(handler: Relay, **settings: Any) -> Iterator[tuple[Relay, str]]:
    """The relay while the block runs, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **settings)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def relay() -> Iterator[tuple[Relay, str]]:
    """A relay that takes everything, and its address."""
    with played(Relay()) as both:
        yield both


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as files; valid at the real time, which TLS goes by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def channel(url: str, **more: Any) -> SmtpChannel:
    settings = {"from_name": "Mercy Buddies", "timeout": timedelta(seconds=2), **more}
    return SmtpChannel(url=url, from_address="buddies@example.org", clock=lambda: AT, **settings)


def test_a_mail_arrives_as_text_and_html_with_its_headers(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    sent = mail(1, "O'Neil <b>& João\n.\n..dots")
    (outcome,) = channel(url).send([sent])
    (got,) = handler.mails
    assert outcome == Outcome(kind=OutcomeKind.ACCEPTED, provider_id=got["Message-ID"])
    assert got["From"] == "Mercy Buddies <buddies@example.org>"
    assert got["To"] == "p1@example.org"
    assert got["Reply-To"] == "r.Token1@reply.example.org"
    assert got["Subject"] == "Your week to check in"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] == "<https://x.org/unsubscribe/1>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Date"].datetime == AT
    text, page = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "\n".join(text.get_content().splitlines()) == sent.body
    assert "O&#x27;Neil &lt;b&gt;&amp; João" in page.get_content()
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]


def test_a_repeat_carries_the_same_message_id_and_another_mail_another(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    channel(url).send([mail(1), mail(1), mail(2)])
    first, again, other = (got["Message-ID"] for got in handler.mails)
    assert first == again != other
    assert first.endswith("@example.org>")


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("MAIL", "451 later", OutcomeKind.NOT_PROCESSED),
        ("MAIL", "550 not you", OutcomeKind.REFUSED),
        ("MAIL", "530 sign in first", OutcomeKind.ACCOUNT),
        ("RCPT", "450 greylisted", OutcomeKind.NOT_PROCESSED),
        ("RCPT", "550 no such user", OutcomeKind.UNUSABLE),
        ("RCPT", "553 no such mailbox", OutcomeKind.UNUSABLE),
        ("RCPT", "554 no relaying", OutcomeKind.REFUSED),
        ("DATA", "452 full", OutcomeKind.NOT_PROCESSED),
        ("DATA", "554 spam", OutcomeKind.REFUSED),
        ("RCPT", "421 closing", OutcomeKind.NOT_PROCESSED),
    ],
)
def test_each_answer_has_one_meaning_and_the_next_mail_goes(
    relay: tuple[Relay, str], command: str, answer: str, kind: OutcomeKind
) -> None:
    handler, url = relay
    handler.answers[command] = [answer]
    refused, taken = channel(url).send([mail(1), mail(2)])
    assert refused == Outcome(kind=kind, code=answer[:3])
    assert taken.kind is OutcomeKind.ACCEPTED
    assert [got["To"] for got in handler.mails] == ["p2@example.org"]


def test_a_hang_up_after_the_words_is_ambiguous(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    handler.hangs_up_on_data = True
    assert channel(url).send([mail(1)]) == [Outcome(kind=OutcomeKind.AMBIGUOUS, code="hang-up")]


def test_no_relay_means_nothing_was_sent() -> None:
    refused = Outcome(kind=OutcomeKind.NOT_PROCESSED, code="connect")
    assert channel("smtp://127.0.0.1:9").send([mail(1), mail(2)]) == [refused, refused]


def test_where_encryption_is_required_and_missing_nothing_is_said(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    outcomes = channel(f"{url}?starttls=required").send([mail(1)])
    assert outcomes == [Outcome(kind=OutcomeKind.ACCOUNT, code="starttls")]
    assert handler.mails == []


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_is_verified_where_it_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with played(Relay(), tls_context=context, require_starttls=True) as (handler, url):
        (outcome,) = channel(f"{url}?starttls=required").send([mail(1)])
        (unasked,) = channel(url).send([mail(2)])
    assert unasked.kind is OutcomeKind.ACCEPTED  # taken because it is offered, whoever signed it
    if trusted:
        assert outcome.kind is OutcomeKind.ACCEPTED
        assert len(handler.mails) == 2
    else:
        assert outcome == Outcome(kind=OutcomeKind.NOT_PROCESSED, code="tls")
        assert len(handler.mails) == 1


def test_a_password_that_nobody_asks_for_is_the_accounts_fault(relay: tuple[Relay, str]) -> None:
    _, url = relay
    signed_in = url.replace("smtp://", "smtp://user:p%40ss@")
    assert channel(signed_in).send([mail(1)]) == [Outcome(kind=OutcomeKind.ACCOUNT, code="auth")]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("jörg@example.org", Outcome(kind=OutcomeKind.UNUSABLE, code="smtputf8")),
        ("a@example.org\r\nRCPT TO:<b@example.org>", Outcome(kind=OutcomeKind.REFUSED, code="header")),
        ("not an address", Outcome(kind=OutcomeKind.REFUSED, code="header")),
    ],
)
def test_an_address_that_no_relay_takes_is_not_offered(
    relay: tuple[Relay, str], to: str, expected: Outcome
) -> None:
    handler, url = relay
    assert channel(url).send([Outgoing(message_id="m", to=to, template="x", subject="s")]) == [expected]
    assert handler.mails == []


@pytest.mark.parametrize("url", ["http://x", "smtp://", "", "relay.example.org:25"])
def test_an_address_that_is_no_relay_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        channel(url)


def test_a_relay_cannot_be_looked_up() -> None:
    relay = channel("smtp://127.0.0.1:9")
    assert (relay.sender, relay.medium, relay.can_look_up) == ("smtp:127.0.0.1", "email", False)
    with pytest.raises(LookupFailed):
        relay.copies("p1@example.org")
