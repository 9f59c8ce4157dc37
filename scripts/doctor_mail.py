"""`prepaired doctor` on mail: SendGrid's key and webhooks, or the relay. Sends nothing."""

import smtplib
import ssl
from collections.abc import Iterator
from http.client import HTTPException
from urllib.parse import parse_qs, unquote, urlsplit

from config.settings import Settings
from scripts.doctor_clock import clock_findings
from scripts.findings import Finding, note, wrong

_PATIENCE = 10.0  # seconds


def sendgrid_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong at SendGrid, through the official client."""
    from python_http_client.exceptions import HTTPError
    from sendgrid import SendGridAPIClient

    from channels.client_logs import silence_client_logs

    account = settings.sendgrid
    key = account.api_key.get_secret_value() if account.api_key else ""
    yield from clock_findings("SendGrid", account.api_base)
    silence_client_logs()
    client = SendGridAPIClient(key, host=account.api_base)
    client.client.timeout = _PATIENCE
    try:
        scopes = client.client.scopes.get().to_dict.get("scopes", [])
        if "mail.send" not in scopes:
            yield wrong("email", "the SendGrid key may not send mail", "make one with the scope mail.send")
        if "recipients.erasejob.create" not in scopes:
            yield note(
                "email",
                "SendGrid keeps what it knows of people who are forgotten: the key may not erase recipients",
                "give it the scope recipients.erasejob.create; older accounts ask SendGrid's support for it",
            )
    except HTTPError as fault:
        yield wrong(
            "email", f"SendGrid refuses the key ({fault.status_code})", "check PREPAIRED_SENDGRID__API_KEY"
        )
    except (OSError, ValueError, HTTPException) as fault:
        yield wrong(
            "email",
            f"{account.api_base} cannot be reached ({type(fault).__name__})",
            "check name, proxy and firewall",
        )
    if not account.webhook_public_key:
        yield wrong(
            "email",
            "SendGrid's events cannot be verified, so that bounces and complaints stay unknown",
            "switch signed events on and set PREPAIRED_SENDGRID__WEBHOOK_PUBLIC_KEY",
        )
    if not account.inbound_domain:
        yield note(
            "email",
            "members cannot answer by mail",
            "set PREPAIRED_SENDGRID__INBOUND_DOMAIN for Inbound Parse",
        )


_AT_THE_MAILBOX = {
    "connect": ("cannot be reached", "check name and firewall"),
    "tls": (
        "has a certificate that cannot be verified, or offers no TLS",
        "use the name that it is made out to",
    ),
    "login": ("refuses to let us in", "check PREPAIRED_IMAP__URL"),
    "folder": ("has no such folder", "check PREPAIRED_IMAP__FOLDER"),
}


def imap_findings(settings: Settings) -> Iterator[Finding]:
    """Signs in to the mailbox and opens its folder. Reads and removes nothing."""
    from channels.imap import MailboxFailed
    from scripts.carriers import mailbox_of

    mailbox = mailbox_of(settings)
    if mailbox is None:
        return
    try:
        with mailbox.opened():
            return
    except MailboxFailed as fault:
        what, mend = _AT_THE_MAILBOX.get(str(fault), ("hung up", "try again"))
        yield wrong("email", f"the mailbox at {mailbox.host} {what}", mend)


def smtp_findings(url: str) -> Iterator[Finding]:
    """Greets the relay, encrypts and signs in as the channel would. Sends nothing."""
    parts = urlsplit(url)
    host, wrapped = parts.hostname or "", parts.scheme == "smtps"
    port = parts.port or (465 if wrapped else 25)
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=_PATIENCE, context=context)
            if wrapped
            else smtplib.SMTP(host, port, timeout=_PATIENCE)
        ) as relay:
            relay.ehlo_or_helo_if_needed()
            if not wrapped and parse_qs(parts.query).get("starttls") == ["required"]:
                relay.starttls(context=context)
                relay.ehlo()
            if parts.username:
                relay.login(unquote(parts.username), unquote(parts.password or ""))
            relay.noop()
    except smtplib.SMTPAuthenticationError as fault:
        yield wrong(
            "email", f"the relay refuses to let us in ({fault.smtp_code})", "check PREPAIRED_SMTP__URL"
        )
    except ssl.SSLError:
        yield wrong(
            "email",
            "the relay's certificate cannot be verified",
            "use the name that its certificate is made out to",
        )
    except smtplib.SMTPNotSupportedError:
        yield wrong("email", "the relay offers no STARTTLS or no sign-in", "check PREPAIRED_SMTP__URL")
    except (smtplib.SMTPException, OSError) as fault:
        yield wrong(
            "email", f"the relay {host} cannot be reached ({type(fault).__name__})", "check name and firewall"
        )
