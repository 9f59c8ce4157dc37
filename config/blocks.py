"""The blocks of the settings, one a provider, and the checks of their values."""

import re
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://buddies.example.org")
    return value.rstrip("/")


def _relay(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be an address such as smtp://user:password@host:587?starttls=required")
    return value


def _watcher(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://watcher.example.org/ping/KEY")
    return value


def _mailbox(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError("must be an address such as imaps://user:password@host")
    is_safe = parts.scheme == "imaps" or parse_qs(parts.query).get("starttls") == ["required"]
    if not is_safe and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("would send its password in clear; use imaps://, or add ?starttls=required")
    return value


def _word_of_address(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[a-z0-9]{16,40}", value.get_secret_value()):
        raise ValueError("must be 16 to 40 small letters and digits: it is part of a mail address")
    return value


def _senders(value: str) -> str:
    for one in filter(None, map(str.strip, value.split(","))):
        local, at, domain = one.rpartition("@")
        if not at or "." not in domain or "@" in local:
            raise ValueError("must be addresses, or domains with an @ before them, parted by commas")
    return value


def _hold(value: int) -> int:
    if value and not 15 <= value <= 240:  # a batch cannot be cancelled in its last ten minutes
        raise ValueError("must be 0, or 15 to 240")
    return value


Url = Annotated[str, AfterValidator(_url)]


class Block(BaseModel):
    """Some settings that belong together; unknown names are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class EngineSettings(Block):
    """How the engine waits."""

    lookup_wait: Annotated[float, Field(ge=0)] = 60  # seconds between the two looks at the provider
    late_after: Annotated[float, Field(gt=0)] = 300  # seconds; due for longer and not done is a failure
    heartbeat_url: Annotated[SecretStr, AfterValidator(_watcher)] | None = None  # pinged while all is well


class SmsSettings(Block):
    """Who carries SMS. `sandbox` is for `demo` and tests; `serve` refuses it."""

    provider: Literal["twilio", "off", "sandbox"] = "off"


class EmailSettings(Block):
    """Who carries mail."""

    provider: Literal["sendgrid", "smtp", "off", "sandbox"] = "off"


class TwilioSettings(Block):
    """The Twilio account."""

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    auth_token_previous: SecretStr | None = None  # still accepted on webhooks while a token is changed
    from_number: str | None = None
    messaging_service_sid: str | None = None
    api_base: Url = "https://api.twilio.com"
    messages_per_second: Annotated[float, Field(gt=0)] = 1


class SendgridSettings(Block):
    """The SendGrid account. Without key or secret its inbound routes are closed."""

    api_key: SecretStr | None = None
    from_address: str | None = None
    webhook_public_key: str | None = None
    inbound_domain: str | None = None
    inbound_secret: SecretStr | None = None
    api_base: Url = "https://api.sendgrid.com"
    hold_minutes: Annotated[int, AfterValidator(_hold)] = (
        0  # how long nudges are held back there, to be cancellable
    )


class SmtpSettings(Block):
    """A relay of one's own."""

    url: Annotated[SecretStr, AfterValidator(_relay)] | None = None
    from_address: str | None = None  # the SendGrid one, or the user of the URL, where not given


class PagingSettings(Block):
    """How responders are paged besides texts and mail."""

    calls: bool = True  # by telephone, where Twilio carries the texts
    call_from: str | None = None  # the number to call from, where it is another than texts come from
    webhook_url: Url | None = None
    webhook_secret: SecretStr | None = None


class EventsSettings(Block):
    """Adverse events by mail from the safety-reporting system. Without a secret that way in is closed."""

    mail_secret: Annotated[SecretStr, AfterValidator(_word_of_address)] | None = None
    mail_senders: Annotated[str, AfterValidator(_senders)] = ""  # addresses or @domains, comma-separated
    mail_verified_by: str | None = None  # the mail server whose Authentication-Results must vouch for them


class ImapSettings(Block):
    """A mailbox of one's own in which answers by mail arrive."""

    url: Annotated[SecretStr, AfterValidator(_mailbox)] | None = None
    address: str | None = None  # the mailbox's own; the user of the URL, where that is one
    separator: Annotated[str, Field(pattern=r"^[+=_.-]$")] = (
        "+"  # between the mailbox's name and a reply's token
    )
    folder: str = "INBOX"
