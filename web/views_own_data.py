"""Everything that is held about a member, as they may read it, and who has looked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from engine.case_people import trail_of
from engine.deployment import Deployment
from engine.staff import name_of_staff, staff_by_ref
from store.members import address_of, attributes_of, name_of
from store.models import (
    AuditEntry,
    CheckIn,
    Colour,
    Consent,
    Inbound,
    Incident,
    Member,
    Message,
    SupportRequest,
    UnclearReply,
)
from web.views_member import groups_of

LATEST = 12
# What the facts and counts are called, for the translations; attributes are called as the program calls them.
LABELS = (
    "Name", "Id in the organization", "Time zone", "Phone", "Mail", "How often", "Your hour", "Holidays of",
    "Your shift",
    "Last wrote or pressed something", "After a long silence", "Messages to you",
    "Notes that you wrote to us, without the words", "Support requests", "Crisis incidents",
    "Texts nobody could place, sealed, 72 hours at most",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looked at something of the member's."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyData:
    """Everything that is held about the member, as they may read it."""

    language: str
    facts: list[tuple[str, str]]
    consents: list[tuple[datetime, str]]
    messages: list[tuple[datetime, str, str, str]]  # due, kind, state, the true reason
    check_ins: list[tuple[datetime, str, bool]]
    colours: list[tuple[datetime, str]]
    counts: list[tuple[str, int]]
    looks: list[Look]


def my_data(deployment: Deployment, member_id: UUID) -> MyData | None:
    """What is held; None when the member is no longer there."""
    vault = deployment.vault
    with deployment.database.reads() as session:
        member = session.get(Member, member_id, options=[selectinload(Member.contacts)])
        if member is None:
            return None
        facts = [
            ("Name", name_of(vault, member)),
            ("Id in the organization", member.ref),
            ("Time zone", member.timezone),
            *[("Phone" if p.medium == "sms" else "Mail", address_of(vault, p)) for p in member.contacts],
            *[
                (name.replace("_", " ").capitalize(), ", ".join(v))
                for name, v in attributes_of(vault, member).items()
            ],
            *_rhythm(member),
        ]
        return MyData(
            language=member.language,
            facts=facts,
            consents=_consents(session, member_id),
            messages=_messages(session, member_id),
            check_ins=_check_ins(session, member_id),
            colours=_colours(session, member_id),
            counts=_counts(session, member),
            looks=_looks(session, deployment, member_id),
        )


def _rhythm(member: Member) -> list[tuple[str, str]]:
    """What is kept to know when to write, and when it has been quiet for long."""
    kept = (
        ("How often", member.cadence),
        ("Your hour", member.hour),
        ("Holidays of", member.region),
        ("Your shift", member.shift),
        ("Last wrote or pressed something", member.heard_at.date().isoformat() if member.heard_at else ""),
        ("After a long silence", "the coordinator may hear of it" if member.tells_coordinator else ""),
    )
    return [(name, value) for name, value in kept if value]


def _consents(session: Session, member_id: UUID) -> list[tuple[datetime, str]]:
    rows = session.scalars(
        select(Consent).where(Consent.member_id == member_id).order_by(Consent.at.desc()).limit(LATEST)
    )
    return [
        (
            row.at,
            f"{'Agreed to' if row.given else 'Withdrew from'} {'texts' if row.medium == 'sms' else 'mail'}, "
            f"by {row.how}: {row.wording}",
        )
        for row in rows
    ]


def _messages(session: Session, member_id: UUID) -> list[tuple[datetime, str, str, str]]:
    rows = session.scalars(
        select(Message).where(Message.member_id == member_id).order_by(Message.due_at.desc()).limit(LATEST)
    )
    return [(row.due_at, row.kind, row.state, row.reason or row.moved or "") for row in rows]


def _check_ins(session: Session, member_id: UUID) -> list[tuple[datetime, str, bool]]:
    groups = groups_of(session, member_id, only_active=False)
    rows = session.scalars(
        select(CheckIn).where(CheckIn.group_id.in_(groups)).order_by(CheckIn.at.desc()).limit(LATEST)
    )
    return [(row.at, row.kind, row.connected) for row in rows]


def _colours(session: Session, member_id: UUID) -> list[tuple[datetime, str]]:
    rows = session.scalars(
        select(Colour).where(Colour.member_id == member_id).order_by(Colour.at.desc()).limit(LATEST)
    )
    return [(row.at, row.colour) for row in rows]


def _counts(session: Session, member: Member) -> list[tuple[str, int]]:
    indexes = [point.address_index for point in member.contacts]
    counted = (
        ("Messages to you", select(func.count()).where(Message.member_id == member.id)),
        ("Notes that you wrote to us, without the words", select(func.count()).where(Inbound.from_index.in_(indexes))),
        ("Support requests", select(func.count()).where(SupportRequest.member_id == member.id)),
        ("Crisis incidents", select(func.count()).where(Incident.member_id == member.id)),
        ("Texts nobody could place, sealed, 72 hours at most",
         select(func.count()).where(UnclearReply.member_id == member.id)),
    )  # fmt: skip
    return [(what, session.scalar(query) or 0) for what, query in counted]


def _looks(session: Session, deployment: Deployment, member_id: UUID) -> list[Look]:
    rows = session.scalars(trail_of(session, member_id).order_by(AuditEntry.seq.desc()).limit(2 * LATEST))
    return [Look(at=row.at, who=_who(session, deployment, row.actor), what=row.action) for row in rows]


def _who(session: Session, deployment: Deployment, actor: str) -> str:
    kind, _, ref = actor.partition(":")
    if kind in ("member", "case"):
        return "You"
    staff = staff_by_ref(session, ref) if kind == "staff" else None
    if staff is None:
        return "The program itself" if kind == "system" else actor
    return f"{name_of_staff(deployment.vault, staff)} ({staff.roles.replace(',', ', ').replace('_', ' ')})"
