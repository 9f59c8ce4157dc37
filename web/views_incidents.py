"""Crisis incidents: everything for an on-call responder, and no more than how many for anybody else."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.responders import may_answer, member_of
from engine.staff import name_of_staff
from escalation.call_script import Spoken
from escalation.incidents import IncidentState
from escalation.unreached import stage_at
from nudges.clock import instant, zone_of
from store.members import address_of, name_of
from store.models import Aftercare, Incident, Staff
from web.console_session import Viewer

_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShown:
    """One incident, without what was written."""

    id: UUID
    member_id: UUID | None
    name: str
    about: str  # self, other, call_back
    drill: bool
    state: str
    opened_at: datetime
    pages: int
    wants_call: bool
    responder: str  # who acknowledged
    call_by: datetime | None
    outcome: str | None
    aftercare_due: datetime | None  # the next look that is owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One way to the person."""

    medium: str  # sms (a number to call), email
    address: str
    is_from: bool  # the way they wrote by


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyContact:
    """Whom the member said we may call."""

    words: str  # as the member wrote them
    phone: str  # the number in them, if there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """What the responder needs to call."""

    row: IncidentShown
    reach: list[Reach]
    text: str  # empty once closed, or where nothing was written
    next_page_at: datetime | None
    is_mine: bool  # the viewer has acknowledged it
    tries: int
    first_try_at: datetime | None
    report_by: datetime | None
    script: Spoken  # what to say, and what to do while nobody answers
    stage: int  # the place in the script's stages that time has come to
    emergency_contact: EmergencyContact | None
    aftercare: list[Aftercare]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCounts:
    """For everybody who is no responder."""

    waiting: int  # nobody has acknowledged
    taken: int  # acknowledged, not closed


def incident_counts(session: Session) -> IncidentCounts:
    """How many are open, nobody named; drills are not counted."""
    rows = session.execute(
        select(Incident.state, func.count())
        .where(Incident.state != IncidentState.CLOSED, Incident.drill.is_(False))
        .group_by(Incident.state)
    )
    found = dict(rows.all())
    return IncidentCounts(
        waiting=found.get(IncidentState.OPEN, 0), taken=found.get(IncidentState.ACKNOWLEDGED, 0)
    )


def incidents(session: Session, deployment: Deployment, viewer: Viewer) -> list[IncidentShown]:
    """The incidents that this responder may see: open ones first, then those that are over, the latest first."""
    if not viewer.has("responder"):
        return []
    staff = session.get_one(Staff, viewer.id)
    found = session.scalars(select(Incident).order_by(Incident.opened_at.desc()).limit(100)).all()
    rows = [_row(session, deployment, one) for one in found if may_answer(session, deployment, staff, one)]
    order = {"open": 0, "acknowledged": 1, "closed": 2}
    return sorted(rows, key=lambda row: order[row.state])


def incident_page(
    session: Session, deployment: Deployment, viewer: Viewer, incident_id: UUID, now: datetime
) -> IncidentPage | None:
    """One incident with its text; None where there is none that this responder may see."""
    incident = session.get(Incident, incident_id)
    staff = session.get_one(Staff, viewer.id)
    if incident is None or not may_answer(session, deployment, staff, incident):
        return None
    vault, sealed, script = deployment.vault, incident.text_sealed, deployment.program.call_script
    fields = deployment.program.fields() | {"responder": viewer.name}
    return IncidentPage(
        row=_row(session, deployment, incident),
        reach=_reach(session, deployment, incident),
        text=vault.open(sealed, "incident", "text", incident.id) if sealed else "",
        next_page_at=incident.next_page_at,
        is_mine=incident.acknowledged_by == viewer.id,
        tries=incident.tries,
        first_try_at=incident.first_try_at,
        report_by=incident.report_by,
        script=script.spoken(incident.about, fields),
        stage=stage_at(script.stages, incident.first_try_at, now) if incident.first_try_at else 0,
        emergency_contact=_emergency_contact(session, deployment, incident),
        aftercare=list(_aftercare(session, incident)),
    )


def next_at(wall: time, now: datetime, zone: str) -> datetime:
    """The next instant (UTC) at which clocks in the zone read that."""
    today = now.astimezone(zone_of(zone)).date()
    at = instant(today, wall, zone)
    return at if at > now else instant(today + timedelta(days=1), wall, zone)


def _reach(session: Session, deployment: Deployment, incident: Incident) -> list[Reach]:
    """Every way to the person, numbers first: mail is no way to talk. Nothing once it is over and looked after."""
    if incident.drill or incident.from_sealed is None:
        return []
    vault = deployment.vault
    address = vault.open(incident.from_sealed, "incident", "from", incident.id)
    ways = {(incident.medium, address): True}
    member = member_of(session, incident)
    for point in member.contacts if member else ():
        ways.setdefault((point.medium, address_of(vault, point)), False)
    found = [Reach(medium=medium, address=address, is_from=own) for (medium, address), own in ways.items()]
    return sorted(found, key=lambda one: (one.medium != "sms", not one.is_from))


def _emergency_contact(
    session: Session, deployment: Deployment, incident: Incident
) -> EmergencyContact | None:
    """The member's, while the incident is in somebody's hands."""
    member = member_of(session, incident)
    if member is None or member.emergency_sealed is None or incident.state == IncidentState.CLOSED:
        return None
    words = deployment.vault.open(member.emergency_sealed, "member", "emergency", member.id)
    number = _NUMBER.search(words)
    return EmergencyContact(words=words, phone=number[0].strip() if number else "")


def _aftercare(session: Session, incident: Incident) -> list[Aftercare]:
    rows = session.scalars(
        select(Aftercare).where(Aftercare.incident_id == incident.id).order_by(Aftercare.due_at)
    )
    return list(rows)


def _row(session: Session, deployment: Deployment, incident: Incident) -> IncidentShown:
    member = member_of(session, incident)
    staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    owed = next((one.due_at for one in _aftercare(session, incident) if one.done_at is None), None)
    unnamed = "DRILL: nobody is in trouble" if incident.drill else "Somebody we do not know"
    return IncidentShown(
        id=incident.id,
        member_id=incident.member_id,
        name=name_of(deployment.vault, member) if member else unnamed,
        about=incident.about,
        drill=incident.drill,
        state=incident.state,
        opened_at=incident.opened_at,
        pages=incident.pages,
        wants_call=incident.wants_call,
        responder=name_of_staff(deployment.vault, staff) if staff else "",
        call_by=incident.call_by,
        outcome=incident.outcome,
        aftercare_due=owed,
    )
