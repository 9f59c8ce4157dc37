"""Forgets cases whose grace period is over: what is left is a count."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.provider_copies import copy_is_due, mail_is_due
from escalation.requests import ENDED
from escalation.retention import folded
from nudges.clock import zone_of
from store import audit
from store.members import address_of
from store.models import CaseCount, ContactPoint, Inbound, Message, SupportRequest

# Messages to a member that tell of a case.
CASE_KINDS = (
    "support_offer", "support_reminder", "support_confirmed", "outreach_offer", "choose_supporter", "helped_ask",
    "look_notice",
)  # fmt: skip
FORGOTTEN = ""


def forget_cases(deployment: Deployment, now: datetime) -> int:
    """Forgets what is due by `now` and is under no legal hold; returns how many cases that was."""
    with deployment.database.reads() as session:
        due = session.scalars(
            select(SupportRequest.id).where(
                SupportRequest.state.in_(ENDED),
                SupportRequest.forget_at <= now,
                SupportRequest.hold_at.is_(None),
            )
        ).all()
    forgotten = sum(_forget(deployment, request_id, now) for request_id in due)
    if forgotten:
        deployment.database.write_out()
    return forgotten


def _forget(deployment: Deployment, request_id: UUID, now: datetime) -> bool:
    with deployment.database.writes.begin() as session:
        request = session.scalars(
            select(SupportRequest)
            .where(SupportRequest.id == request_id, SupportRequest.hold_at.is_(None))
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if request is None:
            return False
        _count(session, deployment, request)
        _forget_messages(session, deployment, request, now)
        session.delete(request)
        session.flush()
        _fold(session, deployment, now)
        audit.record(session, at=now, actor="system", action="case_forgotten", subject=request.alias)
    return True


def _forget_messages(
    session: Session, deployment: Deployment, request: SupportRequest, now: datetime
) -> None:
    """Every message about the case goes, to whomever; what the provider keeps of it is queued for deletion."""
    about = [Message.natural_key.contains(str(request.id))]
    if request.member_id is not None:
        in_time = Message.created_at <= (request.closed_at or now) + timedelta(days=4)
        about.append((Message.member_id == request.member_id) & Message.kind.in_(CASE_KINDS) & in_time)
        _forget_words(session, request)
    rows = session.scalars(
        select(Message).where(or_(*about), Message.state.not_in(("sending", "in_doubt")))
    ).all()
    for message in rows:
        if message.provider_id and message.medium == "sms":
            copy_is_due(session, message.provider_id, now)
    if any(message.medium == "email" and message.member_id and message.attempts for message in rows):
        _forget_mail(session, deployment, request, now)
    session.execute(delete(Message).where(Message.id.in_([message.id for message in rows])))


def _forget_mail(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    """SendGrid erases by address alone, and then all that it keeps of it."""
    points = select(ContactPoint).where(
        ContactPoint.member_id == request.member_id, ContactPoint.medium == "email"
    )
    for point in session.scalars(points):
        mail_is_due(session, deployment, address_of(deployment.vault, point), now)


def _forget_words(session: Session, request: SupportRequest) -> None:
    """Of what the member wrote up to the closure only the provider's id stays, against repeats."""
    indexes = select(ContactPoint.address_index).where(ContactPoint.member_id == request.member_id)
    session.execute(
        update(Inbound)
        .where(
            Inbound.state != "new", Inbound.from_index.in_(indexes), Inbound.received_at <= request.closed_at
        )
        .values(intent=None, from_index=FORGOTTEN, body_index=FORGOTTEN, reply_token_hash=None)
    )


def words_that_asked(session: Session, request: SupportRequest, now: datetime) -> None:
    """The texts by which a member asked are deleted at the provider a day later; we keep none of them anyway."""
    indexes = select(ContactPoint.address_index).where(ContactPoint.member_id == request.member_id)
    rows = session.scalars(
        select(Inbound).where(
            Inbound.from_index.in_(indexes),
            Inbound.medium == "sms",
            Inbound.received_at >= request.asked_at - timedelta(minutes=5),
        )
    )
    for row in rows:
        copy_is_due(session, row.provider_id, now + timedelta(days=1))


def _count(session: Session, deployment: Deployment, request: SupportRequest) -> None:
    if request.outcome is None:
        return
    local = (request.closed_at or request.asked_at).astimezone(zone_of(deployment.program.zone))
    key = (f"{local:%Y-%m}", request.kind or "other", request.outcome)
    row = session.get(CaseCount, key, with_for_update=True)
    if row is None:
        session.add(CaseCount(period=key[0], kind=key[1], outcome=key[2], count=1))
    else:
        row.count += 1
    session.flush()


def _fold(session: Session, deployment: Deployment, now: datetime) -> None:
    """Small cells of the months that are over lose kind, outcome and month, until they are large enough."""
    this_month = f"{now.astimezone(zone_of(deployment.program.zone)):%Y-%m}"
    rows = [row for row in session.scalars(select(CaseCount)) if row.period != this_month]
    before = {(row.period, row.kind, row.outcome): row.count for row in rows}
    after = folded(before)
    if after == before:
        return
    for row in rows:
        session.delete(row)
    session.flush()
    session.add_all(
        CaseCount(period=period, kind=kind, outcome=outcome, count=count)
        for (period, kind, outcome), count in after.items()
    )
