"""What somebody in a crisis is told: the answer that is true right now, and each change of it.

Never quotes them, never promises a call before a human has said so.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Draft, put
from engine.responders import chain_for, member_of
from engine.staff import name_of_staff
from escalation.incidents import About, IncidentState
from escalation.roster import next_on_call, on_call
from store.models import Incident, Staff


def crisis_answer(
    session: Session, deployment: Deployment, incident: Incident, now: datetime
) -> tuple[str, dict[str, str]]:
    """Which answer is true right now, and its values: a human has it, somebody is alerted, or nobody can be."""
    if incident.state == IncidentState.ACKNOWLEDGED:
        return "crisis_acknowledged", who_and_when(session, deployment, incident)
    about = "other" if incident.about == About.OTHER else "self"
    member = member_of(session, incident)
    chain = chain_for(session, deployment, member, now, with_backup=incident.with_backup)
    if not chain:
        return f"crisis_{about}_unattended", {"why": why_nobody(deployment, now)}
    return f"crisis_{about}", {"role": chain[0].role}


def why_nobody(deployment: Deployment, now: datetime) -> str:
    """Why nobody can be alerted, in words that reveal nobody's unit and no exclusion."""
    program = deployment.program
    if on_call(program.roster, now):
        return "nobody can be reached"
    begins = next_on_call(program.roster, now)
    if begins is None:
        return "we have no on-call hours"
    return f"on-call hours begin {program.local_time(begins, word='at')}"


def who_and_when(session: Session, deployment: Deployment, incident: Incident) -> dict[str, str]:
    """Who has acknowledged, and by when they said they would call; in the person's own zone."""
    staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    member = member_of(session, incident)
    zone = member.timezone if member else None
    return {
        "responder": name_of_staff(deployment.vault, staff) if staff else "Somebody",
        "by": deployment.program.local_time(incident.call_by, zone) if incident.call_by else "soon",
    }


def tell(
    session: Session,
    deployment: Deployment,
    incident: Incident,
    kind: str,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> None:
    """Queues a message to whoever wrote, where they wrote from; a drill has nobody to tell."""
    if incident.drill or incident.from_sealed is None:
        return
    draft = Draft(
        key=f"{kind}:{incident.id}:{incident.pages}:{now.isoformat()}",
        kind=kind,
        medium=incident.medium,
        address=deployment.vault.open(incident.from_sealed, "incident", "from", incident.id),
        details=details,
        due_at=now,
    )
    put(session, deployment, draft, now)
