"""Whom a human is to reach, in person or by a call: the coordinator's list, and when it was done."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import coordinators_for
from engine.staff import notify
from nudges.holds import local_day
from store import audit
from store.inserting import insert_new
from store.models import Member, Outreach, Staff, new_id


def open_outreach(
    session: Session,
    deployment: Deployment,
    members: Iterable[UUID],
    *,
    reason: str,
    note: str,
    now: datetime,
) -> int:
    """Puts each member on the list, once a day and reason, and tells whoever may look after them. The notice
    names nobody."""
    today = local_day(now, deployment.program.zone)
    opened = 0
    for member_id in dict.fromkeys(members):
        row = {
            "id": new_id(), "reason": reason, "member_id": member_id, "opened_on": today, "opened_at": now,
            "note": note,
        }  # fmt: skip
        if not insert_new(session, Outreach, [row], ("reason", "member_id", "opened_on")):
            continue
        opened += 1
        people = coordinators_for(session, deployment, session.get_one(Member, member_id))
        notify(
            session, deployment, people, kind="outreach_notice", key=f"outreach:{reason}:{now:%Y%m%d%H%M}",
            now=now, details={"path": "/outreach"},
        )  # fmt: skip
    return opened


def outreach_done(deployment: Deployment, row_id: UUID, *, staff: Staff, now: datetime) -> bool:
    """Somebody was there; False when that was noted already."""
    with deployment.database.writes.begin() as session:
        done = session.execute(
            update(Outreach)
            .where(Outreach.id == row_id, Outreach.done_at.is_(None))
            .values(done_at=now, done_by=staff.id)
            .returning(Outreach.member_id)
        ).scalar_one_or_none()
        if done is None:
            return False
        actor = f"staff:{staff.ref}"
        audit.record(session, at=now, actor=actor, action="outreach_done", subject=str(done))
    return True
