"""A mail that somebody sent to us, read from SendGrid's inbound form (parsed fields, or raw MIME) or a mailbox.

Trusts nobody: From is only what it says, and `dkim` is a form field like any other. Does not cut quotes
and does not know tokens.
"""

import email
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, Final

LONGEST_TEXT: Final = 500_000  # characters; what comes after is quotation, or an attack

_BETWEEN: Final = re.compile(r"[\s<>()\[\],;:\"]+")
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_ONLY_PROGRAMS_SET: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "feedback-id")
# How mail programs that set no header begin the subject of an out-of-office, with a colon before the one they answer.
_ABSENT: Final = re.compile(
    r"(automatic reply|auto(matic)?[ -]?(response|reply)|out of( the)? office|respuesta automática|fuera de la oficina"
    r"|réponse automatique|absence du bureau|automatische antwort|abwesenheitsnotiz|resposta automática) ?:",
    re.IGNORECASE,
)
# Where a mailbox's server notes whom a mail was sent to, beside To: the plus address may stand in these alone.
_SENT_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


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
        """True for out-of-office, bulk and bounces (RFC 3834): never a check-in, never answered.

        X-Auto-Response-Suppress is no sign of it: people's own mail programs set that too.
        """
        auto_submitted = self.headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
        return (
            auto_submitted not in ("", "no")
            or self.headers.get("precedence", "").strip().lower() in _BULK
            or self.envelope_from == ""
            or self.headers.get("return-path", "?").replace(" ", "") in ("", "<>")
            or any(name in self.headers for name in _ONLY_PROGRAMS_SET)
            or _ABSENT.match(self.subject.strip()) is not None
        )

    def local_parts(self, domain: str) -> tuple[str, ...]:
        """What stands before the @ in the recipients at that domain: where a reply token travels."""
        parts = (address.rpartition("@") for address in self.recipients)
        return tuple(local for local, _, host in parts if local and host.lower() == domain.lower())

    def reply_token(self, prefix: str, domain: str) -> str | None:
        """The token of the reply address that the mail was sent to: `prefix`TOKEN@`domain`."""
        for local in self.local_parts(domain):
            if local[: len(prefix)].lower() == prefix.lower():
                return local[len(prefix) :]
        return None


def parse_inbound(fields: Mapping[str, bytes]) -> InboundMail:
    """The mail in a form that `mail_form.form_fields` took apart. Never raises: odd parts are empty."""
    charsets = _object(fields.get("charsets", b"{}"))
    envelope = _object(fields.get("envelope", b"{}"))

    def field(name: str) -> str:
        return _decoded(fields.get(name, b""), charsets.get(name))

    if "email" in fields:
        return parse_mail(fields["email"], envelope)
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


def parse_mail(raw: bytes, envelope: Mapping[str, Any] | None = None) -> InboundMail:
    """The mail in raw MIME. Never raises. `envelope` is what the receiving server was told, where that is known."""
    # Python's older message classes: their header access is plain text, where the newer parse and recurse.
    try:
        message = email.message_from_bytes(raw)
        headers = _headers("".join(f"{name}: {value}\n" for name, value in message.items()))
        text, page = _part(message, "text/plain"), _part(message, "text/html")
    except (RecursionError, TypeError, ValueError, LookupError):
        # Nested without end, or made to trip the parser: the words are in there and may be a cry for help.
        head, _, text = raw.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")
        headers, page = _headers(head), ""
    told = envelope or {}
    named = ", ".join(headers[name] for name in _SENT_TO if name in headers)
    return InboundMail(
        recipients=_recipients(told, named),
        from_=_address(headers.get("from", "")),
        envelope_from=_envelope_from(told),
        subject=_header_text(headers.get("subject", "")),
        text=_tidy(text),
        html=_tidy(page),
        headers=headers,
        message_id=headers.get("message-id"),
    )


def _header_text(value: str) -> str:
    """A header's words, encoded ones (RFC 2047) decoded where that is possible."""
    try:
        return str(make_header(decode_header(value[:2_000])))
    except (MessageError, ValueError, LookupError):
        return value


def _part(message: Message, kind: str) -> str:
    """The first part of that kind that is no attachment, decoded."""
    for part in message.walk():
        if part.get_content_type() != kind or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            return _decoded(payload, part.get_content_charset())
    return ""


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
    first = [_writable(str(address)) for address in named] if isinstance(named, list) else []
    return tuple(dict.fromkeys(address for text in (*first, to) for address in _addresses(text)))


def _envelope_from(envelope: Mapping[str, Any]) -> str | None:
    sender = envelope.get("from")
    return sender.strip().strip("<>").lower() if isinstance(sender, str) else None


def _address(value: str) -> str:
    """The address in a From: what stands in the last angle brackets, else the first that looks like one."""
    bracketed = _addresses(value.rpartition("<")[2].partition(">")[0]) if "<" in value else []
    found = bracketed or _addresses(value)
    return found[0].lower() if found else ""


def _addresses(text: str) -> list[str]:
    """Words with one @ in them. Simpler than the grammar of RFC 5322, whose parser recurses."""
    return [
        word
        for word in _BETWEEN.split(text[:10_000])
        if 0 < word.find("@") == word.rfind("@") < len(word) - 1
    ]


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(raw: bytes, charset: Any) -> str:
    """Text in the charset that the form names; an unknown or wrong one costs single letters, not the mail."""
    try:
        return _writable(raw.decode(str(charset or "utf-8"), "replace"))
    except (LookupError, ValueError):  # unknown, or a codec that replaces nothing
        return raw.decode("utf-8", "replace")


def _writable(text: str) -> str:
    """Without halves of surrogate pairs, which some codecs and JSON let through and nothing can store."""
    return text.encode("utf-8", "replace").decode()


def _tidy(text: str) -> str:
    return text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\0", "")
