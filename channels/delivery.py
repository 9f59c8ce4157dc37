"""What became of a message after it left: statuses that only move forward, and what a provider's code means.

Knows nothing of rows or retries; whoever keeps the message asks `advances` before writing a status.
"""

from enum import StrEnum
from typing import Final

from channels.channel import OutcomeKind


class DeliveryStatus(StrEnum):
    """Twilio's words; mail events are told in them too (see `channels.sendgrid_webhooks`)."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        """True when nothing but `read` after `delivered` may follow."""
        return _RANK[self] >= _TERMINAL

    @property
    def has_failed(self) -> bool:
        """True when the person did not get it and will not."""
        return self in (DeliveryStatus.UNDELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELED)


_RANK: Final = {
    DeliveryStatus.ACCEPTED: 0,
    DeliveryStatus.SCHEDULED: 0,
    DeliveryStatus.QUEUED: 1,
    DeliveryStatus.SENDING: 2,
    DeliveryStatus.SENT: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.UNDELIVERED: 4,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.CANCELED: 4,
    DeliveryStatus.READ: 5,
}
_TERMINAL: Final = 4

_UNUSABLE: Final = frozenset({"21211", "21217", "21614", "21635", "30005", "30006"})
_SUPPRESSED: Final = frozenset({"21610"})
# 20003 credentials, 20005 account not active, 20404 no such account, 30002 account suspended; then the
# sending number itself: 21212 and 21606 not ours, 21705 no such messaging service. No message can pass.
_ACCOUNT: Final = frozenset({"20003", "20005", "20404", "30002", "21212", "21606", "21705"})
_TOO_MANY: Final = frozenset({"20429", "14107", "30001"})

RETRY_ONCE: Final = frozenset({"30003", "30008"})  # handset off, unknown: one more try is reasonable
OPERATOR: Final = frozenset({"30007", "30034", "30610"})  # filtered or unregistered: a person must act


def rank(status: str) -> int:
    """How far along a delivery is, 0 to 5; -1 for a word that no provider documents."""
    try:
        return _RANK[DeliveryStatus(status)]
    except ValueError:
        return -1


def advances(current: str | None, reported: str) -> bool:
    """True when `reported` may replace `current`: callbacks arrive in any order, repeated or late.

    A terminal status stays, except that `read` may follow `delivered`. An unknown word never advances.
    """
    if rank(reported) < 0:
        return False
    if current is None:
        return True
    if rank(current) >= _TERMINAL:
        return current == DeliveryStatus.DELIVERED and reported == DeliveryStatus.READ
    return rank(reported) > rank(current)


def kind_of_code(code: str | None) -> OutcomeKind:
    """What a Twilio error code says of the message; an unknown code is a refusal, so that nothing storms.

    Source: twilio.com/docs/api/errors.
    """
    if code in _UNUSABLE:
        return OutcomeKind.UNUSABLE
    if code in _SUPPRESSED:
        return OutcomeKind.SUPPRESSED
    if code in _ACCOUNT:
        return OutcomeKind.ACCOUNT
    if code in _TOO_MANY:
        return OutcomeKind.NOT_PROCESSED
    return OutcomeKind.REFUSED
