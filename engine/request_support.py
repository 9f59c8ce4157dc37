"""A support request's way: wished for, confirmed by the member, in a coordinator's hands, closed.

Nobody but the member knows of a wish; only the member's own confirmation puts it into the queue.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import coordinators_for
from engine.staff import notify
from escalation.deadlines import deadlines
from escalation.requests import OPEN_STATES, RequestEvent, RequestState, advance, reminder_at
from store import audit
from store.models import Member, Staff, SupportRequest, new_id


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
        state=RequestState.PENDING,
        source=source,
        asked_at=now,
        remind_at=reminder_at(now, member.timezone),
        expires_at=now + deployment.program.pending_expires,
    )
    session.add(row)
    session.flush()
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
    program = deployment.program
    clocks = deadlines(now, program.deadline_policy, zone=program.zone, holidays=program.holidays)
    request.state = advance(RequestState.PENDING, RequestEvent.CONFIRM)
    request.opened_at, request.remind_at, request.expires_at = now, None, None
    request.match_by, request.contact_by = clocks.match_by, clocks.contact_by
    request.policy = dict(clocks.policy)
    people = coordinators_for(session, deployment, member)
    notify(
        session, deployment, people, kind="request_notice", key=f"request:{request.id}", now=now,
        details={"path": "/requests", "by": program.local_time(clocks.match_by)},
    )  # fmt: skip
    audit.record(
        session, at=now, actor=f"member:{member.id}", action="request_confirmed", subject=str(member.id)
    )
    return request


def work_request(
    deployment: Deployment,
    request_id: UUID,
    event: RequestEvent,
    *,
    staff: Staff,
    now: datetime,
    supporter_id: UUID | None = None,
) -> SupportRequest:
    """A coordinator or supporter moves a request on. Raises NotAllowed, LookupError for an unknown one."""
    with deployment.database.writes.begin() as session:
        request = session.get(SupportRequest, request_id, with_for_update=True)
        if request is None:
            raise LookupError("no such request")
        request.state = advance(RequestState(request.state), event)
        match event:
            case RequestEvent.MATCH:
                request.supporter_id, request.matched_at = supporter_id, now
            case RequestEvent.PASS_BACK:
                request.supporter_id = request.matched_at = None
            case RequestEvent.CONTACT:
                request.contacted_at = now
            case RequestEvent.CLOSE | RequestEvent.DECLINE | RequestEvent.EXPIRE:
                request.closed_at = now
                request.wishes_sealed = None
            case RequestEvent.CONFIRM:
                raise PermissionError("only the member confirms a request")
        audit.record(
            session, at=now, actor=f"staff:{staff.ref}", action=f"request_{event.value}"[:64],
            subject=str(request.member_id),
        )  # fmt: skip
    return request
