"""The queue of support requests as each role may see it: whoever has the queue, or the supporter whose case it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.break_glass import has_broken_glass
from engine.case_people import in_charge_of, may_have, person_of
from engine.deployment import Deployment
from engine.staff import name_of_staff
from escalation.acts import Actor
from escalation.requests import IN_TOUCH, QUEUE_STATES, RequestState
from store.models import Staff, SupportRequest
from web.console_session import Viewer

IN_QUEUE = QUEUE_STATES
_FIRST = {RequestState.OPEN: "find a supporter", RequestState.MATCHED: "first contact"}
_FIRST |= dict.fromkeys((RequestState.ACCEPTED, RequestState.NO_ANSWER), "first contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown:
    """One row of the queue."""

    id: UUID
    name: str
    state: str
    source: str  # self, concern, referral, phone, event
    kind: str
    is_group: bool
    opened_at: datetime
    due_at: datetime | None  # the next deadline; once the person was reached, the next step
    due_for: str
    supporter: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The rows this viewer may see, the most urgent first, and how many are with others."""

    rows: list[RequestShown]
    elsewhere: int


def queue(session: Session, deployment: Deployment, viewer: Viewer, now: datetime) -> Queue:
    """The open requests; a wish that is not confirmed is nobody's to see."""
    rows: list[RequestShown] = []
    elsewhere = 0
    for request in session.scalars(select(SupportRequest).where(SupportRequest.state.in_(IN_QUEUE))):
        if capacities(session, deployment, viewer, request, now):
            rows.append(shown(session, deployment, request, now))
        elif viewer.has("coordinator"):
            elsewhere += 1
    rows.sort(key=lambda row: (row.due_at is None, row.due_at or row.opened_at, row.opened_at))
    return Queue(rows=rows, elsewhere=elsewhere)


def capacities(
    session: Session, deployment: Deployment, viewer: Viewer, request: SupportRequest, now: datetime
) -> frozenset[Actor]:
    """In which capacity the viewer has a part in the case; none: it is not theirs to see.

    A supporter has the own case; a coordinator every one without a conflict; deputy, director and alternate only
    what is in their hands because no coordinator may have it, or none is here.
    """
    if request.state == RequestState.PENDING:
        return frozenset()
    found = set()
    if request.supporter_id == viewer.id and viewer.has("supporter"):
        found.add(Actor.SUPPORTER)
    staff = session.get_one(Staff, viewer.id)
    is_coordinator = viewer.has("coordinator") and may_have(session, deployment, staff, request)
    if is_coordinator or any(one.id == viewer.id for one in in_charge_of(session, deployment, request, now)):
        found.add(Actor.COORDINATOR)
    if not found and has_broken_glass(session, viewer.actor, request.alias, now):
        found.add(Actor.COORDINATOR)
    return frozenset(found)


def shown(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> RequestShown:
    """The row of one case."""
    state = RequestState(request.state)
    due_at = request.match_by if state is RequestState.OPEN else request.contact_by
    if state not in _FIRST:
        due_at = request.next_at
    supporter = session.get(Staff, request.supporter_id) if request.supporter_id else None
    return RequestShown(
        id=request.id,
        name=person_of(session, deployment, request).name,
        state=request.state,
        source=request.source,
        kind=request.kind or "",
        is_group=bool(request.is_group),
        opened_at=request.opened_at or request.asked_at,
        due_at=due_at,
        due_for=_FIRST.get(state, "next step"),
        supporter=name_of_staff(deployment.vault, supporter) if supporter else "",
        is_late=state not in IN_TOUCH and due_at is not None and due_at < now,
    )
