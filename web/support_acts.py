"""What a member may do from the support page: each act once, by the member's own post, in one transaction.

Rules are the engine's; this finds out whose token it is and whether the act had been done before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.flag_crisis import flag_crisis
from engine.links import Bearer, Purpose, resolve
from engine.log_check_in import log_check_in
from engine.request_support import confirm, open_request_of
from escalation.requests import RequestState
from store.members import address_of
from store.models import CheckIn, GroupPlace, Incident, Member


class Done(StrEnum):
    """How an act ended."""

    NEW = "new"
    ALREADY = "already"  # it had been recorded before; nothing was changed
    ADDED = "added"  # the request was there; what was written was added to it
    NOTHING = "nothing"  # there is nothing to record it for
    NO_LINK = "no_link"  # the token stands for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """Whom a good token of the support page stands for."""

    bearer: Bearer
    member: Member


def holder_of(session: Session, token: str, now: datetime) -> LinkHolder | None:
    """The member behind the token; None for one that is garbled, over, or of another kind."""
    bearer = resolve(session, token, Purpose.SUPPORT, now)
    if bearer is None or bearer.member_id is None:
        return None
    member = session.get(Member, bearer.member_id)
    return LinkHolder(bearer=bearer, member=member) if member else None


def record_connection(deployment: Deployment, token: str, connected: bool, now: datetime) -> Done:
    """Logs "connected, yes or no" for the group. Rests while an incident is open, like the digits of a text."""
    with deployment.database.writes.begin() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return Done.NO_LINK
        if open_incident_of(session, holder.member) is not None:
            return Done.NOTHING
        before = _logged(session, holder.member)
        row = log_check_in(
            session, holder.member, connected=connected, medium="page", now=now,
            asked_by=holder.bearer.message_id,
        )  # fmt: skip
        if row is None:
            return Done.NOTHING
        return Done.ALREADY if (row.id, row.connected) in before else Done.NEW


def ask_for_support(
    deployment: Deployment, token: str, source: str, wishes: Mapping[str, str], now: datetime
) -> Done:
    """The member's own yes: into the coordinator's queue, `source` being self or concern."""
    with deployment.database.writes.begin() as session:
        holder = holder_of(session, token, now)
        if holder is None:
            return Done.NO_LINK
        before = open_request_of(session, holder.member.id)
        was_open = before is not None and before.state != RequestState.PENDING
        kept = {name: words for name, words in wishes.items() if words}
        confirm(session, deployment, holder.member, now, source=source, wishes=kept or None)
    if not was_open:
        return Done.NEW
    return Done.ADDED if kept else Done.ALREADY


def fear_danger(deployment: Deployment, token: str, now: datetime) -> Done:
    """Pages a human because the member fears for somebody's life; while that is open, again changes nothing."""
    try:
        return _fear_danger(deployment, token, now)
    except IntegrityError:  # the same press, twice at once: the other one opened it
        return _fear_danger(deployment, token, now)


def _fear_danger(deployment: Deployment, token: str, now: datetime) -> Done:
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


def _logged(session: Session, member: Member) -> set[tuple[object, bool]]:
    """What is logged for the member's groups by now."""
    rows = session.execute(
        select(CheckIn.id, CheckIn.connected)
        .join(GroupPlace, GroupPlace.group_id == CheckIn.group_id)
        .where(GroupPlace.member_id == member.id)
        .order_by(CheckIn.at.desc())
        .limit(100)
    )
    return {(row, connected) for row, connected in rows}
