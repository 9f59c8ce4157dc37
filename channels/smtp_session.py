"""A session with a mail relay: connected, encrypted where that is asked for, signed in. Hands nothing over."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from channels.channel import Outcome, OutcomeKind


class Unreached(Exception):
    """No session with the relay; `outcome` is what that means for whatever was to be sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where the relay is and how it wants to be spoken to."""

    host: str
    port: int
    is_wrapped: bool  # TLS from the first byte (smtps)
    needs_tls: bool  # refuse to go on where STARTTLS is not offered, or not to be trusted
    login: tuple[str, str] | None
    own_name: str  # what we introduce ourselves by
    timeout: float  # seconds

    @classmethod
    def named(cls, url: str, *, own_name: str, timeout: timedelta) -> Self:
        """The relay of `smtp://user:password@host:587?starttls=required` or `smtps://...`; else ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("an SMTP address looks like smtp://user:password@host:587?starttls=required")
        is_wrapped = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if is_wrapped else 25),
            is_wrapped=is_wrapped,
            needs_tls=parse_qs(parts.query).get("starttls") == ["required"],
            login=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            own_name=own_name,
            timeout=timeout.total_seconds(),
        )

    def session(self) -> smtplib.SMTP:
        """A greeted, encrypted (where needed) and signed-in session. Raises Unreached."""
        context = self._context()
        try:
            session = self._greeted(context)
        except ssl.SSLError as error:
            raise _unreached(OutcomeKind.NOT_PROCESSED, "tls") from error
        except (smtplib.SMTPException, OSError) as error:
            raise _unreached(OutcomeKind.NOT_PROCESSED, "connect") from error
        try:
            session.ehlo_or_helo_if_needed()
            self._secure(session, context)
            if self.login is not None:
                session.login(*self.login)
        except Unreached:
            session.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            session.close()
            raise _why_not_admitted(error) from error
        return session

    def _greeted(self, context: ssl.SSLContext) -> smtplib.SMTP:
        """The connection. It introduces itself by our mail domain: the library's default asks the DNS."""
        if self.is_wrapped:
            return smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=self.own_name, timeout=self.timeout, context=context
            )
        return smtplib.SMTP(self.host, self.port, local_hostname=self.own_name, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        """Verifies, except where encryption was not asked for and is only taken because it is offered."""
        context = ssl.create_default_context()
        if not (self.needs_tls or self.is_wrapped):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _secure(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """STARTTLS where the relay has it; where it is required and missing, nothing is said in clear."""
        if self.is_wrapped:
            return
        if session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()
        elif self.needs_tls:
            raise _unreached(OutcomeKind.ACCOUNT, "starttls")


def leave(session: smtplib.SMTP) -> None:
    """End the session politely where the relay still listens."""
    try:
        session.quit()
    except (smtplib.SMTPException, OSError):
        session.close()


def _unreached(kind: OutcomeKind, code: str) -> Unreached:
    return Unreached(Outcome(kind=kind, code=code))


def _why_not_admitted(error: Exception) -> Unreached:
    """What a failure between greeting and signing in means: nothing was handed over in any case."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        kind = OutcomeKind.ACCOUNT if error.smtp_code >= 500 else OutcomeKind.NOT_PROCESSED
        return _unreached(kind, str(error.smtp_code))
    if isinstance(error, smtplib.SMTPNotSupportedError):  # no sign-in offered here
        return _unreached(OutcomeKind.ACCOUNT, "auth")
    return _unreached(OutcomeKind.NOT_PROCESSED, "tls" if isinstance(error, ssl.SSLError) else "connect")
