"""Opens a crisis incident and pages a human, and says which crisis answer is true right now."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.handlers import responders_for
from engine.outbox import Draft, put
from engine.staff import staff_by_ref
from escalation.incidents import IncidentEvent, IncidentState, advance
from escalation.paging import next_page
from escalation.roster import Responder
from store import audit
from store.models import Incident, Member, new_id

STILL_MET = timedelta(
    hours=1
)  # after the call that was promised; later than that, nobody may be there any more


def flag_crisis(
    session: Session,
    deployment: Deployment,
    *,
    about: str,
    member: Member | None,
    medium: str,
    address: str,
    address_index: str,
    text: str | None,
    now: datetime,
    existing: Incident | None = None,
) -> Incident:
    """The open incident of that person, made if there is none, with a fresh page on its way.

    The crisis answer itself is the caller's to queue (`crisis_answer`), since it belongs to one message.
    """
    incident = existing
    if incident is None:
        row = new_id()
        incident = Incident(
            id=row,
            member_id=member.id if member else None,
            about=about,
            state=IncidentState.OPEN,
            medium=medium,
            from_index=address_index,
            from_sealed=deployment.vault.seal(address, "incident", "from", row),
            opened_at=now,
            pages=0,
            wants_call=False,
        )
        session.add(incident)
        session.flush()
    if text is not None:
        incident.text_sealed = deployment.vault.seal(text, "incident", "text", incident.id)
    unmet = incident.state == IncidentState.ACKNOWLEDGED and not _is_being_met(incident, now)
    if unmet:
        _take_back(incident)
    if incident.state == IncidentState.OPEN:
        page(session, deployment, incident, now)
    else:
        remind_responder(session, deployment, incident, now)
    if existing is None or unmet:
        subject = str(incident.member_id) if incident.member_id else None
        action = "incident_taken_back" if unmet else "incident_opened"
        audit.record(session, at=now, actor="system", action=action, subject=subject)
    return incident


def _is_being_met(incident: Incident, now: datetime) -> bool:
    """Whether the responder who acknowledged can still be expected to be with that person."""
    return incident.call_by is not None and now < incident.call_by + STILL_MET


def _take_back(incident: Incident) -> None:
    """The person writes again after the call should have been: a human acknowledges anew, or pages go on.

    One reminder to whoever acknowledged days ago, perhaps off duty by now, would be a page to nobody.
    """
    incident.state = advance(IncidentState.ACKNOWLEDGED, IncidentEvent.TAKE_BACK)
    incident.acknowledged_by = incident.acknowledged_at = incident.call_by = incident.told_waiting_at = None


def crisis_answer(
    session: Session, deployment: Deployment, incident: Incident, now: datetime
) -> tuple[str, dict[str, str]]:
    """Which answer is true right now, and its values: somebody on call, or nobody."""
    about = "other" if incident.about == "other" else "self"
    chain = _chain(session, deployment, incident, now)
    if not chain:
        return f"crisis_{about}_unattended", {}
    return f"crisis_{about}", {"role": chain[0].role}


def page(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> bool:
    """Sends the next page of an open incident; False when nobody is on call (then it is tried again soon)."""
    policy = deployment.program.paging
    found = next_page(_chain(session, deployment, incident, now), incident.pages, now, policy)
    incident.next_page_at = now + policy.every
    if found is None:
        return False
    staff = staff_by_ref(session, found.responder.id)
    if staff is None:
        return False
    _put_page(session, deployment, incident, staff.id, found.media, now)
    incident.next_page_at = found.next_at
    return True


def _chain(
    session: Session, deployment: Deployment, incident: Incident, now: datetime
) -> tuple[Responder, ...]:
    member = session.get(Member, incident.member_id) if incident.member_id else None
    return responders_for(session, deployment, member, now)


def remind_responder(session: Session, deployment: Deployment, incident: Incident, now: datetime) -> None:
    """Tells the responder who acknowledged that the person has written again."""
    if incident.acknowledged_by is not None:
        _put_page(session, deployment, incident, incident.acknowledged_by, ("sms", "email"), now)


def _put_page(
    session: Session,
    deployment: Deployment,
    incident: Incident,
    staff_id: UUID,
    media: tuple[str, ...],
    now: datetime,
) -> None:
    incident.pages += 1
    for medium in media:
        if medium in deployment.channels:
            put(
                session,
                deployment,
                Draft(
                    key=f"page:{incident.id}:{incident.pages}:{medium}",
                    kind="page",
                    medium=medium,
                    staff_id=staff_id,
                    details={"number": str(incident.pages)},
                    due_at=now,
                ),
                now,
            )
