"""Turns due rhythms into messages: claims rows, moves each to its next occurrence, inserts under a natural key.

All of it in one transaction, so that neither a crash nor a second scheduler loses or doubles a nudge.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.outbox import Draft, put_quietly
from engine.recipients import suppressed
from engine.rhythms import advance
from engine.unreachable import why_unreachable
from nudges.holds import Reason
from store.models import Member, Rhythm

ROWS_AT_ONCE = 500


def plan_nudges(deployment: Deployment, now: datetime) -> int:
    """Plans what is due at `now`, at most 500 rows; returns how many rows it moved on."""
    with deployment.database.writes.begin() as session:
        due = session.scalars(
            select(Rhythm)
            .where(Rhythm.next_due_at <= now)
            .order_by(Rhythm.next_due_at, Rhythm.id)
            .limit(ROWS_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        if not due:
            return 0
        media = media_of(session, deployment, {rhythm.member_id for rhythm in due})
        silent = why_unreachable(
            session, deployment, {one for one, medium in media.items() if medium is None}
        )
        drafts = [
            _draft(rhythm, media[rhythm.member_id], silent.get(rhythm.member_id), now) for rhythm in due
        ]
        put_quietly(session, deployment, drafts, now)
        for rhythm in due:
            advance(deployment, rhythm)
        session.flush()
        # In one order on every node: a wake may wait for that of another planner.
        for sender in sorted(
            {deployment.channels[draft.medium].sender for draft in drafts if not draft.dropped}
        ):
            deployment.wake_with(session, sender)
    return len(due)


def _draft(rhythm: Rhythm, medium: str | None, silent: Reason | None, now: datetime) -> Draft:
    if rhythm.next_due_at is None or rhythm.next_kind is None or rhythm.next_on is None:
        raise LookupError(f"rhythm {rhythm.id} is not due")
    stale = rhythm.next_send_before is not None and rhythm.next_send_before <= now
    return Draft(
        key=natural_key(rhythm),
        kind=rhythm.next_kind,
        medium=medium or "sms",
        member_id=rhythm.member_id,
        cohort_id=rhythm.cohort_id,
        group_id=rhythm.group_id,
        slot=rhythm.next_slot,
        period=period_of(rhythm.next_on),
        moved=rhythm.next_why,
        due_at=rhythm.next_due_at,
        send_before=rhythm.next_send_before,
        dropped=silent or (Reason.STALE if stale else None),
    )


def natural_key(rhythm: Rhythm) -> str:
    """What makes a second message of the occurrence impossible, whatever becomes of group, round or rule."""
    kind = f"{rhythm.next_kind}~{rhythm.next_series}" if rhythm.next_series else rhythm.next_kind
    return f"{rhythm.member_id}:{rhythm.cohort_id}:{kind}:{rhythm.next_slot}"


def period_of(day: date) -> str:
    """The ISO week that an occurrence belongs to; buddies asked on different days of it share an answer."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def media_of(session: Session, deployment: Deployment, ids: set[UUID]) -> dict[UUID, str | None]:
    """Member -> the medium to use: SMS where set up, consented to, usable and not suppressed; else mail;
    None where neither is."""
    members = session.scalars(
        select(Member).where(Member.id.in_(ids)).options(selectinload(Member.contacts))
    ).all()
    points = [point for member in members for point in member.contacts]
    barred = suppressed(session, {(p.medium, p.address_index) for p in points})
    usable = {
        (p.member_id, p.medium)
        for p in points
        if p.consented
        and p.unusable_since is None
        and p.medium in deployment.channels
        and (p.medium, p.address_index) not in barred
    }
    return {
        member.id: next((m for m in ("sms", "email") if (member.id, m) in usable), None) for member in members
    }
