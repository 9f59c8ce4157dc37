"""A support request's way: wished for, confirmed by the member, in a coordinator's hands, closed.

Nobody but the member knows of a wish; only the member's own confirmation puts it into the queue.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.case_steps import move, plan, tell_queue
from engine.deployment import Deployment
from engine.forget_cases import words_that_asked
from escalation.deadlines import deadlines
from escalation.requests import OPEN_STATES, RequestEvent, RequestState, reminder_at
from store import audit
from store.models import Member, SupportRequest, new_alias, new_id


def open_request_of(session: Session, member_id: UUID) -> SupportRequest | None:
    """The member's one request that is not over."""
    return session.scalars(
        select(SupportRequest)
        .where(SupportRequest.member_id == member_id, SupportRequest.state.in_(OPEN_STATES))
        .with_for_update()
    ).one_or_none()


def wish_for_support(
    session: Session, deployment: Deployment, member: Member, now: datetime, *, source: str = "self"
) -> SupportRequest:
    """Notes a wish that only the member knows of; it expires unless confirmed, after one reminder."""
    row = SupportRequest(
        id=new_id(),
        member_id=member.id,
        alias=new_alias(),
        state=RequestState.PENDING,
        since=now,
        source=source,
        asked_at=now,
        remind_at=reminder_at(now, member.timezone),
        expires_at=now + deployment.program.pending_expires,
    )
    session.add(row)
    session.flush()
    plan(deployment, row)
    return row


def confirm(
    session: Session,
    deployment: Deployment,
    member: Member,
    now: datetime,
    *,
    source: str = "self",
    wishes: Mapping[str, str] | None = None,
) -> SupportRequest:
    """The member's own yes: into the queue, clocks start. A second yes adds to the request that is open."""
    request = open_request_of(session, member.id) or wish_for_support(
        session, deployment, member, now, source=source
    )
    if wishes:
        kept = {name: value for name, value in wishes.items() if value}
        vault = deployment.vault
        request.wishes_sealed = vault.seal_json(kept, "support_request", "wishes", request.id)
    if request.state != RequestState.PENDING:
        return request
    start_clocks(session, deployment, request, now)
    audit.record(session, at=now, actor=request.alias, action="request_confirmed", subject=request.alias)
    return request


def start_clocks(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    """Into the queue: deadlines are computed once, kept with the policy that made them, and somebody is told."""
    program = deployment.program
    clocks = deadlines(now, program.deadline_policy, zone=program.zone, holidays=program.holidays)
    request.opened_at, request.remind_at, request.expires_at = now, None, None
    request.match_by, request.contact_by = clocks.match_by, clocks.contact_by
    request.policy = dict(clocks.policy)
    move(deployment, request, RequestEvent.CONFIRM, now)
    if request.member_id is not None:
        words_that_asked(session, request, now)
    tell_queue(session, deployment, request, now, key=f"request:{request.id}")
