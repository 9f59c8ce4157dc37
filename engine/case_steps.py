"""Moves one case along its table, within the caller's transaction, and sets when time moves it next."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.case_people import in_charge_of
from engine.deployment import Deployment
from engine.staff import notify
from escalation.case_clock import CaseFacts, NextStep, next_step
from escalation.requests import ENDED, IN_TOUCH, RequestEvent, RequestState, advance
from escalation.retention import outcome_of
from store.models import Staff, SupportRequest

_FIRST_CONTACT = frozenset({RequestState.ACCEPTED, RequestState.NO_ANSWER})


def facts_of(request: SupportRequest) -> CaseFacts:
    """What the clock must know of the row."""
    return CaseFacts(
        state=RequestState(request.state),
        since=request.since or request.asked_at,
        remind_at=request.remind_at,
        expires_at=request.expires_at,
        match_by=request.match_by,
        contact_by=request.contact_by,
        contacted_at=request.contacted_at,
        rung=request.rung or 0,
        reminded=request.reminded or 0,
        follow_ups=request.follow_ups or 0,
        followed_up_at=request.followed_up_at,
    )


def plan(deployment: Deployment, request: SupportRequest) -> NextStep | None:
    """Writes down which step comes next and when; every change of a case ends with this."""
    step = next_step(facts_of(request), deployment.program.case_policy)
    request.next_step, request.next_at = (step.act, step.at) if step else (None, None)
    return step


def move(deployment: Deployment, request: SupportRequest, event: RequestEvent, now: datetime) -> None:
    """The row after `event`. Raises NotAllowed, and then nothing was changed."""
    before = RequestState(request.state)
    after = advance(before, event)
    request.state, request.since = after, now
    if not (before in IN_TOUCH and after in IN_TOUCH):  # a follow-up that is due stays due
        request.rung = request.reminded = 0
    if after in IN_TOUCH and before not in IN_TOUCH:
        request.rest_until = now + deployment.program.case_policy.rest_after_contact
    elif after not in IN_TOUCH:
        request.rest_until = None
    if before in _FIRST_CONTACT and after in IN_TOUCH:
        request.contacted_at, request.follow_ups = now, 0
    if event is RequestEvent.TALK:
        request.talks = (request.talks or 0) + 1
    if event is RequestEvent.MISS:
        request.tries = (request.tries or 0) + 1
    if after is RequestState.OPEN and before is not RequestState.PENDING:
        _leave_supporter(request)
    if after in ENDED:
        request.outcome = outcome_of(before, after, request.talks or 0)
        _end(deployment, request, now)
    plan(deployment, request)


def _leave_supporter(request: SupportRequest) -> None:
    if request.supporter_id is not None:
        request.passed = [*(request.passed or ()), str(request.supporter_id)]
    request.supporter_id = request.matched_at = request.offered = None


def _end(deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    """What was written goes at once; who it was, after the grace period."""
    request.closed_at, request.forget_at = now, now + deployment.program.forget_after
    request.wishes_sealed = request.sentence_sealed = None


def tell_queue(
    session: Session, deployment: Deployment, request: SupportRequest, now: datetime, *, key: str
) -> None:
    """A neutral notice to whoever has the queue: something new or returned stands in it."""
    people = in_charge_of(session, deployment, request, now)
    by = deployment.program.local_time(request.match_by or now)
    notify(
        session, deployment, people, kind="request_notice", key=key, now=now,
        details={"path": "/requests", "by": by},
    )  # fmt: skip


def tell_supporter(
    session: Session,
    deployment: Deployment,
    request: SupportRequest,
    kind: str,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> bool:
    """A notice with a link and no detail to whoever has the case; False where nobody has."""
    supporter = session.get(Staff, request.supporter_id) if request.supporter_id else None
    if supporter is None:
        return False
    path = {"path": f"/requests/{request.id}"}
    notify(
        session, deployment, [supporter], kind=kind, key=f"{kind}:{request.id}:{now.isoformat()}", now=now,
        details=path | dict(details or {}),
    )  # fmt: skip
    return True


def ask_supporter(
    session: Session, deployment: Deployment, request: SupportRequest, supporter_id: UUID, now: datetime
) -> None:
    """Hands the case to a supporter, who accepts it or passes it back within hours."""
    request.supporter_id, request.matched_at, request.offered = supporter_id, now, None
    move(deployment, request, RequestEvent.MATCH, now)
    until = deployment.program.local_time(now + deployment.program.case_policy.accept_within)
    tell_supporter(session, deployment, request, "outreach_ask", now, {"by": until})
