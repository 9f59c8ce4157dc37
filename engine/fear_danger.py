"""A member fears for somebody's life and says so on the support page: a human is paged at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.deployment import URGENT, Deployment
from engine.flag_crisis import flag_crisis
from engine.link_holders import Done, holder_of
from store.members import address_of
from store.models import Incident, Member


def fear_danger(deployment: Deployment, token: str, now: datetime) -> Done:
    """Opens an incident about somebody else, and pages; while it is open, again changes nothing."""
    try:
        done = _open(deployment, token, now)
    except IntegrityError:  # the same press, twice at once: the other one opened it
        done = _open(deployment, token, now)
    deployment.wake(URGENT)  # a page waits for no queue's turn
    return done


def _open(deployment: Deployment, token: str, now: datetime) -> Done:
    with deployment.database.writes.begin() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return Done.NO_LINK
        points = sorted(holder.member.contacts, key=lambda point: point.medium != "sms")
        if not points:
            return Done.NOTHING
        if open_incident_of(session, holder.member) is not None:
            return Done.ALREADY
        flag_crisis(
            session,
            deployment,
            about="other",
            member=holder.member,
            medium=points[0].medium,
            address=address_of(deployment.vault, points[0]),
            address_index=points[0].address_index,
            text=None,
            now=now,
        )
    return Done.NEW


def open_incident_of(session: Session, member: Member) -> Incident | None:
    """The member's incident that no human has closed."""
    indexes = [point.address_index for point in member.contacts]
    return session.scalars(
        select(Incident)
        .where(
            (Incident.member_id == member.id) | Incident.from_index.in_(indexes), Incident.state != "closed"
        )
        .order_by(Incident.opened_at.desc())
        .limit(1)
    ).first()
