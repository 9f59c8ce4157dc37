"""What a responder does with an incident: takes it, says that a call reached nobody, says how it ended.

Each asks first whether the case may be this person's. Of two who do the same at once one wins.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.crisis_answers import tell, who_and_when
from engine.deployment import URGENT, Deployment
from engine.look_after import owe_aftercare
from engine.responders import check_may_answer
from engine.staff import name_of_staff
from escalation.incidents import AlreadyTaken, IncidentEvent, IncidentOutcome, IncidentState, advance
from store import audit
from store.models import Incident, Staff

_TOLD = {
    IncidentOutcome.FALSE_ALARM: "crisis_false_alarm",
    IncidentOutcome.UNREACHABLE: "crisis_unreached",
}


def acknowledge(
    deployment: Deployment,
    incident_id: UUID,
    staff: Staff,
    *,
    call_by: datetime,
    calling_now: bool,
    now: datetime,
) -> Incident:
    """A human takes the incident: calling now, or by an instant they chose.

    Only now is the person told who will call, and by when. Raises NotYours, AlreadyTaken, NotAllowed, LookupError.
    """
    with deployment.database.writes.begin() as session:
        incident = _locked(session, deployment, incident_id, staff)
        if incident.state == IncidentState.ACKNOWLEDGED:
            if incident.acknowledged_by == staff.id:
                return incident  # pressed twice
            raise AlreadyTaken(_holder(session, deployment, incident), incident.call_by)
        incident.state = advance(IncidentState(incident.state), IncidentEvent.ACKNOWLEDGE)
        incident.acknowledged_by, incident.acknowledged_at = staff.id, now
        incident.call_by, incident.next_page_at = call_by, None
        incident.report_by, incident.reminded_at = call_by + deployment.program.paging.report_within, None
        details = who_and_when(session, deployment, incident)
        if calling_now:
            details["by"] = "in a moment"
        tell(session, deployment, incident, "crisis_acknowledged", now, details)
        _note(
            session, incident, staff, "drill_acknowledged" if incident.drill else "incident_acknowledged", now
        )
    deployment.wake(URGENT)
    return incident


def note_try(deployment: Deployment, incident_id: UUID, staff: Staff, now: datetime) -> Incident:
    """The responder called and reached nobody: they go on, and are asked again later.

    Raises NotYours, NotAllowed where it is not theirs to report, LookupError.
    """
    with deployment.database.writes.begin() as session:
        incident = _locked(session, deployment, incident_id, staff)
        if incident.state != IncidentState.ACKNOWLEDGED:
            advance(IncidentState(incident.state), IncidentEvent.CLOSE)  # says what is wrong
        incident.tries += 1
        incident.first_try_at = incident.first_try_at or now
        incident.report_by, incident.reminded_at = now + deployment.program.paging.report_within, None
        _note(session, incident, staff, "incident_tried", now)
    return incident


def close_incident(
    deployment: Deployment, incident_id: UUID, staff: Staff, outcome: IncidentOutcome, now: datetime
) -> Incident:
    """A human ends it; the text is forgotten, and what is owed afterwards is put down.

    A false alarm is apologized for; who could not be reached is told so. Raises NotYours, NotAllowed, LookupError.
    """
    with deployment.database.writes.begin() as session:
        incident = _locked(session, deployment, incident_id, staff)
        incident.state = advance(IncidentState(incident.state), IncidentEvent.CLOSE)
        incident.closed_at, incident.outcome = now, outcome
        incident.text_sealed = incident.report_by = None
        if outcome in _TOLD:
            name = {"responder": name_of_staff(deployment.vault, staff)}
            tell(session, deployment, incident, _TOLD[outcome], now, name)
        owe_aftercare(session, incident, staff, outcome, now)
        _note(session, incident, staff, "drill_closed" if incident.drill else "incident_closed", now)
    deployment.wake(URGENT)
    return incident


def _locked(session: Session, deployment: Deployment, incident_id: UUID, staff: Staff) -> Incident:
    """The incident, held until the end of the transaction, for somebody whose case it may be."""
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise LookupError("no such incident")
    check_may_answer(session, deployment, session.get_one(Staff, staff.id), incident)
    return incident


def _holder(session: Session, deployment: Deployment, incident: Incident) -> str:
    holder = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    return name_of_staff(deployment.vault, holder) if holder else "Another responder"


def _note(session: Session, incident: Incident, staff: Staff, action: str, now: datetime) -> None:
    subject = str(incident.member_id) if incident.member_id else None
    audit.record(session, at=now, actor=f"staff:{staff.ref}", action=action, subject=subject)
