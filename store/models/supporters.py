"""Peer supporters and what is kept of their work, keys of other software, and the counts that outlive cases."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from store.models.record import At, Digest, Id, Label, Record, Sealed, Word


class Supporter(Record):
    """What is known of a peer supporter beside the staff entry: who they are for matching, load and care."""

    __tablename__ = "supporter"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    profile_sealed: Mapped[Sealed | None]  # JSON: attribute -> values, as a member's attributes
    cap: Mapped[int]  # cases at once
    trained_until: Mapped[date | None]
    rest_until: Mapped[At | None]  # after a hard case
    colour_sealed: Mapped[Sealed | None]  # the monthly colour; the supporter's own
    asked_at: Mapped[At | None]  # when the colour was last asked for
    takes_cases: Mapped[bool] = mapped_column(default=True)  # amber and exhausted: not until they say so
    wants_invitations: Mapped[bool] = mapped_column(default=False)
    wants_recognition: Mapped[bool] = mapped_column(default=False)  # may be thanked by name
    began_at: Mapped[At | None]  # first named a supporter
    twin_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff.id", ondelete="SET NULL")
    )  # the senior one
    own_supporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    cases: Mapped[int] = mapped_column(default=0)  # ever accepted, for fairness
    hours: Mapped[float] = mapped_column(default=0.0)  # as the supporter says, all cases together


class SupporterMeeting(Record):
    """A meeting of the supporters."""

    __tablename__ = "supporter_meeting"

    id: Mapped[Id]
    starts_at: Mapped[At]
    minutes: Mapped[int]
    place: Mapped[Label]
    planned_at: Mapped[At]
    reminded_at: Mapped[At | None]
    noted_at: Mapped[At | None]  # who was there is on record


class MeetingAnswer(Record):
    """Whether a supporter is coming to a meeting, and was there."""

    __tablename__ = "meeting_answer"

    meeting_id: Mapped[UUID] = mapped_column(
        ForeignKey("supporter_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    answer: Mapped[Word]  # coming, not_coming, or nothing yet
    was_there: Mapped[bool] = mapped_column(default=False)


class Nomination(Record):
    """A colleague whom somebody would trust as a peer supporter."""

    __tablename__ = "nomination"

    id: Mapped[Id]
    name_sealed: Mapped[Sealed]
    reach_sealed: Mapped[Sealed | None]
    at: Mapped[At]
    settled_at: Mapped[At | None]


class CaseCount(Record):
    """How many cases of a kind ended in which way, a month; nobody named, small cells folded."""

    __tablename__ = "case_count"

    period: Mapped[Word] = mapped_column(primary_key=True)
    kind: Mapped[Word] = mapped_column(primary_key=True)
    outcome: Mapped[Word] = mapped_column(primary_key=True)
    count: Mapped[int]


class HelpCount(Record):
    """How often a question after a case was answered in which way. No person, no case, no day."""

    __tablename__ = "help_count"

    period: Mapped[Word] = mapped_column(primary_key=True)
    question: Mapped[Word] = mapped_column(primary_key=True)
    answer: Mapped[Word] = mapped_column(primary_key=True)
    count: Mapped[int]


class ApiKey(Record):
    """A key of other software; only its hash is kept."""

    __tablename__ = "api_key"

    id: Mapped[Id]
    name: Mapped[Label] = mapped_column(unique=True)
    key_hash: Mapped[Digest] = mapped_column(unique=True)
    created_at: Mapped[At]
    revoked_at: Mapped[At | None]
    window_at: Mapped[At | None]  # when the present minute of calls began
    calls: Mapped[int] = mapped_column(default=0)


class ProviderCopy(Record):
    """A message whose copy at the provider is to be deleted, or an address of which it is to keep nothing."""

    __tablename__ = "provider_copy"
    __table_args__ = (Index("ix_provider_copy_due_at", "due_at"),)

    id: Mapped[Id]
    medium: Mapped[Word]
    provider_id: Mapped[Label]
    address_sealed: Mapped[Sealed | None]  # mail: until the provider has taken the order, three days at most
    due_at: Mapped[At]
    tries: Mapped[int] = mapped_column(default=0)
