"""Mail over a relay of one's own, by SMTP. Tells refused from unknown; paces and retries nothing."""

import hashlib
import re
import smtplib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.channel import Copy, LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.mail_headers import HeaderRefused, header_value, headers_of
from channels.mail_html import dress
from channels.smtp_session import Relay, Unreached, leave

_PLAIN = re.compile(r"[^\s<>()\[\]\\,;:@\"]+")  # what may stand before and after the @ here
_NO_SUCH_MAILBOX = frozenset({550, 551, 553, 521, 556})


class SmtpChannel:
    """Implements `channels.channel.Channel`. A session a call, so that threads share nothing."""

    medium = "email"
    can_look_up = False
    repeats_safely = True  # under the same Message-ID

    def __init__(
        self,
        *,
        url: str,
        from_address: str,
        clock: Callable[[], datetime],
        from_name: str = "",
        per_second: float = 10.0,
        timeout: timedelta = timedelta(seconds=20),
        batch_size: int = 50,
    ) -> None:
        """`url` is `smtp://user:password@host:587?starttls=required`, or `smtps://...`; ValueError otherwise.

        `clock` dates the mails.
        """
        self._from = Address(display_name=header_value(from_name), addr_spec=header_value(from_address))
        self._relay = Relay.named(url, own_name=self._from.domain, timeout=timeout)
        self._clock = clock
        self.sender = f"smtp:{self._relay.host}"
        self.per_second = per_second
        self.batch_size = batch_size

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the mails over in one session (a new one where the relay ends it); one outcome a mail."""
        outcomes: list[Outcome] = []
        session: smtplib.SMTP | None = None
        for message in batch:
            if not message.to.isascii():  # needs SMTPUTF8 (RFC 6531) on every relay up to the mailbox
                outcomes.append(Outcome(kind=OutcomeKind.UNUSABLE, code="smtputf8"))
                continue
            try:
                mail = self._composed(message)
            except HeaderRefused:
                outcomes.append(Outcome(kind=OutcomeKind.REFUSED, code="header"))
                continue
            try:
                session = session or self._relay.session()
            except Unreached as error:
                outcomes.append(error.outcome)
                continue
            outcomes.append(self._handed_over(session, message.to, mail))
            if session.sock is None:
                session = None
        if session is not None:
            leave(session)
        return outcomes

    def copies(self, to: str) -> Iterator[Copy]:
        """A relay cannot be asked: always raises LookupFailed. A repeat carries the same Message-ID."""
        raise LookupFailed("smtp keeps no list that can be asked")

    def message_id_of(self, message_id: str) -> str:
        """The Message-ID header, the same for every try of one message, so that a repeat is recognised."""
        digest = hashlib.sha256(message_id.encode()).hexdigest()[:32]
        return f"<{digest}@{self._from.domain}>"

    def _composed(self, message: Outgoing) -> EmailMessage:
        headers = headers_of(message)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._from
        local_part, _, domain = message.to.rpartition("@")
        if not _PLAIN.fullmatch(local_part) or not _PLAIN.fullmatch(domain):
            raise HeaderRefused("not an address")
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = self.message_id_of(message.message_id)
        if message.reply_to:
            mail["Reply-To"] = message.reply_to
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(message.body)
        mail.add_alternative(dress(message.body, subject=message.subject), subtype="html")
        return mail

    def _handed_over(self, session: smtplib.SMTP, to: str, mail: EmailMessage) -> Outcome:
        """MAIL, RCPT, DATA, each answer told apart: only once the text is under way is the end unknown."""
        try:
            for command, step in (
                (f"MAIL FROM:<{self._from.addr_spec}>", OutcomeKind.REFUSED),
                (f"RCPT TO:<{to}>", OutcomeKind.UNUSABLE),
                ("DATA", OutcomeKind.REFUSED),
            ):
                code, _ = session.docmd(command)
                if code >= 400:
                    return self._refused(session, step, code)
        except (smtplib.SMTPException, OSError):
            session.close()
            return Outcome(kind=OutcomeKind.NOT_PROCESSED, code="hang-up")
        try:
            session.send(_dotted(mail.as_bytes()))
            code, _ = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            session.close()
            word = "timeout" if isinstance(error, TimeoutError) else "hang-up"
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code=word)
        if code >= 400:
            return self._refused(session, OutcomeKind.REFUSED, code)
        return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=str(mail["Message-ID"]))

    def _refused(self, session: smtplib.SMTP, step: OutcomeKind, code: int) -> Outcome:
        """4xx: later. 5xx: never, and for RCPT most often because there is no such mailbox."""
        if code == 421:
            session.close()
        else:
            _reset(session)
        if code < 500:
            return Outcome(kind=OutcomeKind.NOT_PROCESSED, code=str(code))
        if code in (530, 535):
            return Outcome(kind=OutcomeKind.ACCOUNT, code=str(code))
        is_mailbox = step is OutcomeKind.UNUSABLE and code in _NO_SUCH_MAILBOX
        return Outcome(kind=OutcomeKind.UNUSABLE if is_mailbox else OutcomeKind.REFUSED, code=str(code))


def _dotted(raw: bytes) -> bytes:
    """The text as DATA takes it (RFC 5321, 4.5.2): leading dots doubled, a lone dot at the end."""
    body = re.sub(rb"(?m)^\.", b"..", raw)
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _reset(session: smtplib.SMTP) -> None:
    try:
        session.rset()
    except (smtplib.SMTPException, OSError):
        session.close()
