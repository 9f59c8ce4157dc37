"""What members wish of their groups in private, who stands in for a while, and whom a human has to reach."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Prose, Record, Sealed, Word

_OPEN = text("ended_at is null")


class KeepWish(Record):
    """Keep, new or add: what one member answered about one group. Sealed; nobody learns who asked for a change."""

    __tablename__ = "keep_wish"
    __table_args__ = (UniqueConstraint("group_id", "member_id"),)

    id: Mapped[Id]
    group_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_group.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    choice_sealed: Mapped[Sealed]
    at: Mapped[At]


class NeverWish(Record):
    """ "Never with whoever has this address", in the program or not yet. Only the fingerprint is kept."""

    __tablename__ = "never_wish"
    __table_args__ = (UniqueConstraint("member_id", "address_index"),)

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    address_index: Mapped[Digest] = mapped_column(index=True)
    at: Mapped[At]


class Cover(Record):
    """A member whose buddies are all away is looked out for by another group, until one is back."""

    __tablename__ = "cover"
    __table_args__ = (
        Index(
            "uq_cover_open", "cohort_id", "member_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_group.id", ondelete="CASCADE"))  # who stands in
    began_at: Mapped[At]
    ended_at: Mapped[At | None]


class Outreach(Record):
    """Somebody whom a human is to reach, in person or by a call: after a death, or while a unit is paused."""

    __tablename__ = "outreach"
    __table_args__ = (UniqueConstraint("reason", "member_id", "opened_on"),)

    id: Mapped[Id]
    reason: Mapped[Word]  # loss, unit
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    opened_on: Mapped[date]
    opened_at: Mapped[At]
    note: Mapped[Prose]  # which unit; never a name
    done_at: Mapped[At | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class UnitWords(Record):
    """A message in one's own words to a unit, until a second person has decided on it; two days at most."""

    __tablename__ = "unit_words"

    id: Mapped[Id]
    unit: Mapped[Prose]
    words_sealed: Mapped[Sealed]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    asked_at: Mapped[At] = mapped_column(index=True)
