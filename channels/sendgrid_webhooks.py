"""What SendGrid posts to us: signed arrays of events. Verifies and reads them; stores nothing."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from channels.delivery import DeliveryStatus

TOLERANCE: Final = timedelta(minutes=10)  # between the stamp and our clock, either way


class MailEventKind(StrEnum):
    """The events that tell us something; opens and clicks are not asked for and not read."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCE = "bounce"
    DROPPED = "dropped"
    SPAM_REPORT = "spamreport"
    UNSUBSCRIBE = "unsubscribe"
    GROUP_UNSUBSCRIBE = "group_unsubscribe"

    @property
    def suppresses(self) -> bool:
        """True when no mail may go to that address any more, by whichever transport."""
        return self in _SUPPRESSING

    @property
    def status(self) -> DeliveryStatus | None:
        """How far the mail got, in the words of `channels.delivery`; None where it says nothing of that."""
        return _STATUS.get(self)


_SUPPRESSING: Final = frozenset(
    {
        MailEventKind.BOUNCE,
        MailEventKind.DROPPED,
        MailEventKind.SPAM_REPORT,
        MailEventKind.UNSUBSCRIBE,
        MailEventKind.GROUP_UNSUBSCRIBE,
    }
)
_STATUS: Final = {
    MailEventKind.PROCESSED: DeliveryStatus.SENDING,
    MailEventKind.DEFERRED: DeliveryStatus.SENDING,
    MailEventKind.DELIVERED: DeliveryStatus.DELIVERED,
    MailEventKind.SPAM_REPORT: DeliveryStatus.DELIVERED,
    MailEventKind.UNSUBSCRIBE: DeliveryStatus.DELIVERED,
    MailEventKind.GROUP_UNSUBSCRIBE: DeliveryStatus.DELIVERED,
    MailEventKind.BOUNCE: DeliveryStatus.UNDELIVERED,
    MailEventKind.DROPPED: DeliveryStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """What happened to one mail. The provider's free-text reason is left behind: it names people."""

    event_id: str  # sg_event_id: the same event may come again
    kind: MailEventKind
    message_id: str | None  # our opaque id from custom_args
    provider_id: str | None  # the X-Message-Id of the request that carried it
    address: str
    at: datetime
    code: str | None  # "5.1.1" and the like
    blocked: bool = False  # a bounce that is about the sender or the moment, not about the mailbox

    @property
    def suppresses(self) -> bool:
        """As the kind says, except for a block, after which the mailbox may still be fine."""
        return self.kind.suppresses and not self.blocked


def verify_events(
    *,
    raw_body: bytes,
    signature: str | None,
    timestamp: str | None,
    public_key: str | None,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> bool:
    """True when the key's owner signed this stamp and these very bytes, within `tolerance` of `now`.

    Never raises: a missing or odd key, signature or stamp is a no. `public_key` is base64 as the provider
    shows it, or PEM. Inbound mail with a signature policy carries the same two headers.
    """
    if not (signature and timestamp and public_key):
        return False
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 11:
        return False
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > tolerance:
        return False
    return _is_signed(timestamp.encode() + raw_body, signature, public_key)


def _is_signed(signed: bytes, signature: str, public_key: str) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    bare = "".join(line for line in public_key.split("\n") if "-----" not in line)
    try:
        key = load_der_public_key(base64.b64decode("".join(bare.split()), validate=True))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError, TypeError):
        return False
    return True


def parse_events(raw_body: bytes) -> list[MailEvent]:
    """The events we know, in order, each id once; unknown types and broken entries are left out."""
    try:
        told = json.loads(raw_body)
    except (ValueError, RecursionError):
        return []
    entries = told if isinstance(told, list) else [told]
    events: dict[str, MailEvent] = {}
    for entry in entries:
        event = _event(entry) if isinstance(entry, dict) else None
        if event is not None:
            events.setdefault(event.event_id, event)
    return list(events.values())


def _event(entry: Mapping[str, Any]) -> MailEvent | None:
    try:
        kind = MailEventKind(entry["event"])
        at = datetime.fromtimestamp(int(entry["timestamp"]), UTC)
        event_id = str(entry["sg_event_id"])
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return None
    sg_message_id = entry.get("sg_message_id")
    return MailEvent(
        event_id=event_id,
        kind=kind,
        message_id=str(entry["m"]) if entry.get("m") else None,
        provider_id=str(sg_message_id).partition(".")[0] if sg_message_id else None,
        address=str(entry.get("email") or ""),
        at=at,
        code=_code(entry),
        blocked=kind is MailEventKind.BOUNCE and entry.get("type") == "blocked",
    )


def _code(entry: Mapping[str, Any]) -> str | None:
    """The enhanced status code where there is one (RFC 3463), never the words beside it."""
    status = str(entry.get("status") or "")
    return status if status and all(part.isdigit() for part in status.split(".")) else None
