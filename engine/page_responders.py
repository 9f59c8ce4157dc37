"""Pages for every open incident until a human acknowledges, and again when that human stays silent.

The person who waits is told when nobody has acknowledged, and when the one who had stays silent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.crisis_answers import tell
from engine.deployment import URGENT, Deployment
from engine.handlers import overseers_for
from engine.outbox import Draft, put
from engine.responders import backup_for, chain_for, check_may_answer, media_of_staff, member_of, was_paged
from engine.staff import notify, staff_by_ref, with_role
from escalation.incidents import IncidentEvent, IncidentState, advance
from escalation.paging import is_waiting_too_long, next_page
from escalation.roster import Responder
from store import audit
from store.models import Incident, Staff

log = structlog.get_logger(__name__)


def page_responders(deployment: Deployment, now: datetime) -> int:
    """Sends the pages that are due, reminds and takes back; returns how many incidents that was.

    Each in a transaction of its own: what ails one must not hold up the page of another.
    """
    with deployment.database.reads() as session:  # looking costs no lock
        due = session.scalars(_due(now)).all()
    paged = 0
    for incident_id in due:
        try:
            paged += _page_one(deployment, incident_id, now)
        except Exception as fault:  # noqa: BLE001  whatever ails this one, somebody else waits for the next
            log.error("incident_failed", incident=str(incident_id), fault=type(fault).__name__)
    return paged


def _page_one(deployment: Deployment, incident_id: UUID, now: datetime) -> bool:
    """False where another node was quicker."""
    with deployment.database.writes.begin() as session:
        incident = session.scalars(
            select(Incident)
            .where(Incident.id == incident_id, Incident.id.in_(_due(now)))
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if incident is None:
            return False
        if incident.state == IncidentState.OPEN:
            page(session, deployment, incident, now)
            _tell_who_waits(session, deployment, incident, now)
        elif _is_silent(session, deployment, incident, now):
            page(session, deployment, incident, now)
            subject = str(incident.member_id) if incident.member_id else None
            audit.record(session, at=now, actor="system", action="incident_taken_back", subject=subject)
    return True


def _due(now: datetime) -> Select[UUID]:
    paging = (Incident.state == IncidentState.OPEN) & (Incident.next_page_at <= now)
    reporting = (Incident.state == IncidentState.ACKNOWLEDGED) & (Incident.report_by <= now)
    return select(Incident.id).where(paging | reporting).order_by(Incident.opened_at)


def page(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> bool:
    """Sends the next page of an open incident; False when nobody can be paged (then it is tried again soon)."""
    policy = deployment.program.paging
    chain = _chain(session, deployment, incident, now)
    found = next_page(chain, incident.turns, now, policy)
    incident.next_page_at = now + policy.every
    staff = staff_by_ref(session, found.responder.id) if found else None
    if found is None or staff is None:
        _tell_nobody_is_there(session, deployment, incident, now)
        return False
    kind = "page_drill" if incident.drill else "page"
    _put_page(session, deployment, incident, staff.id, found.media, kind, now)
    incident.next_page_at = found.next_at
    incident.turns += 1
    return True


def page_backup(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> int:
    """Pages everybody of the clinical backup who is there, beside the chain; each once an incident, whoever presses
    again. From then on they have their turn in the chain. Returns how many that were."""
    paged = 0
    for one in backup_for(session, deployment, member_of(session, incident), now):
        staff = staff_by_ref(session, one.id)
        if staff is None or was_paged(session, incident, staff):
            continue
        _put_page(session, deployment, incident, staff.id, media_of_staff(deployment, staff), "page", now)
        paged += 1
    return paged


def _chain(
    session: Session, deployment: Deployment, incident: Incident, now: datetime
) -> tuple[Responder, ...]:
    member = member_of(session, incident)
    return chain_for(session, deployment, member, now, with_backup=incident.with_backup)


def pass_on(deployment: Deployment, incident_id: UUID, staff: Staff, now: datetime) -> bool:
    """A responder says that they cannot: the next is paged at once. False where there is no other, or no need.

    Raises LookupError, NotYours.
    """
    with deployment.database.writes.begin() as session:
        incident = session.get(Incident, incident_id, with_for_update=True)
        if incident is None:
            raise LookupError("no such incident")
        check_may_answer(session, deployment, session.get_one(Staff, staff.id), incident)
        chain = _chain(session, deployment, incident, now)
        others = [one for one in chain if one.id != staff.ref]
        passes = incident.state == IncidentState.OPEN and bool(others)
        if passes:
            incident.turns += -incident.turns % deployment.program.paging.tries  # whose turn it was is over
            page(session, deployment, incident, now)
    deployment.wake(URGENT)
    return passes


def page_again(
    session: Session, deployment: Deployment, incident: Incident, kind: str, now: datetime
) -> None:
    """Calls the responder who acknowledged: the person has written again, or it is time to say how it stands."""
    staff = session.get(Staff, incident.acknowledged_by) if incident.acknowledged_by else None
    if staff is not None:
        media = media_of_staff(deployment, staff)
        _put_page(session, deployment, incident, staff.id, media, kind, now)


def take_back(incident: Incident) -> None:
    """Whoever acknowledged is silent: a human acknowledges anew, or pages go on.

    One reminder to somebody who acknowledged long ago, perhaps off duty by now, would be a page to nobody.
    """
    incident.state = advance(IncidentState(incident.state), IncidentEvent.TAKE_BACK)
    incident.acknowledged_by = incident.acknowledged_at = incident.call_by = incident.told_waiting_at = None
    incident.report_by = incident.reminded_at = incident.first_try_at = None
    incident.tries = 0


def _is_silent(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> bool:
    """Reminds a responder whose word is due; True where they were reminded before, and it is taken back."""
    if incident.reminded_at is None:
        incident.reminded_at = now
        incident.report_by = now + deployment.program.paging.take_back_after
        page_again(session, deployment, incident, "page_reminder", now)
        return False
    take_back(incident)
    tell(session, deployment, incident, "crisis_taken_back", now)
    return True


def _tell_who_waits(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> None:
    waiting = is_waiting_too_long(incident.opened_at, now, deployment.program.paging)
    if waiting and incident.told_waiting_at is None:
        incident.told_waiting_at = now
        tell(session, deployment, incident, "crisis_waiting", now)


def _tell_nobody_is_there(
    session: Session, deployment: Deployment, incident: Incident, now: datetime
) -> None:
    """Nobody is on call: those who answer for the program hear at once that something waits, and nobody's name."""
    if incident.told_unattended_at is not None or incident.drill:
        return
    incident.told_unattended_at = now
    member = member_of(session, incident)
    people: Sequence[Staff] = overseers_for(session, deployment, member) if member else [
        *with_role(session, "coordinator"), *with_role(session, "director")
    ]  # fmt: skip
    notify(
        session, deployment, list({one.id: one for one in people}.values()), kind="unattended_notice",
        key=f"unattended:{incident.id}", now=now, details={"path": ""},
    )  # fmt: skip


def _patience(deployment: Deployment, kind: str) -> dict[str, str]:
    """After how many minutes of silence a reminded responder is passed over; other pages speak of the next page."""
    after = deployment.program.paging.take_back_after
    return {"minutes": str(int(after.total_seconds() // 60))} if kind == "page_reminder" else {}


def _put_page(
    session: Session,
    deployment: Deployment,
    incident: Incident,
    staff_id: UUID,
    media: Sequence[str],
    kind: str,
    now: datetime,
) -> None:
    """One page by every medium that reaches that person; it goes at least once."""
    incident.pages += 1
    incident.paged_at = now
    for medium in media:
        draft = Draft(
            key=f"page:{incident.id}:{incident.pages}:{medium}",
            kind=kind,
            medium=medium,
            staff_id=staff_id,
            incident_id=incident.id,
            details={"number": str(incident.pages)} | _patience(deployment, kind),
            due_at=now,
        )
        put(session, deployment, draft, now)
