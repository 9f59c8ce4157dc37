"""Cohorts, their rounds and the groups of buddies in them, and each member's rhythm of nudges."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.models.record import At, Id, Label, Record, Sealed, Word


class Cohort(Record):
    """People who are paired among themselves."""

    __tablename__ = "cohort"

    id: Mapped[Id]
    name: Mapped[Label] = mapped_column(unique=True)
    created_at: Mapped[At]


class CohortMember(Record):
    """A member's place in a cohort."""

    __tablename__ = "cohort_member"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    joined_at: Mapped[At]


class Round(Record):
    """One pairing of a cohort. The unique number lets one of two publishers win."""

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[Word]  # draft, published, undone
    size: Mapped[int]
    seed: Mapped[int]
    follows: Mapped[int] = mapped_column(default=0)  # the round that ran when it was planned; 0: none
    weight: Mapped[int]
    bound: Mapped[int]
    planned_at: Mapped[At]
    published_at: Mapped[At | None]
    ends_on: Mapped[date | None]
    groups: Mapped[list["BuddyGroup"]] = relationship(
        back_populates="round", cascade="all, delete-orphan", order_by="BuddyGroup.id"
    )


class BuddyGroup(Record):
    """A dyad or a triad of buddies. Why these two: sealed, since attributes are in it."""

    __tablename__ = "buddy_group"
    __table_args__ = (
        Index(
            "ix_buddy_group_unasked",
            "round_id",
            "started_at",
            sqlite_where=text("state = 'active' and keep_asked_at is null"),
            postgresql_where=text("state = 'active' and keep_asked_at is null"),
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    # None: its members chose each other before the cohort's first round.
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    state: Mapped[Word]  # planned, active, dissolved
    started_at: Mapped[At | None]
    dissolved_at: Mapped[At | None]
    keep_asked_at: Mapped[At | None]  # its members were asked whether to keep it
    reasons_sealed: Mapped[Sealed | None]  # JSON: list of sentences, for coordinators
    common_sealed: Mapped[Sealed | None]  # JSON: what its people are told that they share, as Shared.record
    round: Mapped[Round | None] = relationship(back_populates="groups")
    places: Mapped[list["GroupPlace"]] = relationship(
        back_populates="group", cascade="all, delete-orphan", order_by="GroupPlace.member_id"
    )


IS_UNASKED = and_(BuddyGroup.state == literal_column("'active'"), BuddyGroup.keep_asked_at.is_(None))


class GroupPlace(Record):
    """A member's place in a group; at most one that is active in a cohort."""

    __tablename__ = "group_place"
    __table_args__ = (
        Index(
            "uq_group_place_active",
            "cohort_id",
            "member_id",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_group.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    active: Mapped[bool]
    group: Mapped[BuddyGroup] = relationship(back_populates="places")


class Rhythm(Record):
    """When a member is nudged next in a cohort. This row is what planning claims."""

    __tablename__ = "rhythm"
    __table_args__ = (
        UniqueConstraint("cohort_id", "member_id"),
        Index("ix_rhythm_next_due_at", "next_due_at", "id"),  # in the order in which they are claimed
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("buddy_group.id", ondelete="CASCADE"))
    anchor_on: Mapped[date]  # occurrence 0 of the weekly nudge; survives a mid-round repair
    timezone: Mapped[Word]
    work_days: Mapped[Word]
    region: Mapped[Word] = mapped_column(default="")
    shift: Mapped[Word] = mapped_column(default="")
    cadence: Mapped[Label] = mapped_column(default="")
    hour: Mapped[Word] = mapped_column(default="")
    next_kind: Mapped[Word | None]
    next_series: Mapped[Word | None]  # which rule the slot was counted by; empty for the kind's first
    next_slot: Mapped[int | None]
    next_on: Mapped[date | None]  # the working day on which it falls, in the member's zone
    next_due_at: Mapped[At | None]
    next_send_before: Mapped[At | None]
    next_why: Mapped[Label | None]  # why it is not simply where its rule puts it
    silence_rung: Mapped[int] = mapped_column(default=0)  # nudges.silence.Rung: the last step of this silence
    silence_look_at: Mapped[At | None] = mapped_column(index=True)  # when to look again whether it is quiet
