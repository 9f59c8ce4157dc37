"""Logs "connected, yes or no" for a whole group and the period that a nudge asked about; nothing more."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.outbox import State
from engine.plan_nudges import period_of
from nudges.cadence import zone_of
from nudges.kinds import Lane
from store.cohorts import active_group_of
from store.inserting import insert_new
from store.models import CheckIn, Member, Message, new_id

ANSWERABLE_FOR = timedelta(days=35)  # after that an answer is about now, not about that nudge
REACHED = (State.SENT, State.DELIVERED, State.SENDING, State.IN_DOUBT)


def question_of(
    session: Session, member: Member, now: datetime, asked_by: UUID | None = None
) -> Message | None:
    """The nudge that an answer of the member is about: the one it was sent to, else the latest."""
    query = select(Message).where(
        Message.member_id == member.id,
        Message.lane == Lane.NUDGE,
        Message.slot.is_not(None),
        Message.state.in_(REACHED),
        Message.due_at > now - ANSWERABLE_FOR,
    )
    if asked_by is not None:
        named = session.scalars(query.where(Message.id == asked_by)).one_or_none()
        if named is not None:
            return named
    return session.scalars(query.order_by(Message.due_at.desc()).limit(1)).first()


def log_check_in(
    session: Session,
    member: Member,
    *,
    connected: bool,
    medium: str,
    now: datetime,
    asked_by: UUID | None = None,
) -> CheckIn | None:
    """One answer counts for all buddies of the group; a later yes replaces a no, never the other way round.

    None where there is nothing to log: a member who is only reminded, or has no group.
    """
    member.heard_at = now
    if member.mode == "remind":
        return None
    question = question_of(session, member, now, asked_by)
    if question is not None and question.group_id is not None and question.period is not None:
        group_id, kind, period = question.group_id, question.kind, question.period
    else:
        group = active_group_of(session, member.id)
        if group is None:
            return None
        today = now.astimezone(zone_of(member.timezone)).date()
        group_id, kind, period = group.id, "weekly", period_of(today)
    row = {
        "id": new_id(), "group_id": group_id, "member_id": member.id, "kind": kind, "period": period,
        "connected": connected, "medium": medium, "at": now,
    }  # fmt: skip
    insert_new(session, CheckIn, [row], ("group_id", "kind", "period"))
    logged = session.scalars(
        select(CheckIn)
        .where(CheckIn.group_id == group_id, CheckIn.kind == kind, CheckIn.period == period)
        .with_for_update()
    ).one()
    if connected and not logged.connected:
        logged.connected, logged.at = True, now
        logged.member_id, logged.medium = member.id, medium
    return logged
