"""Texts that nobody could place: a named clinician opens one, and the member can read that it was done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import may_handle
from engine.note_look import write_look
from store.members import address_of, name_of
from store.models import Member, Staff, UnclearReply


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearOpened:
    """One text with its name."""

    name: str
    text: str
    received_at: datetime
    contacts: tuple[tuple[str, str], ...]  # medium, address


def unclear_texts(
    session: Session, deployment: Deployment, staff_id: UUID, now: datetime
) -> list[UnclearReply]:
    """Those that wait for this clinician, oldest first: not over, and nobody's whose case cannot be theirs."""
    staff = session.get_one(Staff, staff_id)
    rows = session.scalars(
        select(UnclearReply).where(UnclearReply.expires_at > now).order_by(UnclearReply.received_at)
    )
    return [
        row
        for row in rows
        if may_handle(session, deployment.vault, staff, session.get(Member, row.member_id))
    ]


def open_unclear(
    deployment: Deployment, reply_id: UUID, *, staff_id: UUID, now: datetime
) -> UnclearOpened | None:
    """Opens one and notes who looked; None where none of that id waits for this clinician."""
    with deployment.database.writes.begin() as session:
        waiting = unclear_texts(session, deployment, staff_id, now)
        row = next((one for one in waiting if one.id == reply_id), None)
        if row is None:
            return None
        if row.opened_at is None:
            row.opened_by, row.opened_at = staff_id, now
        opened = _opened(session, deployment, row)
        actor = f"staff:{session.get_one(Staff, staff_id).ref}"
        write_look(session, actor=actor, what="unclear_text", member_id=row.member_id, now=now)
    return opened


def _opened(session: Session, deployment: Deployment, row: UnclearReply) -> UnclearOpened:
    vault, member = deployment.vault, session.get_one(Member, row.member_id)
    return UnclearOpened(
        name=name_of(vault, member),
        text=vault.open(row.text_sealed, "unclear_reply", "text", row.id),
        received_at=row.received_at,
        contacts=tuple((point.medium, address_of(vault, point)) for point in member.contacts),
    )
