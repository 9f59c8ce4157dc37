"""Lets time act on support requests: remind, expire, tell who must know, take back, follow up, close."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine.case_people import on_rung
from engine.case_steps import facts_of, move, plan, tell_queue, tell_supporter
from engine.deployment import Deployment
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.staff import notify
from engine.work_request import end_of_case
from escalation.case_clock import Act, NextStep, next_step
from escalation.requests import OPEN_STATES, RequestEvent
from store import audit
from store.models import SupportRequest

_MOST_STEPS = 12  # of one case in one round; after a long outage the rest comes with the next


def advance_cases(deployment: Deployment, now: datetime) -> int:
    """Does what is due by `now`, each case in a transaction of its own; returns how many that were."""
    with deployment.database.reads() as session:
        due = session.scalars(_due(now).order_by(SupportRequest.next_at)).all()
    for request_id in due:
        with deployment.database.writes.begin() as session:
            request = session.scalars(
                select(SupportRequest)
                .where(SupportRequest.id == request_id, SupportRequest.state.in_(OPEN_STATES))
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if request is not None:
                _advance(session, deployment, request, now)
    return len(due)


def _due(now: datetime) -> Select[UUID]:
    return select(SupportRequest.id).where(
        SupportRequest.state.in_(OPEN_STATES),
        or_(SupportRequest.next_at <= now, SupportRequest.next_at.is_(None)),
    )


def _advance(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    for _ in range(_MOST_STEPS):
        step = next_step(facts_of(request), deployment.program.case_policy)
        if step is None or step.at > now:
            break
        _do(session, deployment, request, step, now)
    plan(deployment, request)


def _do(
    session: Session, deployment: Deployment, request: SupportRequest, step: NextStep, now: datetime
) -> None:
    match step.act:
        case Act.OFFER_AGAIN:
            request.remind_at = None
            _offer_again(session, deployment, request, now)
        case Act.EXPIRE:
            move(deployment, request, RequestEvent.EXPIRE, now)
        case Act.TELL:
            _tell(session, deployment, request, step, now)
        case Act.REMIND | Act.FOLLOW_UP:
            request.reminded += 1
            kind = "outreach_reminder" if step.act is Act.REMIND else "follow_up_notice"
            if not tell_supporter(session, deployment, request, kind, now):
                tell_queue(
                    session, deployment, request, now, key=f"{step.act}:{request.id}:{now.isoformat()}"
                )
        case Act.RETURN:
            move(deployment, request, RequestEvent.RETURN, now)
            tell_queue(session, deployment, request, now, key=f"back:{request.id}:{now.isoformat()}")
            _note(session, request, "request_returned", now)
        case Act.CLOSE:
            had_contact = request.contacted_at is not None
            move(deployment, request, RequestEvent.CLOSE, now)
            end_of_case(session, deployment, request, now, had_contact=had_contact)
            _note(session, request, "request_closed_by_time", now)


def _offer_again(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    if request.member_id is None:
        return
    medium = media_of(session, deployment, {request.member_id})[request.member_id]
    draft = Draft(
        key=f"reminder:{request.id}",
        kind="support_reminder",
        medium=medium or "sms",
        member_id=request.member_id,
        due_at=now,
        dropped=None if medium else "no_channel",
    )
    put(session, deployment, draft, now)


def _tell(
    session: Session, deployment: Deployment, request: SupportRequest, step: NextStep, now: datetime
) -> None:
    """A rung of the ladder hears of it: each person once a rung, by the medium that the rung names."""
    told = {
        person.id: (person, rung.by)
        for rung in step.tell
        for person in on_rung(session, deployment, request, rung.tell, now)
    }
    for person, by in told.values():
        notify(
            session, deployment, [person], kind="deadline_notice", now=now, by=by,
            key=f"missed:{request.id}:{request.state}:{request.rung}:{step.at.isoformat()}",
            details={"path": "/requests"},
        )  # fmt: skip
    request.rung += 1
    _note(session, request, "deadline_missed", now)


def _note(session: Session, request: SupportRequest, action: str, now: datetime) -> None:
    audit.record(session, at=now, actor="system", action=action, subject=request.alias)


def stranded(session: Session, now: datetime, grace: timedelta = timedelta()) -> list[str]:
    """The aliases of open requests without a next step, or with one overdue by more than `grace`: always empty."""
    return list(
        session.scalars(
            select(SupportRequest.alias).where(
                SupportRequest.state.in_(OPEN_STATES),
                or_(SupportRequest.next_at <= now - grace, SupportRequest.next_at.is_(None)),
            )
        )
    )
