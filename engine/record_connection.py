"""An answer given on the support page: "connected, yes or no", for the whole group."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.fear_danger import open_incident_of
from engine.link_holders import Done, holder_of
from engine.log_check_in import log_check_in
from store.models import CheckIn, GroupPlace, Member


def record_connection(deployment: Deployment, token: str, connected: bool, now: datetime) -> Done:
    """Logs it once. Rests while an incident is open, like the digits of a text."""
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
