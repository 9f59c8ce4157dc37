"""The outbox: the row is the job. Also senders, attempts, links and what providers report."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, and_, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Label, Record, Sealed, Word


def _where(name: str, *columns: str, where: str) -> Index:
    """An index of the rows for which that is true."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Message(Record):
    """One message to one person. The natural key makes a second one of it impossible.

    States: due -> sending -> sent -> delivered | undelivered; due -> dropped | dead;
    sending -> in_doubt -> sent | due | dead. The rules for each step are in engine/.
    """

    __tablename__ = "message"
    __table_args__ = (
        # What waits and what is unsettled are few among many: partial, so that neither a new row nor its end pays
        # for the others. A query finds them where it says the state in so many words: IS_DUE and its like.
        _where("ix_message_queue", "sender", "lane", "not_before", "id", where="state = 'due'"),
        _where(
            "ix_message_unsettled",
            "state",
            "sender",
            "look_at",
            where="state = 'sending' or state = 'in_doubt'",
        ),
        _where("ix_message_failed", "state", "due_at", where="state = 'dead' or state = 'undelivered'"),
        _where(
            "ix_message_unreached",
            "send_before",
            where="state = 'dropped' and reason = 'no_channel' and kind = 'introduction'",
        ),
        Index("ix_message_member_kind", "member_id", "kind", "due_at"),
        _where("ix_message_incident_id", "incident_id", where="incident_id is not null"),
        _where("ix_message_address_index", "address_index", where="address_index is not null"),
        _where("ix_message_provider_id", "provider_id", where="provider_id is not null"),
        _where("ix_message_batch_id", "batch_id", where="batch_id is not null"),
    )

    id: Mapped[Id]
    natural_key: Mapped[Label] = mapped_column(unique=True)
    kind: Mapped[Word]
    lane: Mapped[int]
    state: Mapped[Word]
    reason: Mapped[Word | None]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    cohort_id: Mapped[UUID | None] = mapped_column(ForeignKey("cohort.id", ondelete="SET NULL"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("buddy_group.id", ondelete="SET NULL"))
    incident_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL")
    )  # of a page
    slot: Mapped[int | None]
    period: Mapped[Word | None]  # which week, month or quarter a nudge asks about
    moved: Mapped[Label | None]  # why a nudge is not simply on the day and hour of its rule
    medium: Mapped[Word]
    sender: Mapped[Label]
    address_sealed: Mapped[Sealed | None]  # only where there is neither member nor staff
    details_sealed: Mapped[Sealed | None]  # JSON: values for the wording that cannot be looked up again
    due_at: Mapped[At]
    not_before: Mapped[At]
    send_before: Mapped[At]
    created_at: Mapped[At]
    owner: Mapped[Label | None]  # who is sending it
    lease_until: Mapped[At | None]  # wall clock, never a moved one
    attempts: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)  # how often the provider was asked about this attempt
    look_at: Mapped[At | None]  # wall clock
    address_index: Mapped[Digest | None]  # where the last attempt went
    body_index: Mapped[Digest | None]  # HMAC of what the last attempt said
    batch_id: Mapped[
        Label | None
    ]  # mail that the provider holds back: what the last attempt can be cancelled by
    held_until: Mapped[At | None]  # wall clock: when the provider lets it go
    provider_id: Mapped[Label | None]
    provider_status: Mapped[Word | None]
    sent_at: Mapped[At | None]
    settled_at: Mapped[At | None]


IS_DUE = Message.state == literal_column("'due'")
IS_SENDING = Message.state == literal_column("'sending'")
IS_IN_DOUBT = Message.state == literal_column("'in_doubt'")
IS_UNREACHED = and_(  # an introduction that found no channel
    Message.state == literal_column("'dropped'"),
    Message.reason == literal_column("'no_channel'"),
    Message.kind == literal_column("'introduction'"),
)


class Sender(Record):
    """A number, messaging service or mail account: one queue, emptied by one drainer at a time."""

    __tablename__ = "sender"

    name: Mapped[Label] = mapped_column(primary_key=True)
    owner: Mapped[Label | None]
    lease_until: Mapped[At | None]  # wall clock
    next_free_at: Mapped[At | None]  # wall clock; the pace, handed on when a node dies
    failures: Mapped[int] = mapped_column(default=0)  # in a row: 429, refused connections
    stopped_at: Mapped[At | None]  # the account was refused (20003); nothing goes until it works again
    stopped_code: Mapped[Word | None]


class Link(Record):
    """A link's token, of which only the hash is kept."""

    __tablename__ = "link"

    token_hash: Mapped[Digest] = mapped_column(primary_key=True)
    purpose: Mapped[Word]  # support, member, unsubscribe, reply, sign_in, page
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    created_at: Mapped[At]
    expires_at: Mapped[At] = mapped_column(index=True)
    used_at: Mapped[At | None]


class ProviderEvent(Record):
    """A delivery report that was taken, so that its repeat has no effect."""

    __tablename__ = "provider_event"

    provider: Mapped[Word] = mapped_column(primary_key=True)
    event_key: Mapped[Label] = mapped_column(primary_key=True)
    at: Mapped[At]


class Cursor(Record):
    """How far a listing at a provider has been read."""

    __tablename__ = "cursor"

    name: Mapped[Label] = mapped_column(primary_key=True)
    at: Mapped[At]
