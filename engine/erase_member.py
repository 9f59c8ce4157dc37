"""Leaving, and being forgotten: what is left is a fingerprint on the STOP list, so that no list brings a member back.

The audit trail keeps bare ids that stand for nobody any more, and still verifies.
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.contact_faults import suppress
from engine.deployment import Deployment
from engine.mend_groups import mend_groups
from engine.outbox import State
from engine.provider_copies import copy_is_due, mail_is_due
from store import audit
from store.members import address_of, name_of
from store.models import (
    Agreement,
    Cover,
    Exclusion,
    Inbound,
    Incident,
    Joining,
    Member,
    Message,
    Rhythm,
    SupportRequest,
)
from store.sealing import Vault

UNNAMED = {"buddies": "others"}  # what a message says of somebody who is forgotten


def leave(deployment: Deployment, member_id: UUID, now: datetime) -> None:
    """The member has left: no message any more, and their buddies are looked after. What is held stays held.

    As with a STOP, so that no later list makes them somebody who is paired and written to.
    """
    with deployment.database.writes.begin() as session:
        member = session.get_one(Member, member_id)
        member.status = "left"
        for point in member.contacts:
            suppress(session, point.medium, point.address_index, now, "left")
        audit.record(session, at=now, actor=f"member:{member_id}", action="left", subject=str(member_id))
    mend_groups(deployment, now)


def erase_member(deployment: Deployment, member_id: UUID, now: datetime, *, actor: str) -> bool:
    """Forgets the member; False when there is none. An open incident keeps its own sealed number until it is closed.

    From the first commit on nothing is sent to them; what a stopped server left undone `finish_erasures` does.
    """
    with deployment.database.writes.begin() as session:
        member = session.get(Member, member_id)
        if member is None:
            return False
        member.status, member.forgetting_for = "left", actor
    mend_groups(deployment, now)
    _forget(deployment, member_id, now, actor)
    return True


def finish_erasures(deployment: Deployment, now: datetime) -> int:
    """Forgets whoever is only half forgotten, since the server stopped; returns how many there were."""
    with deployment.database.reads() as session:
        begun = list(session.scalars(select(Member).where(Member.forgetting_for.is_not(None))))
    for member in begun:
        erase_member(deployment, member.id, now, actor=member.forgetting_for or "system")
    return len(begun)


def _forget(deployment: Deployment, member_id: UUID, now: datetime, actor: str) -> None:
    with deployment.database.writes.begin() as session:
        member = session.get(Member, member_id)
        if member is None:
            return  # another node was quicker
        indexes = [point.address_index for point in member.contacts]
        for point in member.contacts:
            suppress(session, point.medium, point.address_index, now, "stop")
            if point.medium == "email":
                mail_is_due(session, deployment, address_of(deployment.vault, point), now)
        _forget_covers(session, deployment.vault, member_id, now)
        _forget_messages(session, member_id, indexes, now)
        _forget_what_came_in(session, member_id, indexes)
        _forget_pairs(session, deployment.vault, member_id)
        _leave_held_cases(session, deployment.vault, member)
        session.execute(delete(Rhythm).where(Rhythm.member_id == member_id))
        session.delete(member)
        session.flush()
        audit.record(session, at=now, actor=actor, action="member_erased", subject=str(member_id))


def _leave_held_cases(session: Session, vault: Vault, member: Member) -> None:
    """A case under a legal hold stays as one of somebody outside, with the name that it is about."""
    held = select(SupportRequest).where(
        SupportRequest.member_id == member.id, SupportRequest.hold_at.is_not(None)
    )
    for request in session.scalars(held):
        person = {"name": name_of(vault, member)}
        request.person_sealed = vault.seal_json(person, "support_request", "person", request.id)
        request.member_id = None


def _forget_messages(session: Session, member_id: UUID, indexes: list[str], now: datetime) -> None:
    """That something was sent stays as a count; whose, where and what does not, nor the provider's copy of a text."""
    mine = (Message.member_id == member_id) | Message.address_index.in_(indexes)
    session.execute(
        update(Message).where(mine, Message.state == State.DUE).values(state=State.DROPPED, reason="left")
    )
    about = Message.natural_key.contains(str(member_id))  # notices to staff, too
    for message in session.scalars(select(Message).where(mine | about)):
        if message.provider_id and message.medium == "sms":
            copy_is_due(session, message.provider_id, now)
        message.natural_key = f"erased:{message.id}"
        message.member_id = message.address_index = message.body_index = None
        message.details_sealed = message.address_sealed = message.provider_id = None


def _forget_covers(session: Session, vault: Vault, member_id: UUID, now: datetime) -> None:
    """What told others to look out for this member, or with them, names them: the words go, sent or not.

    A cover of which somebody has not heard yet ends; where it is still needed another begins, with fresh words.
    """
    told = session.scalars(
        select(Message.natural_key).where(Message.member_id == member_id, Message.kind == "cover")
    )
    for cover_id in {UUID(key.split(":")[1]) for key in told}:
        about = Message.natural_key.startswith(f"cover:{cover_id}:")
        for message in session.scalars(select(Message).where(about)):
            message.details_sealed = vault.seal_json(UNNAMED, "message", "details", message.id)
            if message.state == State.DUE:
                message.state, message.reason, message.settled_at = State.DROPPED, "left", now
                cover = session.get(Cover, cover_id)
                if cover is not None:
                    cover.ended_at = cover.ended_at or now


def _forget_what_came_in(session: Session, member_id: UUID, indexes: list[str]) -> None:
    session.execute(
        update(Inbound)
        .where(Inbound.from_index.in_(indexes))
        .values(
            from_index="",
            body_index="",
            from_sealed=None,
            body_sealed=None,
            intent=None,
            reply_token_hash=None,
        )
    )
    session.execute(delete(Joining).where(Joining.address_index.in_(indexes)))
    session.execute(
        update(Incident)
        .where(Incident.member_id == member_id, Incident.state == "closed")
        .values(from_index="", from_sealed=b"", text_sealed=None, member_id=None)
    )


def _forget_pairs(session: Session, vault: Vault, member_id: UUID) -> None:
    tables: tuple[tuple[Any, str], ...] = ((Exclusion, "exclusion"), (Agreement, "agreement"))
    for model, table in tables:
        for row in session.scalars(select(model)):
            named = cast("list[str]", vault.open_json(row.members_sealed, table, "members", row.id))
            if str(member_id) in named:
                session.delete(row)
