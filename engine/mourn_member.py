"""A member has died: gone at once, in silence, from every queue and page. Their buddies get a human, not a message."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from engine import rhythms
from engine.contact_faults import suppress
from engine.deployment import Deployment
from engine.groups import dissolve
from engine.outbox import State
from engine.reach_out import open_outreach
from nudges.holds import Reason
from store import audit
from store.models import (
    BuddyGroup,
    Cover,
    GroupPlace,
    Incident,
    Invitation,
    KeepWish,
    Link,
    Member,
    Message,
    Rematch,
    SupportRequest,
    UnclearReply,
)

_OVER = ("closed", "declined", "expired")


def mourn_member(deployment: Deployment, member_id: UUID, now: datetime, *, actor: str) -> int:
    """Does it once; returns how many buddies somebody is to reach."""
    with deployment.database.writes.begin() as session:
        member = session.get(Member, member_id, with_for_update=True)
        if member is None or member.is_mourned:
            return 0
        member.status, member.is_mourned = "left", True
        for point in member.contacts:
            suppress(session, point.medium, point.address_index, now, "left")
        buddies = _end_groups(session, member_id, now)
        _empty_queues(session, member_id, now, now + deployment.program.forget_after)
        reached = open_outreach(session, deployment, buddies, reason="loss", note="", now=now)
        audit.record(session, at=now, actor=actor, action="member_mourned", subject=str(member_id))
    return reached


def _end_groups(session: Session, member_id: UUID, now: datetime) -> Sequence[UUID]:
    """Their groups end without a word; the buddies' nudges rest until a human has been there."""
    buddies: list[UUID] = []
    groups = session.scalars(
        select(BuddyGroup)
        .join(GroupPlace, GroupPlace.group_id == BuddyGroup.id)
        .where(GroupPlace.member_id == member_id, GroupPlace.active, BuddyGroup.state == "active")
    ).all()
    for group in groups:
        left = [place.member_id for place in group.places if place.active and place.member_id != member_id]
        dissolve(group, now)
        for buddy in left:
            rhythms.pause(session, buddy, group.cohort_id)
        buddies += left
    rhythms.pause(session, member_id)
    session.flush()
    return buddies


def _empty_queues(session: Session, member_id: UUID, now: datetime, forget_at: datetime) -> None:
    """Nothing is sent to them, and nothing that waits names them to others."""
    groups = select(GroupPlace.group_id).where(GroupPlace.member_id == member_id)
    covers = session.scalars(
        select(Cover.id).where(
            Cover.ended_at.is_(None), or_(Cover.member_id == member_id, Cover.group_id.in_(groups))
        )
    ).all()
    named = [Message.natural_key.startswith(f"cover:{cover}:") for cover in covers]
    session.execute(
        update(Message)
        .where(or_(Message.member_id == member_id, *named), Message.state == State.DUE)
        .values(state=State.DROPPED, reason=Reason.LEFT, settled_at=now)
    )
    session.execute(update(Cover).where(Cover.id.in_(covers)).values(ended_at=now))
    for model in (Link, Invitation, KeepWish, Rematch, UnclearReply):
        session.execute(delete(model).where(model.member_id == member_id))
    session.execute(
        update(SupportRequest)
        .where(SupportRequest.member_id == member_id, SupportRequest.state.not_in(_OVER))
        .values(
            state="closed",
            closed_at=now,
            forget_at=forget_at,
            wishes_sealed=None,
            sentence_sealed=None,
        )
    )
    session.execute(
        update(Incident)
        .where(Incident.member_id == member_id, Incident.state != "closed")
        .values(state="closed", closed_at=now, next_page_at=None, text_sealed=None)
    )
