"""Why nothing can be sent to members whom no channel reaches: the true reason, for the record and for them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.recipients import suppressed
from nudges.holds import Reason
from store.models import ContactPoint


def why_unreachable(session: Session, deployment: Deployment, ids: set[UUID]) -> dict[UUID, Reason]:
    """Member -> STOPPED where an address that would do is on the STOP list, NO_CONSENT where one lacks consent,
    else NO_CHANNEL. Asks the database nothing about nobody."""
    if not ids:
        return {}
    points = [
        point
        for point in session.scalars(select(ContactPoint).where(ContactPoint.member_id.in_(ids)))
        if point.unusable_since is None and point.medium in deployment.channels
    ]
    barred = suppressed(session, {(point.medium, point.address_index) for point in points})
    why = dict.fromkeys(ids, Reason.NO_CHANNEL)
    for point in points:
        if (point.medium, point.address_index) in barred:
            why[point.member_id] = Reason.STOPPED
        elif why[point.member_id] is not Reason.STOPPED:
            why[point.member_id] = Reason.NO_CONSENT
    return why
