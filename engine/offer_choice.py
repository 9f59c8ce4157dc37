"""The person may choose who gets in touch: three names by link, or "not now"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.case_steps import ask_supporter, move, tell_queue
from engine.deployment import Deployment
from engine.link_holders import Done, holder_of
from engine.match_supporters import suggestions
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.request_support import open_request_of
from engine.staff import name_of_staff
from escalation.acts import Actor, check
from escalation.requests import OPEN_STATES, RequestEvent, RequestState
from pairing.errors import PrepairedError
from store import audit
from store.models import Member, Staff, SupportRequest

MOST_OFFERED = 3


class NotOffered(PrepairedError):
    """A choice that cannot be offered: nobody fits, or the person is not to be reached by message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of those whom the person may choose: a name, and nothing of their load or unit."""

    id: UUID
    name: str
    reasons: tuple[str, ...]


def offer_choice(deployment: Deployment, request_id: UUID, *, staff: Staff, now: datetime) -> None:
    """Sends the person the link to choose from the three who fit best. Raises NotOffered, LookupError."""
    with deployment.database.writes.begin() as session:
        request = session.get(SupportRequest, request_id, with_for_update=True)
        if request is None:
            raise LookupError("no such request")
        fitting = [one for one in suggestions(session, deployment, request, now) if not one.bars]
        medium = None
        if request.member_id is not None:
            medium = media_of(session, deployment, {request.member_id})[request.member_id]
        if request.state != RequestState.OPEN or not fitting or medium is None:
            raise NotOffered("there is nobody to choose from, or no way to ask")
        request.offered = [str(one.id) for one in fitting[:MOST_OFFERED]]
        put(
            session, deployment,
            Draft(
                key=f"choose:{request.id}:{now.isoformat()}", kind="choose_supporter", medium=medium,
                member_id=request.member_id, due_at=now,
            ), now,
        )  # fmt: skip
        audit.record(
            session, at=now, actor=f"staff:{staff.ref}", action="choice_offered", subject=request.alias
        )


def choices_of(session: Session, deployment: Deployment, member: Member, now: datetime) -> Sequence[Choice]:
    """Whom the member may choose now; empty where nothing was offered, or it is settled."""
    request = session.scalars(
        select(SupportRequest).where(
            SupportRequest.member_id == member.id, SupportRequest.state.in_(OPEN_STATES)
        )
    ).one_or_none()
    if request is None or request.state != RequestState.OPEN or not request.offered:
        return ()
    reasons = {
        str(one.id): one.reasons for one in suggestions(session, deployment, request, now) if not one.bars
    }
    return [
        Choice(
            id=UUID(ref),
            name=name_of_staff(deployment.vault, session.get_one(Staff, UUID(ref))),
            reasons=reasons[ref],
        )
        for ref in request.offered
        if ref in reasons
    ]


def choose(deployment: Deployment, token: str, chosen: str, now: datetime) -> Done:
    """The member's own choice, by the link of the support page: one of the names, or "not now"."""
    with deployment.database.writes.begin() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return Done.NO_LINK
        request = open_request_of(session, holder.member.id)
        if request is None or request.state == RequestState.PENDING:
            return Done.ALREADY
        if chosen == "not_now":
            check(RequestEvent.DECLINE, [Actor.PERSON])
            if request.state == RequestState.SAFETY_CONCERN:
                return Done.NOTHING
            move(deployment, request, RequestEvent.DECLINE, now)
            tell_queue(session, deployment, request, now, key=f"not_now:{request.id}")
        else:
            names = {str(one.id) for one in choices_of(session, deployment, holder.member, now)}
            if chosen not in names:
                return Done.NOTHING
            ask_supporter(session, deployment, request, UUID(chosen), now)
        action = "not_now" if chosen == "not_now" else "supporter_chosen"
        audit.record(session, at=now, actor=request.alias, action=action, subject=request.alias)
    return Done.NEW
