"""Whose data could have been seen between two instants, and by whom: for a privacy officer after an incident.

Ids only, no names. Links that have run out by now are forgotten, so of them only the messages that carried them tell.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.sign_in import SESSION_LASTS
from store.database import Database
from store.models import AuditEntry, Link, Member, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody of the staff opened something of a member's."""

    at: datetime
    who: str
    what: str


@dataclass(slots=True, kw_only=True)
class Exposed:
    """What could have been seen of one member."""

    member: str
    looks: list[Look] = field(default_factory=list)
    links: int = 0  # that worked at some time between, and are not forgotten yet
    messages: int = 0  # that went out between


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The whole list."""

    held: int  # members whose data was in the database by then
    sign_ins: tuple[Look, ...]  # of staff whose session could run between
    members: tuple[Exposed, ...]  # only those of whom something was seen, sent or open


def exposure(database: Database, since: datetime, until: datetime) -> Exposure:
    """The list for [since, until)."""
    with database.reads() as session:
        refs = {row.id: row.ref for row in session.execute(select(Member.id, Member.ref))}
        found: dict[UUID, Exposed] = {}
        for entry in _entries(session, since, until, "looked_at_%"):
            look = Look(at=entry.at, who=entry.actor, what=entry.action)
            if (row := _id(entry.subject)) is not None:
                _of(found, refs, row).looks.append(look)
        links = select(Link.member_id, func.count()).where(Link.created_at < until, Link.expires_at >= since)
        for row, count in session.execute(links.where(Link.member_id.is_not(None)).group_by(Link.member_id)):
            if row is not None:
                _of(found, refs, row).links = count
        sent = select(Message.member_id, func.count()).where(
            Message.sent_at >= since, Message.sent_at < until
        )
        for row, count in session.execute(
            sent.where(Message.member_id.is_not(None)).group_by(Message.member_id)
        ):
            if row is not None:
                _of(found, refs, row).messages = count
        sign_ins = _entries(session, since - SESSION_LASTS, until, "signed_in")
        held = session.scalar(select(func.count()).where(Member.created_at < until)) or 0
    return Exposure(
        held=held,
        sign_ins=tuple(Look(at=one.at, who=one.actor, what=one.action) for one in sign_ins),
        members=tuple(sorted(found.values(), key=lambda one: one.member)),
    )


def _entries(session: Session, since: datetime, until: datetime, action: str) -> list[AuditEntry]:
    return list(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.at >= since, AuditEntry.at < until, AuditEntry.action.like(action))
            .order_by(AuditEntry.seq)
        )
    )


def _of(found: dict[UUID, Exposed], refs: dict[UUID, str], row: UUID) -> Exposed:
    return found.setdefault(row, Exposed(member=refs.get(row, f"erased {row}")))


def _id(subject: str | None) -> UUID | None:
    try:
        return UUID(subject) if subject else None
    except ValueError:
        return None
