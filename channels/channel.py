"""The one seam to the outside: what a message looks like when it leaves, and what a provider said of it.

Decides nothing about whether a message may go; that is settled before a channel is called.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

MARK: Final = re.compile(r"\{([^{}\s]+)\}")  # where a template takes a field


class OutcomeKind(StrEnum):
    """What a provider's answer to one message means for that message."""

    ACCEPTED = "accepted"  # the provider has it and named it
    REFUSED = "refused"  # it will never go (4xx); the code says why; no retry
    UNUSABLE = "unusable"  # the contact point cannot be reached at all (21211, 21614, SMTP 550 ...)
    SUPPRESSED = "suppressed"  # the person opted out at the provider (21610); never retry
    NOT_PROCESSED = "not_processed"  # 429 or connection refused: surely not accepted, safe to try again
    AMBIGUOUS = "ambiguous"  # 5xx, time-out, hang-up: perhaps accepted; look it up before anything else
    ACCOUNT = "account"  # credentials or account refused (20003, 401): stop this sender and say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A provider's answer to one message."""

    kind: OutcomeKind
    provider_id: str | None = None  # Twilio's SM…, SendGrid's X-Message-Id, SMTP's Message-ID
    code: str | None = None  # the provider's own error code or HTTP status, never its text
    retry_after: timedelta | None = None  # what the provider asked us to wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A batch of mails that the provider holds back until then: while it does, they can be cancelled."""

    batch_id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one person, checked and rendered.

    ``template`` holds ``{field}`` marks that ``fields`` fills, so that a mail provider can carry a thousand
    people in one request; a message whose template has no marks is simply its text.
    """

    message_id: str  # our opaque id; travels as callback parameter or custom argument
    to: str  # E.164 number or mail address
    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""  # mail only, never personal
    kind: str = ""  # opaque word such as "weekly"; groups mails that may share a request
    reply_to: str | None = None  # mail only: the address that carries this message's reply token
    unsubscribe_url: str | None = None  # mail only: RFC 8058 one-click address
    validity: timedelta | None = None  # how long the provider may hold it back before dropping it
    fence: Fence | None = None  # mail only: the batch that it is held back in

    @property
    def body(self) -> str:
        """The finished text, as the person reads it and as its HMAC is computed.

        One pass: a value that happens to hold a mark of another field stays as it is.
        """
        return MARK.sub(lambda mark: self.fields.get(mark[1], mark[0]), self.template)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One message that the provider says it holds for an address."""

    provider_id: str
    body: str
    status: str  # the provider's own word: queued, sent, delivered, undelivered, failed ...
    code: str | None = None


class LookupFailed(Exception):
    """The provider could not be asked; nothing is known, ask again later."""


class Channel(Protocol):
    """A way for messages to leave. Implementations are thread-safe and set their own time-outs."""

    sender: str  # the queue's name, e.g. "twilio:+15005550006"; one drainer at a time empties it
    medium: str  # "sms" or "email": which contact point of a member it serves
    per_second: float  # the pace this sender may keep
    batch_size: int  # the most messages of one `send` call
    can_look_up: bool  # whether `copies` can settle an ambiguous send

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Hand over the batch; one outcome a message, in order. Never raises for a provider's answer."""
        ...

    def copies(self, to: str) -> Iterator[Copy]:
        """What the provider holds for that address, newest first. Raises LookupFailed."""
        ...


@runtime_checkable
class Fencing(Protocol):
    """A channel that can have its mails held back for a while and cancelled: what settles doubt without a look-up."""

    sender: str
    cancel_before: timedelta  # how long before its end a batch can still be cancelled

    def open_fence(self, wall: datetime) -> Fence | None:
        """A new batch, or None where the account does not use them. Raises LookupFailed."""
        ...

    def cancel(self, batch_id: str) -> None:
        """Sees to it that nothing of the batch goes out, whether or not it arrived. Raises LookupFailed."""
        ...
