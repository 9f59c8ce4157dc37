"""A coordinator or supporter moves a case on, one step at a time; what follows from the step happens with it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.case_people import person_of
from engine.case_steps import ask_supporter, move, plan, tell_queue, tell_supporter
from engine.deployment import URGENT, Deployment
from engine.fear_for_person import fear_for_person
from engine.match_supporters import may_take
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.stand_by import tell_twin
from escalation.acts import Actor, check
from escalation.requests import IN_TOUCH, RequestEvent, RequestState, advance
from pairing.errors import PrepairedError
from store import audit
from store.models import Staff, Supporter, SupportRequest

EVERY_HAND = (Actor.COORDINATOR, Actor.SUPPORTER)


class NotSuitable(PrepairedError):
    """A supporter whom a rule keeps from the case."""


class NoFollowUpDue(PrepairedError):
    """A follow-up that is not due, or was done."""


def work_request(
    deployment: Deployment,
    request_id: UUID,
    event: RequestEvent,
    *,
    staff: Staff,
    now: datetime,
    supporter_id: UUID | None = None,
    actors: Collection[Actor] = EVERY_HAND,
) -> SupportRequest:
    """Does `event`. Raises NotAllowed, NotTheirs, NotSuitable, LookupError; then nothing was changed."""
    with deployment.database.writes.begin() as session:
        request = _locked(session, request_id)
        check(event, actors)
        advance(RequestState(request.state), event)  # refused before anything is touched
        if event is RequestEvent.MATCH:
            if supporter_id is None:
                raise LookupError("no such supporter")
            if not may_take(session, deployment, request, supporter_id, now):
                raise NotSuitable("that supporter cannot have this case")
            ask_supporter(session, deployment, request, supporter_id, now)
        else:
            _step(session, deployment, request, event, staff, now)
        audit.record(
            session, at=now, actor=f"staff:{staff.ref}", action=f"request_{event.value}"[:64],
            subject=request.alias,
        )  # fmt: skip
    if event is RequestEvent.FEAR:
        deployment.wake(URGENT)
    return request


def _locked(session: Session, request_id: UUID) -> SupportRequest:
    request = session.scalars(
        select(SupportRequest).where(SupportRequest.id == request_id).with_for_update()
    ).one_or_none()
    if request is None:
        raise LookupError("no such request")
    return request


def _step(
    session: Session,
    deployment: Deployment,
    request: SupportRequest,
    event: RequestEvent,
    staff: Staff,
    now: datetime,
) -> None:
    had_contact = request.contacted_at is not None
    supporter = request.supporter_id
    move(deployment, request, event, now)
    match event:
        case RequestEvent.ACCEPT:
            session.execute(
                update(Supporter).where(Supporter.staff_id == supporter).values(cases=Supporter.cases + 1)
            )
            tell_twin(session, deployment, request, now)
        case RequestEvent.PASS_BACK:
            tell_queue(session, deployment, request, now, key=f"back:{request.id}:{now.isoformat()}")
        case RequestEvent.FEAR:
            fear_for_person(session, deployment, request, staff, now)
        case RequestEvent.CLOSE | RequestEvent.DECLINE:
            end_of_case(session, deployment, request, now, had_contact=had_contact)


def end_of_case(
    session: Session, deployment: Deployment, request: SupportRequest, now: datetime, *, had_contact: bool
) -> None:
    """A word for the supporter's own sake, and two questions to the member, which nothing ties to the case."""
    tell_supporter(session, deployment, request, "debrief", now)
    member = person_of(session, deployment, request).member
    if member is None or not had_contact or request.state != RequestState.CLOSED:
        return
    medium = media_of(session, deployment, {member.id})[member.id]
    if medium is not None:
        draft = Draft(
            key=f"helped:{request.id}", kind="helped_ask", medium=medium, member_id=member.id, due_at=now
        )
        put(session, deployment, draft, now)


def follow_up(deployment: Deployment, request_id: UUID, *, staff: Staff, now: datetime) -> SupportRequest:
    """The supporter has asked again: the next step is planned. Raises NoFollowUpDue, LookupError."""
    policy = deployment.program.case_policy
    with deployment.database.writes.begin() as session:
        request = _locked(session, request_id)
        due = RequestState(request.state) in IN_TOUCH and request.follow_ups < len(policy.follow_ups)
        if not due or request.reminded == 0:
            raise NoFollowUpDue("no follow-up is due")
        request.follow_ups += 1
        request.followed_up_at, request.rung, request.reminded = now, 0, 0
        plan(deployment, request)
        audit.record(
            session, at=now, actor=f"staff:{staff.ref}", action="request_followed_up", subject=request.alias
        )
    return request
