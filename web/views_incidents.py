"""Crisis incidents: everything for an on-call responder, and no more than how many for anybody else."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import may_handle
from engine.staff import name_of_staff
from escalation.incidents import IncidentState
from nudges.clock import instant, zone_of
from store.members import name_of
from store.models import Incident, Member, Staff
from web.console_session import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShown:
    """One incident, without what was written."""

    id: UUID
    member_id: UUID | None
    name: str
    about: str  # self, other
    state: str
    opened_at: datetime
    pages: int
    wants_call: bool
    responder: str  # who acknowledged
    call_by: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """What the responder needs to call."""

    row: IncidentShown
    address: str  # where the person wrote from
    medium: str
    text: str  # empty once closed, or where nothing was written
    next_page_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCounts:
    """For everybody who is no responder."""

    waiting: int  # nobody has acknowledged
    taken: int  # acknowledged, not closed


def incident_counts(session: Session) -> IncidentCounts:
    """How many are open, nobody named."""
    rows = session.execute(
        select(Incident.state, func.count()).where(Incident.state != "closed").group_by(Incident.state)
    )
    found = dict(rows.all())
    return IncidentCounts(
        waiting=found.get(IncidentState.OPEN, 0), taken=found.get(IncidentState.ACKNOWLEDGED, 0)
    )


def incidents(session: Session, deployment: Deployment, viewer: Viewer) -> list[IncidentShown]:
    """The incidents that this responder may see: open ones first, then those of the last month."""
    if not viewer.has("responder"):
        return []
    staff = session.get_one(Staff, viewer.id)
    found = session.scalars(select(Incident).order_by(Incident.opened_at.desc()).limit(100)).all()
    rows = [
        _row(session, deployment, one)
        for one in found
        if may_handle(session, deployment.vault, staff, _member(session, one))
    ]
    order = {"open": 0, "acknowledged": 1, "closed": 2}
    return sorted(rows, key=lambda row: order[row.state])


def incident_page(
    session: Session, deployment: Deployment, viewer: Viewer, incident_id: UUID
) -> IncidentPage | None:
    """One incident with its text; None where there is none that this responder may see."""
    incident = session.get(Incident, incident_id)
    if incident is None or not viewer.has("responder"):
        return None
    staff = session.get_one(Staff, viewer.id)
    if not may_handle(session, deployment.vault, staff, _member(session, incident)):
        return None
    vault = deployment.vault
    sealed = incident.text_sealed
    return IncidentPage(
        row=_row(session, deployment, incident),
        address=vault.open(incident.from_sealed, "incident", "from", incident.id),
        medium=incident.medium,
        text=vault.open(sealed, "incident", "text", incident.id) if sealed else "",
        next_page_at=incident.next_page_at,
    )


def next_at(wall: time, now: datetime, zone: str) -> datetime:
    """The next instant (UTC) at which clocks in the zone read that."""
    today = now.astimezone(zone_of(zone)).date()
    at = instant(today, wall, zone)
    return at if at > now else instant(today + timedelta(days=1), wall, zone)


def _member(session: Session, incident: Incident) -> Member | None:
    return session.get(Member, incident.member_id) if incident.member_id else None


def _row(session: Session, deployment: Deployment, incident: Incident) -> IncidentShown:
    member = _member(session, incident)
    staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    return IncidentShown(
        id=incident.id,
        member_id=incident.member_id,
        name=name_of(deployment.vault, member) if member else "Somebody we do not know",
        about=incident.about,
        state=incident.state,
        opened_at=incident.opened_at,
        pages=incident.pages,
        wants_call=incident.wants_call,
        responder=name_of_staff(deployment.vault, staff) if staff else "",
        call_by=incident.call_by,
        outcome=incident.outcome,
    )
