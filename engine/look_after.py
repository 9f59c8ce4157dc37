"""Aftercare: the looks that an incident is owed at about 72 hours and a month, and the forgetting after them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import overseers_for
from engine.responders import check_may_answer, may_answer, member_of
from engine.staff import notify, with_role
from escalation.aftercare import REMIND_AGAIN, aftercare
from escalation.incidents import IncidentOutcome
from store import audit
from store.models import Aftercare, Incident, Staff, new_id

FORGOTTEN = ""


def owe_aftercare(
    session: Session, incident: Incident, staff: Staff, outcome: IncidentOutcome, now: datetime
) -> None:
    """Puts down the looks that this incident is owed, for whoever closed it; where there are none, it is forgotten."""
    due = {} if incident.drill else aftercare(incident.about, outcome, now)
    for step, at in due.items():
        row = Aftercare(id=new_id(), incident_id=incident.id, step=step, due_at=at, staff_id=staff.id)
        session.add(row)
    if not due:
        _forget(incident)


def remind_of_aftercare(deployment: Deployment, now: datetime) -> int:
    """Tells whose look is due, and a day later, once, those who answer for the program; returns how many rows."""
    waiting = (
        Aftercare.done_at.is_(None),
        Aftercare.due_at <= now,
        or_(
            Aftercare.told_at.is_(None),
            (Aftercare.due_at <= now - REMIND_AGAIN) & Aftercare.missed_told_at.is_(None),
        ),
    )
    with deployment.database.reads() as session:
        if session.scalars(select(Aftercare.id).where(*waiting).limit(1)).first() is None:
            return 0
    with deployment.database.writes.begin() as session:
        rows = session.scalars(select(Aftercare).where(*waiting).with_for_update(skip_locked=True)).all()
        for row in rows:
            _remind(session, deployment, row, now)
    return len(rows)


def record_aftercare(deployment: Deployment, aftercare_id: UUID, staff: Staff, now: datetime) -> bool:
    """The look was taken; False where that was on record. After the last one the address is forgotten.

    Raises NotYours, LookupError.
    """
    with deployment.database.writes.begin() as session:
        row = session.get(Aftercare, aftercare_id, with_for_update=True)
        incident = session.get(Incident, row.incident_id) if row else None
        if row is None or incident is None:
            raise LookupError("no such aftercare")
        check_may_answer(session, deployment, session.get_one(Staff, staff.id), incident)
        if row.done_at is not None:
            return False
        row.done_at = now
        session.flush()
        open_still = select(func.count()).where(
            Aftercare.incident_id == incident.id, Aftercare.done_at.is_(None)
        )
        if not session.scalar(open_still):
            _forget(incident)
        subject = str(incident.member_id) if incident.member_id else None
        audit.record(session, at=now, actor=f"staff:{staff.ref}", action="aftercare_done", subject=subject)
    return True


def _remind(session: Session, deployment: Deployment, row: Aftercare, now: datetime) -> None:
    incident = session.get_one(Incident, row.incident_id)
    first = row.told_at is None
    people = (
        _owner(session, deployment, row, incident) if first else _overseers(session, deployment, incident)
    )
    if first:
        row.told_at = now
    else:
        row.missed_told_at = now
    notify(
        session, deployment, people, kind="aftercare_notice",
        key=f"aftercare:{row.id}:{'due' if first else 'missed'}", now=now,
        details={"path": f"/incidents/{incident.id}" if first else "/incidents"},
    )  # fmt: skip


def _owner(session: Session, deployment: Deployment, row: Aftercare, incident: Incident) -> Sequence[Staff]:
    """Who closed it, if that person may still have it; else every responder who may."""
    staff = session.get(Staff, row.staff_id) if row.staff_id else None
    if staff is not None and may_answer(session, deployment, staff, incident):
        return [staff]
    everybody = session.scalars(select(Staff).where(Staff.active).order_by(Staff.ref))
    return [one for one in everybody if may_answer(session, deployment, one, incident)]


def _overseers(session: Session, deployment: Deployment, incident: Incident) -> Sequence[Staff]:
    member = member_of(session, incident)
    return overseers_for(session, deployment, member) if member else with_role(session, "director")


def _forget(incident: Incident) -> None:
    """Where somebody wrote from is kept no longer than somebody may have to call there."""
    incident.from_sealed, incident.from_index = None, FORGOTTEN
