"""Members, how they are reached, and what they agreed to."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, literal_column, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.models.record import At, Digest, Id, Label, Prose, Record, Sealed, Word

# Who has left, leaves, is away or pauses: looked for again and again among many who do none of it.
_UNUSUAL = "status <> 'active' or coalesce(active_until, paused_until, away_from, away_until) is not null"


class Member(Record):
    """Somebody in the program. Name and attributes are sealed; the ref is the organisation's own id."""

    __tablename__ = "member"
    __table_args__ = (
        Index("ix_member_unusual", "id", sqlite_where=text(_UNUSUAL), postgresql_where=text(_UNUSUAL)),
        Index(
            "ix_member_forgetting_for",
            "forgetting_for",
            sqlite_where=text("forgetting_for is not null"),
            postgresql_where=text("forgetting_for is not null"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[Label] = mapped_column(unique=True)
    name_sealed: Mapped[Sealed | None]
    attributes_sealed: Mapped[Sealed]  # JSON: attribute -> list of values
    timezone: Mapped[Word]  # IANA name
    status: Mapped[Word]  # active, paused, left
    active_from: Mapped[date | None]
    active_until: Mapped[date | None]
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    paused_until: Mapped[date | None]  # the member's own pause; back on that day
    work_days: Mapped[Word]  # "" (the program's), or digits 0-6, Monday first
    region: Mapped[Word] = mapped_column(default="")  # whose holidays: "US-MA"; empty: the program's
    shift: Mapped[Word] = mapped_column(default="")  # a shift of the program file, with a window of its own
    cadence: Mapped[Label] = mapped_column(default="")  # own rhythm: "monthly quarterly", "weekly:RRULE"
    hour: Mapped[Word] = mapped_column(
        default=""
    )  # own hour for nudges: "19:00"; empty: the program's window
    tells_coordinator: Mapped[bool] = mapped_column(default=False)  # wants them to hear of a long silence
    heard_at: Mapped[At | None]  # last wrote or pressed something; ends a silence
    mode: Mapped[Word] = mapped_column(default="ask")  # ask, remind (just remind me, never ask)
    keeps_colours: Mapped[bool] = mapped_column(default=True)
    resting_since: Mapped[At | None]  # red answered: nudges rest until the member writes again
    thanked_at: Mapped[At | None]  # thanks go out once a month at most
    language: Mapped[Word] = mapped_column(default="")  # en, es, fr; "": the program's
    shares_contact: Mapped[bool] = mapped_column(default=False)  # buddies see number and address
    unit_paused_until: Mapped[date | None]  # the program's pause of a unit; back on that day
    is_mourned: Mapped[bool] = mapped_column(default=False)  # died: on no page and in no queue
    is_outside: Mapped[bool] = mapped_column(default=False)  # a member's friend who does not work here
    forgetting_for: Mapped[Word | None]  # who asked that this member be forgotten, until that is done
    emergency_sealed: Mapped[Sealed | None]  # whom a responder may call, as "name, number"
    created_at: Mapped[At]
    contacts: Mapped[list["ContactPoint"]] = relationship(
        back_populates="member", cascade="all, delete-orphan", order_by="ContactPoint.medium"
    )


IS_UNUSUAL = or_(
    Member.status != literal_column("'active'"),
    func.coalesce(Member.active_until, Member.paused_until, Member.away_from, Member.away_until).is_not(None),
)


class ContactPoint(Record):
    """One number or address of a member; one a medium."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("member_id", "medium"), UniqueConstraint("medium", "address_index"))

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    medium: Mapped[Word]  # sms, email
    address_sealed: Mapped[Sealed]
    address_index: Mapped[Digest]
    consented: Mapped[bool]  # what the latest consent row says, kept here for planning
    unusable_since: Mapped[At | None]
    unusable_code: Mapped[Word | None]
    answered_at: Mapped[At | None]  # somebody at this address has written back to us
    changed_at: Mapped[At | None]  # put there on the member's page; a while it opens that page for nobody
    member: Mapped[Member] = relationship(back_populates="contacts")


class Consent(Record):
    """One act of consent or withdrawal, with the wording that was agreed to. Never updated."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_member_id_medium_at", "member_id", "medium", "at"),)

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    medium: Mapped[Word]
    given: Mapped[bool]
    at: Mapped[At]
    how: Mapped[Word]  # import, join, reply, page
    wording: Mapped[Prose]
    wording_version: Mapped[Word]


class Suppression(Record):
    """An address that is not written to. Ours decides, whatever a provider believes; it outlives erasure."""

    __tablename__ = "suppression"

    medium: Mapped[Word] = mapped_column(primary_key=True)
    address_index: Mapped[Digest] = mapped_column(primary_key=True)
    since: Mapped[At]
    reason: Mapped[Word]  # stop, wrong_person, provider, unsubscribe, spam_report, bounce


class Exclusion(Record):
    """Two people who are never brought together. Confidential: both ids are sealed."""

    __tablename__ = "exclusion"

    id: Mapped[Id]
    pair_index: Mapped[Digest] = mapped_column(unique=True)
    members_sealed: Mapped[Sealed]  # JSON: two member ids
    created_at: Mapped[At]


class Agreement(Record):
    """People who asked to be buddies, or are kept together: who they are is sealed."""

    __tablename__ = "agreement"

    id: Mapped[Id]
    kind: Mapped[Word]  # buddy, lock
    group_index: Mapped[Digest] = mapped_column(unique=True)
    members_sealed: Mapped[Sealed]  # JSON: two or three member ids
    created_at: Mapped[At]
