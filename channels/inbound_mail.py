"""A mail that somebody sent to us, read from SendGrid's inbound form: parsed fields, or raw MIME.

Trusts nobody: From is only what it says, and `dkim` is a form field like any other. Does not cut quotes
and does not know tokens.
"""

import email
import email.policy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Final

LONGEST_TEXT: Final = 500_000  # characters; what comes after is quotation, or an attack

_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """What came in. Header names are in lower case; of a repeated one the first counts."""

    recipients: tuple[str, ...]  # the envelope's first, then To; as written, since tokens may tell case apart
    from_: str
    envelope_from: str | None  # empty for bounces and some autoresponders; None where not told
    subject: str
    text: str  # empty where the mail had HTML only
    html: str
    headers: Mapping[str, str]
    message_id: str | None

    @property
    def is_automatic(self) -> bool:
        """True for out-of-office, bulk and bounces (RFC 3834): never a check-in, never answered."""
        auto_submitted = self.headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
        return (
            auto_submitted not in ("", "no")
            or self.headers.get("precedence", "").strip().lower() in _BULK
            or self.envelope_from == ""
            or any(name in self.headers for name in ("x-autoreply", "x-autorespond", "list-id"))
            or self.headers.get("x-auto-response-suppress", "").strip().lower() in ("all", "autoreply", "oof")
        )

    def local_parts(self, domain: str) -> tuple[str, ...]:
        """What stands before the @ in the recipients at that domain: where a reply token travels."""
        parts = (address.rpartition("@") for address in self.recipients)
        return tuple(local for local, _, host in parts if local and host.lower() == domain.lower())


def parse_inbound(fields: Mapping[str, bytes]) -> InboundMail:
    """The mail in a form that `mail_form.form_fields` took apart. Never raises: odd parts are empty."""
    charsets = _object(fields.get("charsets", b"{}"))
    envelope = _object(fields.get("envelope", b"{}"))

    def field(name: str) -> str:
        return _decoded(fields.get(name, b""), charsets.get(name))

    if "email" in fields:
        return _from_mime(fields["email"], envelope)
    headers = _headers(field("headers"))
    return InboundMail(
        recipients=_recipients(envelope, field("to")),
        from_=_address(field("from")),
        envelope_from=_envelope_from(envelope),
        subject=field("subject"),
        text=_tidy(field("text")),
        html=_tidy(field("html")),
        headers=headers,
        message_id=headers.get("message-id"),
    )


def _from_mime(raw: bytes, envelope: Mapping[str, Any]) -> InboundMail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 (what the policy makes; tells the type checker)
    headers: dict[str, str] = {}
    for name in message:
        headers.setdefault(name.lower(), _header(message, name))
    return InboundMail(
        recipients=_recipients(envelope, headers.get("to", "")),
        from_=_address(headers.get("from", "")),
        envelope_from=_envelope_from(envelope),
        subject=headers.get("subject", ""),
        text=_tidy(_part(message, "plain")),
        html=_tidy(_part(message, "html")),
        headers=headers,
        message_id=headers.get("message-id"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's text; one that breaks the standard so badly that Python gives up on it is empty."""
    try:
        return str(message[name])
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return ""


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body(preferencelist=(kind,))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return ""
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    return _decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""


def _headers(block: str) -> dict[str, str]:
    """Header lines, folded ones joined."""
    headers: dict[str, str] = {}
    last = ""
    for line in block[:LONGEST_TEXT].splitlines():
        if line[:1] in (" ", "\t") and last:
            headers[last] = f"{headers[last]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        last = name.strip().lower() if colon else ""
        if last and last not in headers:
            headers[last] = value.strip()
        else:
            last = ""
    return headers


def _recipients(envelope: Mapping[str, Any], to: str) -> tuple[str, ...]:
    named = envelope.get("to")
    first = [str(address) for address in named] if isinstance(named, list) else []
    others = [address for _, address in getaddresses([to[:10_000]])]
    return tuple(
        dict.fromkeys(address.strip().strip("<>") for address in (*first, *others) if address.strip())
    )


def _envelope_from(envelope: Mapping[str, Any]) -> str | None:
    sender = envelope.get("from")
    return sender.strip().strip("<>").lower() if isinstance(sender, str) else None


def _address(value: str) -> str:
    found = getaddresses([value[:2_000]])
    return found[0][1].lower() if found else ""


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(raw: bytes, charset: Any) -> str:
    """Text in the charset that the form names; an unknown or wrong one costs single letters, not the mail."""
    try:
        return raw.decode(str(charset or "utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _tidy(text: str) -> str:
    return text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\0", "")
