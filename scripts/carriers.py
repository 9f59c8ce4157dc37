"""Chooses the channels that the settings name. The SDKs are imported only where one is used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from config.settings import Settings
from engine.deployment import REPLY_PREFIX
from scripts.errors import UsageFault

if TYPE_CHECKING:
    from pydantic import SecretStr

    from channels.channel import Channel
    from channels.imap import ImapMailbox
    from channels.sendgrid import SendGridChannel
    from channels.smtp import SmtpChannel
    from channels.twilio import TwilioChannel
    from channels.twilio_calls import TwilioCallChannel
    from engine.clock import Clock
    from escalation.event_mail import EventDoor


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def channels_of(settings: Settings, program: _Named, clock: "Clock") -> "dict[str, Channel]":
    """The way out for each medium that is switched on: "sms", "email", and "call", "relay", "webhook" for pages.

    The stand-in providers are pointed at by address, like the real ones: `sandbox` means that the account
    variables name a loopback address. Raises UsageFault where the account is not complete.
    """
    found: dict[str, Channel] = {}
    if settings.sms.provider != "off":
        found["sms"] = _twilio(settings)
    if settings.email.provider in ("sendgrid", "sandbox"):
        found["email"] = _sendgrid(settings, program.name)
    elif settings.email.provider == "smtp":
        found["email"] = _smtp(settings, program.name, clock)
    return found | _paging(settings, program, clock)


def _paging(settings: Settings, program: _Named, clock: "Clock") -> "dict[str, Channel]":
    """What only pages go by: a call, the hospital's own relay beside SendGrid, its own paging system."""
    found: dict[str, Channel] = {}
    call_from = settings.paging.call_from or settings.twilio.from_number
    if settings.sms.provider != "off" and settings.paging.calls and call_from:
        found["call"] = _calls(settings, call_from)
    if settings.email.provider == "sendgrid" and settings.smtp.url is not None:
        found["relay"] = _smtp(settings, program.name, clock)
    url, secret = settings.paging.webhook_url, _plain(settings.paging.webhook_secret)
    if url and secret:
        from channels.page_webhook import PageWebhookChannel

        found["webhook"] = PageWebhookChannel(url=url, secret=secret, clock=clock.now)
    return found


def _calls(settings: Settings, call_from: str) -> "TwilioCallChannel":
    from channels.twilio_calls import TwilioCallChannel

    account = settings.twilio
    return TwilioCallChannel(
        account_sid=account.account_sid or "",
        auth_token=_plain(account.auth_token) or "",
        from_number=call_from,
        public_url=settings.public_url,
        api_base=account.api_base,
    )


def mailbox_of(settings: Settings) -> "ImapMailbox | None":
    """The mailbox that answers by mail are read from, where there is one."""
    if settings.imap.url is None:
        return None
    from channels.imap import ImapMailbox

    return ImapMailbox.named(settings.imap.url.get_secret_value(), folder=settings.imap.folder)


def reply_place(settings: Settings) -> tuple[str, str | None]:
    """What stands before a reply's token, and after the @: Inbound Parse, or the mailbox by its plus addresses."""
    address = settings.mailbox_address
    if address is not None and not (
        settings.email.provider == "sendgrid" and settings.sendgrid.inbound_domain
    ):
        local, _, domain = address.rpartition("@")
        return f"{local}{settings.imap.separator}{REPLY_PREFIX}", domain
    return REPLY_PREFIX, settings.sendgrid.inbound_domain


def event_door_of(settings: Settings) -> "EventDoor | None":
    """Where adverse events are mailed to, where that is set up: beside the reply addresses, with a secret in it."""
    from escalation.event_mail import EventDoor

    prefix, domain = reply_place(settings)
    secret = _plain(settings.events.mail_secret)
    if secret is None or not domain:
        return None
    return EventDoor(
        address=f"{prefix.removesuffix(REPLY_PREFIX)}events.{secret}@{domain}",
        senders=tuple(filter(None, map(str.strip, settings.events.mail_senders.split(",")))),
        verified_by=settings.events.mail_verified_by,
    )


def _twilio(settings: Settings) -> "TwilioChannel":
    from channels.twilio import TwilioChannel

    account = settings.twilio
    values = _complete(
        {
            "PREPAIRED_TWILIO__ACCOUNT_SID": account.account_sid,
            "PREPAIRED_TWILIO__AUTH_TOKEN": _plain(account.auth_token),
            "PREPAIRED_TWILIO__FROM_NUMBER": account.from_number or account.messaging_service_sid,
        }
    )
    return TwilioChannel(
        account_sid=values["PREPAIRED_TWILIO__ACCOUNT_SID"],
        auth_token=values["PREPAIRED_TWILIO__AUTH_TOKEN"],
        from_number=account.from_number,
        messaging_service_sid=account.messaging_service_sid,
        public_url=settings.public_url,
        api_base=account.api_base,
        per_second=account.messages_per_second,
    )


def _sendgrid(settings: Settings, name: str) -> "SendGridChannel":
    from channels.sendgrid import SendGridChannel

    account = settings.sendgrid
    values = _complete(
        {
            "PREPAIRED_SENDGRID__API_KEY": _plain(account.api_key),
            "PREPAIRED_SENDGRID__FROM_ADDRESS": account.from_address,
        }
    )
    return SendGridChannel(
        api_key=values["PREPAIRED_SENDGRID__API_KEY"],
        from_address=values["PREPAIRED_SENDGRID__FROM_ADDRESS"],
        from_name=name,
        api_base=account.api_base,
        hold=timedelta(minutes=account.hold_minutes),
    )


def _smtp(settings: Settings, name: str, clock: "Clock") -> "SmtpChannel":
    from channels.smtp import SmtpChannel

    values = _complete(
        {
            "PREPAIRED_SMTP__URL": _plain(settings.smtp.url),
            "PREPAIRED_SMTP__FROM_ADDRESS": settings.mail_from,
        }
    )
    return SmtpChannel(
        url=values["PREPAIRED_SMTP__URL"],
        from_address=values["PREPAIRED_SMTP__FROM_ADDRESS"],
        from_name=name,
        clock=clock.now,
    )


def _plain(secret: "SecretStr | None") -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _complete(values: Mapping[str, str | None]) -> dict[str, str]:
    missing = [variable for variable, value in values.items() if not value]
    if missing:
        raise UsageFault("\n".join(f"{variable}: is missing" for variable in missing))
    return {variable: value for variable, value in values.items() if value}
