"""What came in, what was logged of it, and what stays unclear for a while."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Label, Record, Sealed, Word


class Inbound(Record):
    """One message that reached us. Its text is sealed until it was understood, then gone."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("provider", "provider_id"),
        Index("ix_inbound_from_index_received_at", "from_index", "received_at"),
        Index(
            "ix_inbound_remembered",
            "received_at",
            sqlite_where=text("from_index <> ''"),
            postgresql_where=text("from_index <> ''"),
        ),
    )

    id: Mapped[Id]
    provider: Mapped[Word]
    provider_id: Mapped[Label]
    medium: Mapped[Word]
    state: Mapped[Word] = mapped_column(index=True)  # new, done, ignored
    intent: Mapped[Word | None]  # kept for loop detection and counts, not the words
    from_index: Mapped[Digest]
    from_sealed: Mapped[Sealed | None]
    body_sealed: Mapped[Sealed | None]
    body_index: Mapped[Digest]
    reply_token_hash: Mapped[Digest | None]  # mail: whose reply address it was sent to
    automatic: Mapped[bool] = mapped_column(default=False)  # out of office, bulk
    received_at: Mapped[At]
    settled_at: Mapped[At | None]


class CheckIn(Record):
    """Connected, yes or no, for a whole group and one period."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("group_id", "kind", "period"),)

    id: Mapped[Id]
    group_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_group.id", ondelete="CASCADE"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    kind: Mapped[Word]
    period: Mapped[Word]
    connected: Mapped[bool]
    medium: Mapped[Word]
    at: Mapped[At]


class Colour(Record):
    """A colour of the stress continuum, where the member keeps colours."""

    __tablename__ = "colour"

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    colour: Mapped[Word]
    at: Mapped[At]


class UnclearReply(Record):
    """A text that nobody could place, sealed for a named clinician, 72 hours at most."""

    __tablename__ = "unclear_reply"

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    text_sealed: Mapped[Sealed]
    received_at: Mapped[At]
    expires_at: Mapped[At] = mapped_column(index=True)
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    opened_at: Mapped[At | None]


class Rematch(Record):
    """A member's wish for another buddy; nobody learns who asked."""

    __tablename__ = "rematch"

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)
    asked_at: Mapped[At]
