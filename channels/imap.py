"""A mailbox of the program's own, read by IMAP and emptied as it is read: answers by mail without an inbound port.

Hands each mail on and removes it only when it was taken. Does not cut quotes, know tokens or answer anybody.
"""

import hashlib
import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from channels.inbound_mail import InboundMail, parse_mail

log = structlog.get_logger(__name__)
AT_ONCE: Final = 200  # mails of one visit
LARGEST: Final = 3_000_000  # bytes read of one mail; its words come before its attachments


class MailboxFailed(Exception):
    """The mailbox could not be read; says at which step: connect, tls, login, folder or hang-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail of the mailbox. The id is the same however often the mail is delivered or read."""

    id: str
    mail: InboundMail


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapMailbox:
    """Where the mailbox is. A session a visit, so that threads share nothing."""

    host: str
    port: int
    is_wrapped: bool  # TLS from the first byte (imaps)
    needs_tls: bool  # STARTTLS, or nothing is said
    login: tuple[str, str] = field(repr=False)
    folder: str = "INBOX"
    timeout: timedelta = timedelta(seconds=30)

    @classmethod
    def named(cls, url: str, *, folder: str = "INBOX", timeout: timedelta = timedelta(seconds=30)) -> Self:
        """The mailbox of `imaps://user:password@host` or `imap://...?starttls=required`; else ValueError.

        Without either the password would go in clear; that is allowed on this very machine only.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise ValueError("must be an address such as imaps://user:password@host")
        is_wrapped = parts.scheme == "imaps"
        needs_tls = parse_qs(parts.query).get("starttls") == ["required"]
        if not (is_wrapped or needs_tls or _is_here(parts.hostname)):
            raise ValueError("would send its password in clear; use imaps://, or add ?starttls=required")
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if is_wrapped else 143),
            is_wrapped=is_wrapped,
            needs_tls=needs_tls,
            login=(unquote(parts.username), unquote(parts.password or "")),
            folder=folder,
            timeout=timeout,
        )

    def empty(self, take: Callable[[Letter], None]) -> None:
        """Hands every mail to `take` and removes it when that returned. Raises MailboxFailed.

        One that `take` fails on stays for the next visit, and the others go on.
        """
        with self.opened() as session:
            for uid in _waiting(session):
                try:
                    letter = _fetched(session, uid)
                    if letter is not None:
                        take(letter)
                except (imaplib.IMAP4.error, OSError):
                    raise
                except Exception as fault:  # noqa: BLE001  whatever ails this one, the next may be about a life
                    log.error("letter_not_taken", fault=type(fault).__name__)
                    continue
                _remove(session, uid)

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """A session with the folder open, encrypted and signed in. Raises MailboxFailed, whatever goes wrong in it."""
        step = "connect"
        session: imaplib.IMAP4 | None = None
        try:
            session = self._connected()
            if self.needs_tls:
                step = "tls"
                session.starttls(ssl.create_default_context())
            step = "login"
            self._sign_in(session)
            step = "folder"
            _done(session.select(_quoted(self.folder)))
            step = "hang-up"
            yield session
        except ssl.SSLError as fault:
            raise MailboxFailed("tls") from fault
        except (imaplib.IMAP4.error, OSError) as fault:
            raise MailboxFailed(step) from fault
        finally:
            _leave(session)

    def _connected(self) -> imaplib.IMAP4:
        seconds = self.timeout.total_seconds()
        if self.is_wrapped:
            return imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=ssl.create_default_context(), timeout=seconds
            )
        return imaplib.IMAP4(self.host, self.port, timeout=seconds)

    def _sign_in(self, session: imaplib.IMAP4) -> None:
        """AUTHENTICATE PLAIN takes any letters in a password; LOGIN is for servers without it."""
        user, password = self.login
        if "AUTH=PLAIN" in session.capabilities:
            session.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            session.login(_quoted(user), password)


def _waiting(session: imaplib.IMAP4) -> list[str]:
    """The unique ids of what is in the folder, oldest first, as many as one visit takes."""
    found = _done(session.uid("SEARCH", "UNDELETED"))
    return [uid.decode() for uid in (found[0] or b"").split()][:AT_ONCE]


def _fetched(session: imaplib.IMAP4, uid: str) -> Letter | None:
    """The mail, without marking it as read; None where somebody else has just removed it."""
    parts: list[Any] = _done(session.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)"))
    raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
    if raw is None:
        return None
    mail = parse_mail(raw)
    known_by = (mail.message_id or "", mail.text, mail.html) if mail.message_id else (raw.decode("latin-1"),)
    return Letter(id=hashlib.sha256("\0".join(known_by).encode()).hexdigest(), mail=mail)


def _remove(session: imaplib.IMAP4, uid: str) -> None:
    """Gone for good: a mailbox keeps no copy of what somebody wrote in need."""
    _done(session.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
    if "UIDPLUS" in session.capabilities:  # RFC 4315: only this one, whatever else is marked
        _done(session.uid("EXPUNGE", uid))
    else:
        _done(session.expunge())


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("refused")
    return data


def _leave(session: imaplib.IMAP4 | None) -> None:
    """End the session politely where the server still listens."""
    if session is None:
        return
    try:
        session.logout()
    except (imaplib.IMAP4.error, OSError):
        with suppress(OSError):
            session.shutdown()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
