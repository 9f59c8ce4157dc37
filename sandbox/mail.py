"""The mails that the stand-in SendGrid holds, and what it makes of a mail/send request. No HTTP here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_ADDRESS = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;]+")
_RESERVED = frozenset(
    {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
    | {"to", "from", "subject", "reply-to", "cc", "bcc"}
)
_MOST = 1_000


class Rejected(ValueError):
    """The request is not one that the provider takes; `field` is the part it names."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(slots=True)
class Mail:
    """One mail in one mailbox: sent by the program, or written by the person."""

    id: str
    from_: str
    from_name: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    custom_args: Mapping[str, str] = field(default_factory=dict)
    is_inbound: bool = False  # written by the person, to the program


def mails_of(request: Any, *, message_id: str, at: datetime) -> list[Mail]:
    """The mails that a mail/send request asks for, substitutions made. Raises Rejected as the API would."""
    if not isinstance(request, dict):
        raise Rejected("Bad Request", None)
    people = request.get("personalizations")
    if not isinstance(people, list) or not people:
        raise Rejected(
            "The personalizations field is required and must have at least one.", "personalizations"
        )
    if len(people) > _MOST:
        raise Rejected(
            f"The personalization block is limited to {_MOST} personalizations per API request.",
            "personalizations",
        )
    _checked_envelope(request)
    seen: set[str] = set()
    return [
        _mail(request, person, place, seen, f"{message_id}.{place}", at)
        for place, person in enumerate(people)
    ]


def _checked_envelope(request: Mapping[str, Any]) -> None:
    if not _is_address(request.get("from")):
        raise Rejected("The from email does not contain a valid address.", "from.email")
    if request.get("reply_to") is not None and not _is_address(request["reply_to"]):
        raise Rejected("The reply_to email does not contain a valid address.", "reply_to.email")
    content = request.get("content")
    if not isinstance(content, list) or not content:
        raise Rejected("The content field is required.", "content")
    for place, part in enumerate(content):
        if not isinstance(part, dict) or not part.get("type") or not part.get("value"):
            raise Rejected(
                "The content value must be a string at least one character long.", f"content.{place}"
            )
    if content[0]["type"] != "text/plain" and any(part["type"] == "text/plain" for part in content):
        raise Rejected("If present, text/plain must be first.", "content")


def _mail(
    request: Mapping[str, Any], person: Any, place: int, seen: set[str], mail_id: str, at: datetime
) -> Mail:
    where = f"personalizations.{place}"
    to = _recipient(person, where, seen)
    subject = str(person.get("subject") or request.get("subject") or "")
    if not subject:
        raise Rejected("The subject is required.", "subject")
    headers = _headers(request, person, where)
    tags = _substitutions(person, where)
    parts = {part["type"]: _filled(part["value"], tags) for part in request["content"]}
    sender = person.get("from") or request["from"]
    reply_to = _filled((request.get("reply_to") or sender)["email"], tags)
    return Mail(
        id=mail_id,
        from_=sender["email"],
        from_name=str(sender.get("name") or ""),
        to=to,
        reply_to=reply_to,
        subject=_filled(subject, tags),
        text=parts.get("text/plain", ""),
        html=parts.get("text/html", ""),
        at=at,
        headers=headers,
        custom_args={**(request.get("custom_args") or {}), **person.get("custom_args", {})},
    )


def _headers(request: Mapping[str, Any], person: Mapping[str, Any], where: str) -> dict[str, str]:
    headers = {**request.get("headers", {}), **person.get("headers", {})}
    for name, value in headers.items():
        if name.lower() in _RESERVED or not isinstance(value, str) or re.search(r"[\r\n]", value):
            raise Rejected(f"The header {name} may not be set.", f"{where}.headers")
    return headers


def _substitutions(person: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    tags: Mapping[str, Any] = person.get("substitutions", {})
    if sum(len(tag.encode()) + len(str(value).encode()) for tag, value in tags.items()) > 10_000:
        raise Rejected("Substitutions may not exceed 10000 bytes.", f"{where}.substitutions")
    return tags


def _recipient(person: Any, where: str, seen: set[str]) -> str:
    recipients = person.get("to") if isinstance(person, dict) else None
    if not isinstance(recipients, list) or not recipients:
        raise Rejected("The to array is required and must have at least one recipient.", f"{where}.to")
    if not _is_address(recipients[0]):
        raise Rejected("Does not contain a valid address.", f"{where}.to.0.email")
    address = str(recipients[0]["email"])
    if address.lower() in seen:
        raise Rejected(
            "Each unique email address in the personalizations array should only be included once.",
            "personalizations",
        )
    seen.add(address.lower())
    return address


def _is_address(value: Any) -> bool:
    return isinstance(value, dict) and bool(_ADDRESS.fullmatch(str(value.get("email", ""))))


def _filled(text: str, tags: Mapping[str, Any]) -> str:
    for tag, value in tags.items():
        text = text.replace(tag, str(value))
    return text
