"""Goes on paging for every open incident, and tells the person who waits when nobody has acknowledged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.flag_crisis import page
from engine.outbox import Draft, put
from escalation.incidents import IncidentEvent, IncidentOutcome, IncidentState, advance
from escalation.paging import is_waiting_too_long
from store import audit
from store.models import Incident, Member, Staff


def page_responders(deployment: Deployment, now: datetime) -> int:
    """Sends the pages that are due; returns how many incidents that was."""
    with deployment.database.writes.begin() as session:
        due = session.scalars(
            select(Incident)
            .where(Incident.state == IncidentState.OPEN, Incident.next_page_at <= now)
            .with_for_update(skip_locked=True)
        ).all()
        for incident in due:
            page(session, deployment, incident, now)
            waiting = is_waiting_too_long(incident.opened_at, now, deployment.program.paging)
            if waiting and incident.told_waiting_at is None:
                incident.told_waiting_at = now
                key = f"waiting:{incident.id}:{incident.pages}"
                _tell(session, deployment, incident, "crisis_waiting", key, {}, now)
    return len(due)


def acknowledge(
    deployment: Deployment,
    incident_id: UUID,
    staff: Staff,
    *,
    call_by: datetime,
    calling_now: bool,
    now: datetime,
) -> Incident:
    """A human takes the incident: calling now, or by an instant they chose. Raises NotAllowed, LookupError.

    Only now is the person told who will call, and by when.
    """
    with deployment.database.writes.begin() as session:
        incident = _locked(session, incident_id)
        incident.state = advance(IncidentState(incident.state), IncidentEvent.ACKNOWLEDGE)
        incident.acknowledged_by, incident.acknowledged_at = staff.id, now
        incident.call_by, incident.next_page_at = call_by, None
        member = session.get(Member, incident.member_id) if incident.member_id else None
        zone = member.timezone if member else None
        details = {
            "responder": deployment.vault.open(staff.name_sealed, "staff", "name", staff.id),
            "by": "in a moment" if calling_now else deployment.program.local_time(call_by, zone),
        }
        key = f"acknowledged:{incident.id}:{now.isoformat()}"
        _tell(session, deployment, incident, "crisis_acknowledged", key, details, now)
        subject = str(incident.member_id) if incident.member_id else None
        audit.record(
            session, at=now, actor=f"staff:{staff.ref}", action="incident_acknowledged", subject=subject
        )
    return incident


def close_incident(
    deployment: Deployment, incident_id: UUID, staff: Staff, outcome: IncidentOutcome, now: datetime
) -> Incident:
    """A human ends it; the text is forgotten. Raises NotAllowed, LookupError."""
    with deployment.database.writes.begin() as session:
        incident = _locked(session, incident_id)
        incident.state = advance(IncidentState(incident.state), IncidentEvent.CLOSE)
        incident.closed_at, incident.outcome, incident.text_sealed = now, outcome, None
        subject = str(incident.member_id) if incident.member_id else None
        audit.record(session, at=now, actor=f"staff:{staff.ref}", action="incident_closed", subject=subject)
    return incident


def _locked(session: Session, incident_id: UUID) -> Incident:
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise LookupError("no such incident")
    return incident


def _tell(
    session: Session,
    deployment: Deployment,
    incident: Incident,
    kind: str,
    key: str,
    details: dict[str, str],
    now: datetime,
) -> None:
    draft = Draft(
        key=key,
        kind=kind,
        medium=incident.medium,
        address=deployment.vault.open(incident.from_sealed, "incident", "from", incident.id),
        details=details,
        due_at=now,
    )
    put(session, deployment, draft, now)
