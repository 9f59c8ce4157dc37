"""The queue of support requests as each role may see it: coordinators, or the supporter whose case it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import coordinators_for, may_handle
from engine.staff import name_of_staff, with_role
from escalation.requests import TRANSITIONS, RequestEvent, RequestState
from store.members import address_of, attributes_of, name_of
from store.models import Member, Staff, SupportRequest
from web.console_session import Viewer

IN_QUEUE = ("open", "matched", "contacted")
SHOWN_ATTRIBUTES = ("specialty", "role", "seniority", "unit", "shift", "languages")  # what a match goes by
_ORDER = (
    RequestEvent.MATCH,
    RequestEvent.CONTACT,
    RequestEvent.PASS_BACK,
    RequestEvent.CLOSE,
    RequestEvent.DECLINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown:
    """One row of the queue."""

    id: UUID
    member_id: UUID
    name: str
    state: str
    source: str  # self, concern
    opened_at: datetime
    due_at: datetime | None  # the next deadline; None once the member was reached
    due_for: str  # a supporter found, first contact
    supporter: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SupporterShown:
    """Somebody who could take the case."""

    id: UUID
    name: str
    cases: int  # in their hands now


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One case with all that the one who works it needs."""

    row: RequestShown
    contacts: tuple[tuple[str, str], ...]  # medium, address
    wishes: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]
    match_by: datetime | None
    contact_by: datetime | None
    supporters: list[SupporterShown]  # without those of the member's own unit; empty unless to be matched
    events: tuple[RequestEvent, ...]  # what this viewer may do next


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The rows this viewer may see, the most urgent first, and how many are with others."""

    rows: list[RequestShown]
    elsewhere: int


def queue(session: Session, deployment: Deployment, viewer: Viewer, now: datetime) -> Queue:
    """The open requests; a wish that is not confirmed is nobody's to see."""
    rows: list[RequestShown] = []
    elsewhere = 0
    found = session.scalars(select(SupportRequest).where(SupportRequest.state.in_(IN_QUEUE)))
    for request in found:
        member = session.get_one(Member, request.member_id)
        if may_see(session, deployment, viewer, request, member):
            rows.append(_row(session, deployment, request, member, now))
        elif viewer.has("coordinator"):
            elsewhere += 1
    rows.sort(key=lambda row: (row.due_at is None, row.due_at or row.opened_at, row.opened_at))
    return Queue(rows=rows, elsewhere=elsewhere)


def may_see(
    session: Session, deployment: Deployment, viewer: Viewer, request: SupportRequest, member: Member
) -> bool:
    """A supporter sees the own case; a coordinator every one without a conflict; the director, or else the deputy, only
    what no coordinator may have."""
    if request.state == RequestState.PENDING:
        return False
    if request.supporter_id == viewer.id and viewer.has("supporter"):
        return True
    return any(one.id == viewer.id for one in coordinators_for(session, deployment, member))


def request_page(
    session: Session, deployment: Deployment, viewer: Viewer, request_id: UUID, now: datetime
) -> RequestPage | None:
    """One case; None where there is none that this viewer may see."""
    request = session.get(SupportRequest, request_id)
    if request is None:
        return None
    member = session.get_one(Member, request.member_id)
    if not may_see(session, deployment, viewer, request, member):
        return None
    vault = deployment.vault
    attributes = attributes_of(vault, member)
    return RequestPage(
        row=_row(session, deployment, request, member, now),
        contacts=tuple((point.medium, address_of(vault, point)) for point in member.contacts),
        wishes=tuple((name, words) for name, words in _wishes(deployment, request).items()),
        attributes=tuple(
            (name, ", ".join(attributes[name])) for name in SHOWN_ATTRIBUTES if attributes.get(name)
        ),
        match_by=request.match_by,
        contact_by=request.contact_by,
        supporters=_supporters(session, deployment, member) if request.state == RequestState.OPEN else [],
        events=_events(viewer, request),
    )


def _events(viewer: Viewer, request: SupportRequest) -> tuple[RequestEvent, ...]:
    state = RequestState(request.state)
    follow = [event for event in _ORDER if (state, event) in TRANSITIONS]
    if not viewer.has("coordinator", "director", "deputy"):
        follow = [event for event in follow if event is not RequestEvent.MATCH]
    return tuple(follow)


def _supporters(session: Session, deployment: Deployment, member: Member) -> list[SupporterShown]:
    rows = session.execute(
        select(SupportRequest.supporter_id, func.count())
        .where(SupportRequest.state.in_(("matched", "contacted")))
        .group_by(SupportRequest.supporter_id)
    )
    load = dict(rows.all())
    free = [
        one for one in with_role(session, "supporter") if may_handle(session, deployment.vault, one, member)
    ]
    shown = [
        SupporterShown(id=one.id, name=name_of_staff(deployment.vault, one), cases=load.get(one.id, 0))
        for one in free
    ]
    return sorted(shown, key=lambda one: (one.cases, one.name))


def may_take(session: Session, deployment: Deployment, request_id: UUID, supporter_id: UUID) -> bool:
    """Whether that supporter may have the case: on the staff for it, and without a conflict."""
    request = session.get(SupportRequest, request_id)
    supporter = session.get(Staff, supporter_id)
    if request is None or supporter is None or not supporter.active:
        return False
    if "supporter" not in supporter.roles.split(","):
        return False
    return may_handle(session, deployment.vault, supporter, session.get(Member, request.member_id))


def _row(
    session: Session, deployment: Deployment, request: SupportRequest, member: Member, now: datetime
) -> RequestShown:
    due_at, due_for = {
        RequestState.OPEN: (request.match_by, "supporter found"),
        RequestState.MATCHED: (request.contact_by, "first contact"),
    }.get(RequestState(request.state), (None, ""))
    supporter = session.get(Staff, request.supporter_id) if request.supporter_id else None
    return RequestShown(
        id=request.id,
        member_id=member.id,
        name=name_of(deployment.vault, member),
        state=request.state,
        source=request.source,
        opened_at=request.opened_at or request.asked_at,
        due_at=due_at,
        due_for=due_for,
        supporter=name_of_staff(deployment.vault, supporter) if supporter else "",
        is_late=due_at is not None and due_at < now,
    )


def _wishes(deployment: Deployment, request: SupportRequest) -> dict[str, str]:
    if request.wishes_sealed is None:
        return {}
    opened = deployment.vault.open_json(request.wishes_sealed, "support_request", "wishes", request.id)
    return cast("dict[str, str]", opened)
