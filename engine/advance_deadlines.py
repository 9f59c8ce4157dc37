"""Lets time act on support requests and sealed texts: remind once, expire, tell who must know of a missed deadline."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import overseers_for
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.staff import notify
from escalation.requests import RequestEvent, RequestState, advance
from store import audit
from store.models import Inbound, Link, Member, SupportRequest, UnclearReply

FORGOTTEN = ""
WORDS_REMEMBERED_FOR = timedelta(days=8)  # a CALL counts as an answer to a red for seven


def advance_deadlines(deployment: Deployment, now: datetime) -> int:
    """Does what is due by `now`; returns how many requests that touched."""
    with deployment.database.writes.begin() as session:
        touched = _pending(session, deployment, now)
        session.execute(delete(UnclearReply).where(UnclearReply.expires_at <= now))
        session.execute(delete(Link).where(Link.expires_at <= now))
        _forget_who_wrote_what(session, now)
        touched += _missed(session, deployment, now)
    return touched


def _forget_who_wrote_what(session: Session, now: datetime) -> None:
    """Of what came in, only the provider's id stays, against repeats: no colour, no cry for help, no number."""
    session.execute(
        update(Inbound)
        .where(
            Inbound.state != "new",
            Inbound.from_index != FORGOTTEN,
            Inbound.received_at <= now - WORDS_REMEMBERED_FOR,
        )
        .values(intent=None, from_index=FORGOTTEN, body_index=FORGOTTEN, reply_token_hash=None)
    )


def _pending(session: Session, deployment: Deployment, now: datetime) -> int:
    """Wishes that only the member knows of: one reminder next morning, then they are forgotten."""
    rows = session.scalars(
        select(SupportRequest)
        .where(
            SupportRequest.state == RequestState.PENDING,
            or_(SupportRequest.remind_at <= now, SupportRequest.expires_at <= now),
        )
        .with_for_update(skip_locked=True)
    ).all()
    media = media_of(session, deployment, {request.member_id for request in rows})
    for request in rows:
        if request.expires_at is not None and request.expires_at <= now:
            request.state = advance(RequestState.PENDING, RequestEvent.EXPIRE)
            request.closed_at = now
            continue
        request.remind_at = None
        medium = media[request.member_id]
        draft = Draft(
            key=f"reminder:{request.id}",
            kind="support_reminder",
            medium=medium or "sms",
            member_id=request.member_id,
            due_at=now,
            dropped=None if medium else "no_channel",
        )
        put(session, deployment, draft, now)
    return len(rows)


def _missed(session: Session, deployment: Deployment, now: datetime) -> int:
    """Confirmed requests past their time: coordinator, deputy and director are told, once."""
    late = ((SupportRequest.state == RequestState.OPEN) & (SupportRequest.match_by <= now)) | (
        (SupportRequest.state == RequestState.MATCHED) & (SupportRequest.contact_by <= now)
    )
    rows = session.scalars(
        select(SupportRequest)
        .where(late, SupportRequest.missed_told_at.is_(None))
        .with_for_update(skip_locked=True)
    ).all()
    for request in rows:
        request.missed_told_at = now
        member = session.get(Member, request.member_id)
        if member is None:
            continue
        people = overseers_for(session, deployment, member)
        notify(
            session, deployment, people, kind="deadline_notice", key=f"missed:{request.id}",
            now=now, details={"path": "/requests"},
        )  # fmt: skip
    for request in rows:
        audit.record(
            session, at=now, actor="system", action="deadline_missed", subject=str(request.member_id)
        )
    return len(rows)
