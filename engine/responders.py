"""Who answers a crisis: the on-call chain that may have the case and can be reached, and who may take one.

Every use case on an incident asks here, so that no route can forget to.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import RELAY, Deployment
from engine.handlers import may_handle, responders_for
from engine.program import Program
from engine.staff import staff_by_ref
from escalation.roster import Responder, backup_on_call, on_call
from pairing.errors import PrepairedError
from store.models import Incident, Member, Message, Staff


class NotYours(PrepairedError):
    """The case is not this person's: no responder, of the same unit, kept apart, or the person it is about."""


def is_responder(program: Program, staff: Staff) -> bool:
    """Whether any crisis may be this person's to answer: by role, or because the roster may page them."""
    return "responder" in staff.roles.split(",") or staff.ref in program.roster.named


def may_be_paged(program: Program, staff: Staff) -> bool:
    """Whether a page may reach them at some time: responders, and those who stand by for some cases only."""
    return is_responder(program, staff) or staff.ref in program.roster.stands_by


def member_of(session: Session, incident: Incident) -> Member | None:
    """Whose incident it is; None for a stranger's and for a drill."""
    return session.get(Member, incident.member_id) if incident.member_id else None


def may_answer(session: Session, deployment: Deployment, staff: Staff, incident: Incident) -> bool:
    """Whether that person may see the incident and act on it: a responder, or whoever was paged for this one."""
    if not staff.active:
        return False
    if not is_responder(deployment.program, staff) and not was_paged(session, incident, staff):
        return False
    return may_handle(session, deployment.vault, staff, member_of(session, incident))


def was_paged(session: Session, incident: Incident, staff: Staff) -> bool:
    """Whether a page for that incident has gone, or is to go, to that person."""
    found = select(Message.id).where(Message.incident_id == incident.id, Message.staff_id == staff.id)
    return session.scalars(found.limit(1)).first() is not None


def check_may_answer(session: Session, deployment: Deployment, staff: Staff, incident: Incident) -> None:
    """Raises NotYours unless that person may act on the incident."""
    if not may_answer(session, deployment, staff, incident):
        raise NotYours("that incident is not this person's to answer")


def chain_for(
    session: Session,
    deployment: Deployment,
    member: Member | None,
    now: datetime,
    *,
    with_backup: bool = False,
) -> tuple[Responder, ...]:
    """Whom to page now, in order, each with the media that reach them; empty where nobody can be alerted.

    `with_backup`: after the chain comes the clinical backup.

    Where somebody is on call but may not have this case, it is the alternates'.
    """
    found = responders_for(session, deployment, member, now)
    roster = deployment.program.roster
    if not found and on_call(roster, now):
        known = {one.id: one for one in roster.responders}
        found = tuple(
            known[ref]
            for ref in roster.alternates
            if (staff := staff_by_ref(session, ref)) and may_handle(session, deployment.vault, staff, member)
        )
    if with_backup:
        there = {one.id for one in found}
        found += tuple(one for one in backup_for(session, deployment, member, now) if one.id not in there)
    reachable = (replace(one, media=_media(deployment, one)) for one in found)
    return tuple(one for one in reachable if one.media and staff_by_ref(session, one.id))


def backup_for(
    session: Session, deployment: Deployment, member: Member | None, now: datetime
) -> tuple[Responder, ...]:
    """The clinical backup that is there now and may have the case."""
    return tuple(
        one
        for one in backup_on_call(deployment.program.roster, now)
        if (staff := staff_by_ref(session, one.id)) and may_handle(session, deployment.vault, staff, member)
    )


def media_of_staff(deployment: Deployment, staff: Staff) -> tuple[str, ...]:
    """Every way that is switched on to page that person."""
    known = next((one for one in deployment.program.roster.responders if one.id == staff.ref), None)
    return _media(deployment, known) if known else ()


def _media(deployment: Deployment, responder: Responder) -> tuple[str, ...]:
    """The responder's media as this program can serve them; mail goes over the hospital's own relay if there is one."""
    on = deployment.channels
    ways = (RELAY if medium == "email" and RELAY in on else medium for medium in responder.media)
    return tuple(way for way in ways if way in on)
