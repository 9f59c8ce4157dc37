"""STOP, START, wrong numbers and unsubscribing: our own list decides, whatever a provider does."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.contact_faults import suppress
from engine.deployment import Deployment
from engine.handlers import coordinators_for
from engine.staff import notify
from escalation.requests import QUEUE_STATES
from store import audit
from store.models import Incident, Member, SupportRequest, Suppression


def stop(
    session: Session,
    deployment: Deployment,
    *,
    medium: str,
    address_index: str,
    member: Member | None,
    now: datetime,
    how: str,
) -> None:
    """Suppresses the address, and every other way to the same member: stop means stop.

    A coordinator hears of it only where a request or an incident is open.
    """
    silence(session, medium=medium, address_index=address_index, member=member, now=now)
    if member is None:
        return
    if is_being_helped(session, member):
        people = coordinators_for(session, deployment, member)
        key = f"stopped:{member.id}:{now.date().isoformat()}"
        notify(
            session, deployment, people, kind="stop_notice", key=key, now=now, details={"path": "/requests"}
        )
    audit.record(
        session, at=now, actor=f"member:{member.id}", action="opted_out", subject=str(member.id), detail=how
    )


def silence(
    session: Session, *, medium: str, address_index: str, member: Member | None, now: datetime
) -> None:
    """Only the suppression of a stop: for a transaction whose other acts write to the trail before the stop does."""
    suppress(session, medium, address_index, now, "stop")
    for point in member.contacts if member else ():
        suppress(session, point.medium, point.address_index, now, "stop")


def is_being_helped(session: Session, member: Member) -> bool:
    """Whether a human has a request or an incident of the member; of a wish that waits for a yes nobody knows."""
    request = select(SupportRequest.id).where(
        SupportRequest.member_id == member.id, SupportRequest.state.in_(QUEUE_STATES)
    )
    incident = select(Incident.id).where(Incident.member_id == member.id, Incident.state != "closed")
    return session.execute(request.union_all(incident).limit(1)).first() is not None


def start(session: Session, *, medium: str, address_index: str, member: Member, now: datetime) -> bool:
    """Lifts the suppression of that one address, audited; False when there was none."""
    if not lift(session, medium=medium, address_index=address_index):
        return False
    audit.record(
        session, at=now, actor=f"member:{member.id}", action="opted_in", subject=str(member.id), detail=medium
    )
    return True


def lift(session: Session, *, medium: str, address_index: str) -> bool:
    """Only the end of the suppression: for somebody who is no member, and may want to become one."""
    lifted = session.execute(
        delete(Suppression)
        .where(Suppression.medium == medium, Suppression.address_index == address_index)
        .returning(Suppression.medium)
    )
    return lifted.first() is not None


def disown(
    session: Session,
    deployment: Deployment,
    *,
    medium: str,
    address_index: str,
    member: Member | None,
    now: datetime,
) -> None:
    """The number is somebody else's: never write there again, and have a coordinator check it."""
    suppress(session, medium, address_index, now, "wrong_person")
    if member is None:
        return
    people = coordinators_for(session, deployment, member)
    key = f"number:{member.id}:{address_index[:16]}"
    notify(session, deployment, people, kind="number_notice", key=key, now=now, details={"path": "/members"})
    audit.record(
        session, at=now, actor="system", action="number_disowned", subject=str(member.id), detail=medium
    )
