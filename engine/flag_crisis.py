"""Opens a crisis incident, or the one that is open again, and pages a human."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.page_responders import page, page_again, take_back
from escalation.incidents import About, IncidentState
from store import audit
from store.models import Incident, Member, new_id

MOST_KEPT = 2_000  # characters of what was written in one incident; the latest stay


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
    insists: bool = False,
    drill: bool = False,
    with_backup: bool = False,
) -> Incident:
    """The open incident of that person, made if there is none, with a fresh page on its way.

    Texts that follow within a minute of a page do not page once more, unless the person `insists` (asked for a
    call). The crisis answer itself is the caller's to queue (`crisis_answer`), since it belongs to one message.
    `with_backup`: the clinical backup is in its chain.
    """
    incident = existing
    if incident is None:
        incident = _opened(deployment, about, member, medium, address, address_index, now)
        incident.drill, incident.with_backup = drill, with_backup
        session.add(incident)
        session.flush()
    elif about == About.SELF and incident.about != About.SELF:
        incident.about, insists = (
            About.SELF,
            True,
        )  # it began as a worry or a call-back; now it is their own life
    if text is not None:
        _keep(deployment, incident, text)
    unmet = incident.state == IncidentState.ACKNOWLEDGED and not _is_being_met(incident, now)
    if unmet:
        take_back(incident)
    if insists or _is_news(deployment, incident, now):
        if incident.state == IncidentState.OPEN:
            page(session, deployment, incident, now)
        else:
            page_again(session, deployment, incident, "page_again", now)
    if existing is None or unmet:
        subject = str(incident.member_id) if incident.member_id else None
        action = "incident_taken_back" if unmet else "drill_opened" if drill else "incident_opened"
        audit.record(session, at=now, actor="system", action=action, subject=subject)
    return incident


def _opened(
    deployment: Deployment, about: str, member: Member | None, medium: str, address: str, index: str,
    now: datetime,
) -> Incident:  # fmt: skip
    row: UUID = new_id()
    return Incident(
        id=row,
        member_id=member.id if member else None,
        about=about,
        state=IncidentState.OPEN,
        medium=medium,
        from_index=index,
        from_sealed=deployment.vault.seal(address, "incident", "from", row),
        opened_at=now,
        pages=0,
        turns=0,
        tries=0,
        wants_call=False,
    )


def _keep(deployment: Deployment, incident: Incident, text: str) -> None:
    """What was written first may say more than what came last: both stay, sealed, until it is closed."""
    vault, place = deployment.vault, ("incident", "text", incident.id)
    before = vault.open(incident.text_sealed, *place) if incident.text_sealed else ""
    if before.rpartition("\n")[2] == text:
        return
    kept = f"{before}\n{text}" if before else text
    incident.text_sealed = vault.seal(kept[-MOST_KEPT:], *place)


def _is_being_met(incident: Incident, now: datetime) -> bool:
    """Whether the responder who acknowledged can still be expected to be with that person."""
    return incident.reminded_at is None and incident.report_by is not None and now < incident.report_by


def _is_news(deployment: Deployment, incident: Incident, now: datetime) -> bool:
    """Whether a page has something to say that the last one did not."""
    last, taken = incident.paged_at, incident.acknowledged_at
    if last is None or (taken is not None and last <= taken):
        return True
    return now - last >= deployment.program.paging.between_own
